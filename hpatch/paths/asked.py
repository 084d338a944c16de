"""A request from the words of a user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hpatch.errors import UsageError
from hpatch.paths.model import ClientRequest

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration

_URL = r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?P<host>\[[^\]]*\]|[^/?:@]*)(?::(?P<port>[0-9]{1,5}))?)?(?P<path>/[^?#]*)?"
_URL += r"(?:\?(?P<query>[^#]*))?(?:#.*)?"


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
) -> ClientRequest:
    """The request for a path or a whole URL; what is given besides goes before what the URL has.

    Without a port, it is the only one that httpd listens on, or else the scheme's own. Raises UsageError.
    """
    match = re.fullmatch(_URL, url)
    if (
        match is None
        or (match["scheme"] or "http").lower() not in ("http", "https")
        or not (match["path"] or match["scheme"])
    ):
        raise UsageError(f'"{url}" is not a path such as /api/items, nor a URL such as https://shop.example/api/items')
    for name, text in (("--address", address), ("--client", client)):
        if text is not None and not _is_address(text):
            raise UsageError(f'{name} "{text}" is not an IP address')
    https = https or (match["scheme"] or "").lower() == "https"
    number = port if port is not None else int(match["port"] or 0) or _port(configuration, 443 if https else 80)
    if not 0 < number <= 65535:
        raise UsageError(f"there is no port {number}")
    return ClientRequest(
        path=match["path"] or "/",
        query=match["query"],
        host=host or match["host"] or None,
        port=number,
        address=address,
        client=client,
        https=https,
        method=method,
    )


def _is_address(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _port(configuration: Configuration, default: int) -> int:
    ports = set()
    for node in configuration.find("listen"):
        text = (node.words or [""])[0].rpartition(":")[2]
        if text.isascii() and text.isdigit():
            ports.add(int(text))
    return ports.pop() if len(ports) == 1 else default
