"""Revisions from the web: a commit's diff from the public git host, or another that has the same addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hpatch import __version__, log
from hpatch.errors import ToolError, UsageError
from hpatch.patch.sets.model import Project, SetRevision
from hpatch.patch.sources.model import LIMIT, NotKnownError, Origin

if TYPE_CHECKING:
    from urllib.request import OpenerDirector, Request

TIMEOUT = 30.0
"""Seconds without an answer, and without a further byte of one."""
PATIENCE = 300.0
"""Seconds for an answer as a whole."""
_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_CHUNK = 64 * 1024


class Web:
    """Where commits' diffs are: `BASE/commit/{commit}.diff`, and files in `BASE/raw/{commit}/{path}`.

    Without a base, the places that the project names. Redirections stay on the host and never leave https; of the
    environment's proxies only `https_proxy` (and `no_proxy`) count. Nothing is sent but the request.
    """

    def __init__(self, project: Callable[[str], Project], base: str | None = None) -> None:
        if base is not None and _URL.fullmatch(base) is None:
            raise UsageError(f"'{base}' is not a web address of a repository, such as https://example.org/httpd")
        self._project = project
        self._base = None if base is None else base.rstrip("/")
        self._opener: OpenerDirector | None = None

    @property
    def name(self) -> str:
        """The base, or `the web`."""
        return self._base or "the web"

    def diff(self, revision: SetRevision) -> bytes:
        """The commit's diff. Raises NotKnownError, ToolError."""
        form = f"{self._base}/commit/{{commit}}.diff" if self._base else self._project(revision.project).web
        if form is None or revision.commit is None:
            raise NotKnownError(f"{self.name}: no address is known for {revision.name}")
        url = form.replace("{commit}", revision.commit)
        found = self._get(url)
        if found is None:
            raise NotKnownError(f"{url}: there is no {revision.name}")
        return found

    def before(self, revision: SetRevision, path: str) -> bytes | None:
        """The file in the commit's parent; None where that is not known or not there."""
        form = f"{self._base}/raw/{{commit}}/{{path}}" if self._base else self._project(revision.project).web_file
        if form is None or revision.parent is None:
            return None
        return self._get(form.replace("{commit}", revision.parent).replace("{path}", quote(path)))

    def files(self, names: Collection[str]) -> Mapping[str, bytes]:
        """None: only git knows files by these names."""
        return {}

    def origins(self, revision: SetRevision, path: str, lines: Sequence[int]) -> tuple[Origin, ...] | None:
        """Nothing: the web has no history that could be asked."""

    def _get(self, url: str) -> bytes | None:
        """What is at an address, None where nothing is."""
        from time import monotonic
        from urllib.error import HTTPError, URLError
        from urllib.request import Request

        log.tell("get %s", url)
        headers = {"User-Agent": f"hpatch/{__version__}", "Accept-Encoding": "identity"}
        until = monotonic() + PATIENCE
        content = bytearray()
        try:
            with self._open(Request(url, headers=headers)) as answer:
                while chunk := answer.read(_CHUNK):
                    content += chunk
                    if len(content) > LIMIT:
                        raise ToolError(f"{url}: the answer is larger than {LIMIT // 1024 // 1024} MiB")
                    if monotonic() > until:
                        raise ToolError(f"{url}: the answer did not end within {PATIENCE:.0f} seconds")
                length = answer.headers.get("Content-Length", "")
        except HTTPError as error:
            with error:
                if error.code in (404, 410):
                    return None
                raise ToolError(f"{url}: the server answered {error.code} {error.reason}") from None
        except URLError as error:
            raise ToolError(f"{url}: {error.reason}") from None
        except (OSError, HTTPException) as error:
            raise ToolError(f"{url}: {error or type(error).__name__}") from None
        if length.isascii() and length.isdigit() and int(length) != len(content):
            raise ToolError(f"{url}: the answer was cut off after {len(content)} of {length} bytes")
        return bytes(content)

    def _open(self, request: Request) -> HTTPResponse:
        if self._opener is None:
            self._opener = _opener()
        answer: HTTPResponse = self._opener.open(request, timeout=TIMEOUT)
        return answer


def _opener() -> OpenerDirector:
    """An opener for http and https alone."""
    from urllib import request

    class Redirections(request.HTTPRedirectHandler):
        """To the same host only, and from https to https only."""

        def redirect_request(
            self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
        ) -> Request | None:
            """Refuse what leaves."""
            old, new = urlsplit(req.full_url), urlsplit(newurl)
            same = (new.scheme, new.netloc) == (old.scheme, old.netloc)
            upgraded = (old.scheme, new.scheme) == ("http", "https") and new.hostname == old.hostname
            if not same and not upgraded:
                raise ToolError(f"{req.full_url}: the server redirects to {newurl}, which hpatch does not follow")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    proxies = {scheme: where for scheme, where in request.getproxies_environment().items() if scheme == "https"}
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(proxies),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        Redirections(),
    ):
        opener.add_handler(handler)
    return opener
