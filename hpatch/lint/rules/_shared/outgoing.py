"""TLS between httpd and its backends: which line sets an SSLProxy… directive for a target."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.rules._shared.effective import in_server
from hpatch.proxy.model import Balancer

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Server, Target

_TLS = frozenset(("https", "wss", "h2"))
_SECTIONS = ("<proxy", "<proxymatch")


def tls_targets(context: Context) -> Iterator[tuple[Mapping, Target]]:
    """The targets that httpd asks by TLS, members of balancers too, each with its mapping."""
    for mapping in context.mappings if context.targets.keys() & _TLS else ():
        if mapping.target is None:
            continue
        if isinstance(mapping.worker, Balancer):
            for member in mapping.worker.effective_members:
                if member.target.scheme in _TLS:
                    yield mapping, member.target
        elif mapping.target.scheme in _TLS:
            yield mapping, mapping.target


def setting(context: Context, key: str, mapping: Mapping, target: Target) -> Node | None:
    """The line that sets an SSLProxy… directive for a target: in its `<Proxy>` section, its server, the main server."""
    found: Node | None = None
    for node in context.lines_of(mapping.server.node, key):
        section = node.inside(*_SECTIONS)
        if section is not None and _holds(section, mapping, target):
            found = node
    return found or in_server(context, key, mapping.server.node)


def _holds(section: Node, mapping: Mapping, target: Target) -> bool:
    """Whether a `<Proxy>` section holds for a target. One with a pattern may."""
    words = section.words
    if section.key == "<proxymatch" or words[:1] in (["*"], ["~"]):
        return True
    start = "".join(words[:1]).lower().rstrip("*").rstrip("/")
    texts = [target.text, "" if mapping.target is None else mapping.target.text]
    return any(text.lower().startswith(start) for text in texts)


def value(node: Node | None, default: str) -> str:
    """The first word of a line in lower case; the default without a line."""
    words = [] if node is None else node.words
    return words[0].lower() if words else default


def address(target: Target) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a target names; None if it has a name."""
    try:
        return ipaddress.ip_address(target.host.strip("[]"))
    except ValueError:
        return None


def here(target: Target) -> bool:
    """Whether a target is on this machine, so that nobody stands between."""
    if target.socket is not None or target.host == "localhost" or target.host.endswith(".localhost"):
        return True
    found = address(target)
    return found is not None and found.is_loopback


def unchecked_by(context: Context, mapping: Mapping, target: Target) -> Node | None:
    """The line by which httpd does not compare the name in the backend's certificate; None if it does.

    `SSLProxyCheckPeerCN off` does so too, unless SSLProxyCheckPeerName is set (`ssl_io_filter_handshake`).
    """
    name = setting(context, "sslproxycheckpeername", mapping, target)
    if name is not None:
        return name if value(name, "on") == "off" else None
    common = setting(context, "sslproxycheckpeercn", mapping, target)
    return common if value(common, "on") == "off" else None


def engine_on(context: Context, mapping: Mapping, target: Target) -> bool:
    """Whether SSLProxyEngine is on for a target."""
    return value(setting(context, "sslproxyengine", mapping, target), "off") == "on"


def name_of(server: Server) -> set[str]:
    """The names of a server, in lower case."""
    if server.node is None:
        return set()
    return {
        word.lower().partition(":")[0].rpartition("/")[2]
        for line in server.node.children or ()
        if line.key in ("servername", "serveralias")
        for word in line.words
    }
