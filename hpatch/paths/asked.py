"""A request from the words of a user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from hpatch.errors import UsageError
from hpatch.paths.access import knows
from hpatch.paths.model import ClientRequest
from hpatch.paths.ports import listening
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration

_URL = (
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?P<host>\[[^\]]*\]|[^/?:#]*)(?::(?P<port>[0-9]{1,5}))?)?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?"
)
_HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:\s/?#@\\]+)(?::(?P<port>[0-9]{1,5}))?"
_BARE = r"[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}(?::[0-9]+)?(?:[/?].*)?"
"""A host's name and a path, without a scheme."""
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_PLAIN = "".join(map(chr, range(33, 127)))
"""What clients do not encode in what a user writes."""


def asked(
    configuration: Configuration,
    url: str,
    host: str | None = None,
    port: int | None = None,
    *,
    https: bool = False,
    method: str = "GET",
    address: str | None = None,
    client: str | None = None,
    headers: tuple[str, ...] = (),
) -> ClientRequest:
    """The request for a path or a whole URL; what is given besides goes before what the URL has.

    `headers` are lines `Name: value`; nothing behind the colon stands for a header that is not sent.

    What stands in no URL, such as a blank, is encoded, as browsers do. Without a port, it is the only one that httpd
    listens on, or else the scheme's own. Raises UsageError.
    """
    match = re.fullmatch(_URL, url, re.DOTALL)
    scheme = "" if match is None else (match["scheme"] or "").lower()
    if (
        match is None
        or "@" in (match["host"] or "")
        or scheme not in ("", "http", "https")
        or not (match["path"] or scheme)
    ):
        raise UsageError(_no_url(url))
    if not re.fullmatch(_TOKEN, method):
        raise UsageError(f'"{method}" is not a method such as GET')
    if method != method.upper() and knows(method):
        raise UsageError(f'httpd does not know the method "{method}": write {method.upper()}')
    for name, text in (("--address", address), ("--client", client)):
        if text is not None and not _is_address(text):
            raise UsageError(f'{name} "{text}" is not an IP address')
    known = tuple(_header(line) for line in headers)
    named = [value for name, value in known if name == "host"]
    hosts = list(dict.fromkeys(one.lower() for one in (*named, *([] if host is None else [host]))))
    if len(hosts) > 1:
        raise UsageError(
            f'"{hosts[0]}" and "{hosts[1]}" are two names for the Host header (--host, --header); give one'
        )
    given = _host(host or next(iter(named), "") or match["host"] or "")
    https = https or scheme == "https"
    written = match["port"] or given[1]
    if port is None:
        port = whole_number(written) if written else _port(configuration, 443 if https else 80)
    if not 0 < port <= 65535:
        raise UsageError(f"there is no port {port}")
    return ClientRequest(
        path=quote(match["path"] or "/", safe=_PLAIN, errors="surrogateescape"),
        query=None if match["query"] is None else quote(match["query"], safe=_PLAIN, errors="surrogateescape"),
        host=given[0] or None,
        port=port,
        address=address,
        client=client,
        https=https,
        method=method,
        headers=tuple(one for one in known if one[0] != "host"),
    )


def _header(line: str) -> tuple[str, str]:
    """A header's name in lower case, and its value. Raises UsageError."""
    name, colon, value = line.partition(":")
    if not colon or not re.fullmatch(_TOKEN, name):
        raise UsageError(f'"{line}" is not a header such as "X-Role: admin"')
    if re.search(r"[\0-\x08\n-\x1f\x7f]", value):
        raise UsageError(f"the value of the header {name} has a control character, which httpd refuses")
    return name.lower(), value.strip(" \t")


def _no_url(url: str) -> str:
    """Why it is neither a path nor a URL."""
    if re.match("[a-zA-Z]+://[^/?#]*@", url) is not None:
        return f'leave the user out of "{url}": it does not decide who answers'
    usual = f'"{url}" is not a path such as /api/items, nor a URL such as https://shop.example/api/items'
    if re.fullmatch(_BARE, url) is not None:
        return f'{usual}: write "https://{url}"'
    return f'{usual}: write "/{url}"' if re.fullmatch(r"[^/:\s]+(?:/\S*)?", url) is not None else usual


def _host(text: str) -> tuple[str, str]:
    """A host's name and its port. Raises UsageError."""
    if not text:
        return "", ""
    match = re.fullmatch(_HOST, text)
    if match is None:
        raise UsageError(f'"{text}" is not the name of a host')
    return match["host"], match["port"] or ""


def _is_address(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _port(configuration: Configuration, default: int) -> int:
    ports = listening(configuration).protocols
    return next(iter(ports)) if len(ports) == 1 else default
