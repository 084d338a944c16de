"""The ports that httpd listens on, and whether it speaks TLS there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths.layers import last
from hpatch.paths.model import UnknownError
from hpatch.records import NamedTuple
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration
    from hpatch.paths.hosts import Host
    from hpatch.paths.site import Site

_OTHERS = ("gnutlsenable", "tlsengine", "nssengine")
"""Other modules than mod_ssl that speak TLS."""


class Listening(NamedTuple):
    """The ports of the Listen lines with their protocols (`https`). `complete`: there are surely no others."""

    protocols: dict[int, str]
    complete: bool


def listening(configuration: Configuration) -> Listening:
    """What the Listen lines of a configuration say."""
    found: dict[int, str] = {}
    complete = configuration.main
    for node in configuration.find("listen"):
        words = node.words
        text = (words or [""])[0].rpartition(":")[2]
        complete = complete and node.certain
        if not (text.isascii() and text.isdigit()):
            complete = False
            continue
        port = whole_number(text)
        found[port] = words[1].lower() if len(words) > 1 else "https" if port == 443 else "http"
    return Listening(found, complete and bool(found))


def speaks_tls(site: Site, host: Host, port: int) -> bool | None:
    """Whether a virtual host speaks TLS at a port; None: not known.

    mod_ssl: SSLEngine, and without it the protocol of Listen, which is https at port 443.
    """
    configuration = site.configuration
    if not configuration.main or configuration.find(*_OTHERS):
        return None
    try:
        node = last(site.sections.defaults(host), "sslengine")
    except UnknownError:
        return None
    if node is None:
        listens = listening(configuration)
        return False if listens.complete and listens.protocols.get(port, "http") != "https" else None
    return {"on": True, "off": False}.get((node.words or [""])[0].lower())
