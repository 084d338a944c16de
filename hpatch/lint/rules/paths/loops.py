"""Targets that lead back to the virtual host that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.addresses import address, listeners, own_port
from hpatch.lint.rules._shared.effective import in_server, is_on
from hpatch.lint.rules._shared.passes import covers
from hpatch.lint.rules._shared.taking import taken_before
from hpatch.proxy.model import DEFAULT_PORTS

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Target

_PASS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_HERE = ("0.0.0.0", "127.0.0.1")


@rule("MP071", "self-loop", "error", confidence="medium", references=(_PASS,))
def self_loop(context: Context) -> Iterator[Found]:
    """The target is this virtual host itself: one request makes httpd ask itself until no worker is left.

    Each round takes a worker and waits for the next. Other clients wait for the time-out.

    The rule reports a target on this machine at a port that httpd listens on, if the virtual host of the line answers
    there and ProxyPass takes the path again. If the target is a name of the virtual host itself, it is a warning, since
    that name may lead to another machine for httpd (`/etc/hosts`).

    Name the port of the application.

    Fires on::

        Listen 80
        <VirtualHost "*:80">
            ProxyPass "/" "http://127.0.0.1/"
        </VirtualHost>

    Fires on (the client's Host leads back)::

        Listen 80
        <VirtualHost "*:80">
            ServerName first.example
        </VirtualHost>
        <VirtualHost "*:80">
            ServerName shop.example
            ProxyPreserveHost On
            ProxyPass "/" "http://localhost:80/"
        </VirtualHost>

    Fires on (the virtual host's own name)::

        Listen 80
        <VirtualHost "*:80">
            ServerName shop.example
            ProxyPass "/" "http://shop.example/"
        </VirtualHost>

    Write instead::

        Listen 80
        <VirtualHost "*:80">
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>

    Silent on (another virtual host answers)::

        Listen 80
        Listen 8080
        <VirtualHost "*:80">
            ProxyPass "/" "http://127.0.0.1:8080/"
        </VirtualHost>
        <VirtualHost "*:8080">
            DocumentRoot "/var/www"
        </VirtualHost>

    Source: proxy_handler (mod_proxy.c) with a target of its own; tested on httpd 2.4.71.
    """
    if not context.mappings:
        return
    ports = {one.port for one in listeners(context.configuration).known}
    for mapping in context.passes:
        target = mapping.target
        if target is None or not mapping.node.certain:
            continue
        if (target.port or DEFAULT_PORTS.get(target.scheme)) not in ports:
            continue
        port = own_port(target, ports)
        named = False
        if port is None and target.scheme in ("http", "https") and target.socket is None:
            port = target.port or DEFAULT_PORTS[target.scheme]
            named = port in ports and target.host in _names(mapping.server.node)
            if not named:
                continue
        if port is None:
            continue
        taken = covers(mapping)
        inner = target.path.partition("?")[0] or "/"
        if taken is None or not below(inner, taken) or taken_before(context, mapping, inner):
            continue
        if _answering(context, mapping, target, port) is not mapping.server.node:
            continue
        listening = next(one.node for one in listeners(context.configuration).known if one.port == port)
        itself = (
            f'"{target.host}" is a name of this virtual host: if it leads to this machine,'
            if named
            else f'"{target.text}" is this httpd, and the same virtual host answers there:'
        )
        yield Found(
            mapping.place,
            f"{itself} each request asks itself again",
            related=(Related(listening.place, "httpd listens here"),),
            help="Name the address of the application." if named else "Name the port of the application.",
            severity="warning" if named else None,
            confidence="low" if named else None,
        )


def _answering(context: Context, mapping: Mapping, target: Target, port: int) -> Node | None:
    """The virtual host that answers a request to a target; None for the main server."""
    hosts = _hosts_at(context, target.host, port)
    own = mapping.server.node
    if own in hosts and is_on(in_server(context, "proxypreservehost", own)):
        return own
    return next((node for node, named in hosts.items() if named), next(iter(hosts), None))


@lru_cache(maxsize=16)
def _hosts_at(context: Context, name: str, port: int) -> dict[Node | None, bool]:
    """The virtual hosts that may answer at a local address and port, each with whether it has the name."""
    hosts = [node for node in context.configuration.find("<virtualhost") if _is_at(node, name, port)]
    return {node: name in _names(node) for node in hosts}


def _is_at(host: Node, name: str, port: int) -> bool:
    """Whether a virtual host answers at a local address, given by name, and a port."""
    for index, word in enumerate(host.words):
        one = address(host, index, word)
        if (
            one is not None
            and one.port in (None, port)
            and one.host in (None, "0.0.0.0", "127.0.0.1", name.strip("[]"))
        ):
            return True
    return False


@lru_cache(maxsize=16)
def _names(host: Node | None) -> set[str]:
    """The names of a virtual host, in lower case."""
    lines = [
        child for child in (() if host is None else host.children or ()) if child.key in ("servername", "serveralias")
    ]
    return {word.lower().rpartition("://")[2].partition(":")[0] for line in lines for word in line.words}
