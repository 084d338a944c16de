"""What is known of a request on its way: variables, file tests, expressions, SetEnvIf. Everything may be unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hpatch.paths import conditions
from hpatch.paths.model import Disk, FileKind
from hpatch.paths.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from hpatch.conf.tree import Node
    from hpatch.paths.model import ClientRequest


_HEADERS = {
    "HTTP_USER_AGENT": "User-Agent", "HTTP_PROXY_CONNECTION": "Proxy-Connection", "HTTP_REFERER": "Referer",
    "HTTP_COOKIE": "Cookie", "HTTP_FORWARDED": "Forwarded", "HTTP_ACCEPT": "Accept",
}  # fmt: skip
"""The variables that hold a header, in mod_rewrite and in expressions; the others are `%{HTTP:Name}`."""


class State(Protocol):
    """Where a request is."""

    request: ClientRequest
    uri: str
    query: str | None
    sub: bool

    @property
    def disk(self) -> Disk:
        """httpd's disk."""

    @property
    def root(self) -> str | None:
        """DocumentRoot."""

    @property
    def server_port(self) -> str | None:
        """The port by which httpd names itself; None: not known."""

    @property
    def rest(self) -> str | None:
        """What follows the file in the path; "" before it is found, None if that is not known."""

    @property
    def filename(self) -> str:
        """The file that the path was mapped to; "" before that."""


class Facts:
    """The facts of a request. What changes on the way is asked of its state."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def sub(self) -> bool:
        """Whether it is a sub-request."""
        return self._state.sub

    def itself(self) -> str:
        """The scheme, name and port by which httpd names itself, as the client did (UseCanonicalName Off)."""
        request = self._state.request
        scheme = "https" if request.https else "http"
        return f"{scheme}://{self._name() or ''}"

    def _name(self) -> str | None:
        request = self._state.request
        if request.host is None:
            return None
        default = 443 if request.https else 80
        return request.host if request.port == default else f"{request.host}:{request.port}"

    def variable(self, name: str, filename: str = "") -> str | None:
        """The value of `%{NAME}`; None: not known."""
        state, request = self._state, self._state.request
        scheme = "https" if request.https else "http"
        known: dict[str, Callable[[], str | None]] = {
            "REQUEST_URI": lambda: state.uri,
            "QUERY_STRING": lambda: state.query or "",
            "REQUEST_METHOD": lambda: request.method,
            "HTTP_HOST": self._name,
            "THE_REQUEST": lambda: request.first_line,
            "SERVER_NAME": lambda: request.host,
            "SERVER_PORT": lambda: state.server_port,
            "HTTPS": lambda: "on" if request.https else "off",
            "REQUEST_SCHEME": lambda: scheme,
            "REMOTE_ADDR": lambda: request.client,
            "CONN_REMOTE_ADDR": lambda: request.client,
            "DOCUMENT_ROOT": lambda: state.root,
            "IS_SUBREQ": lambda: "true" if state.sub else "false",
            "PATH_INFO": lambda: state.rest,
            "REQUEST_FILENAME": lambda: filename or state.filename,
            "SCRIPT_FILENAME": lambda: filename or state.filename,
        }
        header = _HEADERS.get(name.upper(), name[5:] if name[:5].upper() == "HTTP:" else "")
        if header:
            return self._header(header)
        found = known.get(name.upper())
        return None if found is None else found()

    def _header(self, name: str) -> str | None:
        """What a header of the request holds; None: not known."""
        return self._name() if name.lower() == "host" else self._state.request.header(name)

    @property
    def client(self) -> str | None:
        """The client's address."""
        return self._state.request.client

    def function(self, name: str, argument: str) -> str | None:
        """The value of `%{name:argument}` in an expression; None: not known."""
        return self._header(argument) if name.lower() in ("req", "http", "req_novary") else None

    def is_file(self, kind: str, path: str) -> bool | None:
        """Whether a file test (`-f`, `-d`, `-e`) holds; None: not known."""
        if kind not in "fde":
            return None
        if not path.startswith("/"):
            return False if not path or path.startswith("proxy:") else None
        found = self._state.disk.kind(path)
        if found is None:
            return None
        wanted = {"f": (FileKind.FILE,), "d": (FileKind.FOLDER,), "e": (FileKind.FILE, FileKind.FOLDER)}[kind]
        return found in wanted

    def set_if(self, node: Node, uri: str) -> bool | None:
        """Whether a SetEnvIf line matches; None: not known."""
        words = node.words
        if node.key == "setenvifexpr":
            return self.holds((words or [""])[0])
        if node.key.startswith("browsermatch"):
            words = ["User-Agent", *words]
        if len(words) < 2:
            return None
        request = self._state.request
        known = {
            "request_uri": uri,
            "request_method": request.method,
            "request_protocol": request.first_line.rpartition(" ")[2],
            "remote_addr": request.client,
            "remote_host": None,
            "server_addr": request.address,
        }
        name = words[0].lower()
        value = known[name] if name in known else self._header(name)
        if value is None:
            return None
        pattern = regex(words[1], nocase=node.key.endswith("nocase"))
        return None if pattern is None else pattern.search(value) is not None

    def text(self, expression: str) -> str | None:
        """The value of a string with variables; None for what hpatch does not know, or cannot read."""
        return conditions.text_of(expression, self)

    def holds(self, expression: str) -> bool | None:
        """Whether an expression holds; None for what hpatch does not know, or cannot read."""
        return conditions.holds(expression, self)
