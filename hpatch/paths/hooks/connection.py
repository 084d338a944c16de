"""The connection: whether httpd listens on the port, in TLS or not, and which virtual host takes the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths.model import Reply, UnknownError
from hpatch.paths.ports import listening, speaks_tls

if TYPE_CHECKING:
    from hpatch.paths.walk import RequestWalk

_MOST = 3
"""How many ports or virtual hosts are named."""


def connection(walk: RequestWalk) -> None:
    """Choose the virtual host. Raises UnknownError."""
    site, request = walk.site, walk.request
    _port(walk)
    chosen = walk.chosen = site.hosts.answering(request.address, request.port, request.host, request.path)
    _namesakes(walk)
    walk.step("vhost", "core", "takes", f"{chosen.host.title}: {chosen.why}", chosen.node)
    for one in (*chosen.asked, chosen.host):
        if one.node is not None and one.node.conditions:
            raise UnknownError(f"hpatch does not know whether httpd reads {one.title}", one.node)
    _tls(walk)
    if chosen.refused:
        walk.status(400, "StrictHostCheck refuses a name that no virtual host has")


def _port(walk: RequestWalk) -> None:
    listens = listening(walk.site.configuration)
    port = walk.request.port
    if listens.complete and port not in listens.protocols:
        others = ", ".join(map(str, sorted(listens.protocols)[:_MOST]))
        more = ", …" if len(listens.protocols) > _MOST else ""
        text = f"httpd does not listen on port {port}, but on {others}{more}"
        walk.step("vhost", "core", "declines", text)
        walk.end(Reply(kind="nobody", text=text))


def _namesakes(walk: RequestWalk) -> None:
    """Name the virtual hosts that have the request's name, and do not take part because of their addresses."""
    name = walk.request.host
    if name is None or any(each.matches(name) for each in walk.host.names):
        return
    found = 0
    for one in walk.site.hosts.virtual:
        if found < _MOST and one is not walk.host and any(each.matches(name) for each in one.names):
            found += 1
            addresses = " ".join(map(str, one.addresses))
            walk.step("vhost", "core", "declines", f"{one.title} has the name, but it is for {addresses}", one.node)


def _tls(walk: RequestWalk) -> None:
    """A connection in TLS where httpd speaks none, or one without TLS where it does.

    The first virtual host for the address decides, before httpd knows the name.
    """
    site, request = walk.site, walk.request
    _, chain = site.hosts.chain(request.address, request.port)
    first = chain[0] if chain else site.hosts.main
    speaks = speaks_tls(site, first, request.port)
    if speaks is None or speaks is request.https:
        return
    if request.https:
        text = f"{first.title} has no SSLEngine on: the client sees an error of TLS"
        walk.step("vhost", "mod_ssl", "declines", text, first.node)
        walk.end(Reply(kind="nobody", text=text, node=first.node))
    text = f"{first.title} has SSLEngine on, and the request comes without TLS (--https)"
    walk.step("vhost", "mod_ssl", "denies", text, first.node)
    walk.status(400, text, first.node)
