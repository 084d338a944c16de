"""The options that open a socket, the socket's protocol, and the socket that serves an address."""

from __future__ import annotations

from collections.abc import Iterable

from hpatch.backends.addresses import normal, same_host
from hpatch.backends.uwsgi.model import Instance, Option, Protocol, Socket
from hpatch.records import NamedTuple

DEFAULT_SOCKET = "socket"
"""The option whose sockets use the protocol in `protocol`. (`s` exists on the command line only.)"""

PROTOCOL_KEYS = ("protocol", "socket-protocol")

PROTOCOLS: dict[str, Protocol] = {
    "uwsgi": "uwsgi", "puwsgi": "puwsgi", "suwsgi": "suwsgi", "http": "http", "http11": "http", "https": "https",
    "fastcgi": "fastcgi", "fastcgi-nph": "fastcgi", "scgi": "scgi", "scgi-nph": "scgi", "raw": "raw",
}  # fmt: skip
"""uWSGI's names of protocols (`uwsgi_protocols_register` of `core/socket.c`)."""

SOCKET_KEYS: dict[str, Protocol] = {
    "uwsgi-socket": "uwsgi", "puwsgi-socket": "puwsgi", "suwsgi-socket": "suwsgi", "ssl-socket": "suwsgi",
    "http-socket": "http", "http11-socket": "http", "https-socket": "https",
    "fastcgi-socket": "fastcgi", "fastcgi-nph-socket": "fastcgi",
    "scgi-socket": "scgi", "scgi-nph-socket": "scgi", "raw-socket": "raw",
}  # fmt: skip
ROUTER_KEYS: dict[str, Protocol] = {
    "http": "http", "http-router": "http", "https": "https", "https2": "unknown", "fastrouter": "uwsgi",
    "rawrouter": "unknown", "sslrouter": "unknown",
}  # fmt: skip
"""The options by which a router of uWSGI listens, in a process of its own."""

OPENING_KEYS = SOCKET_KEYS | ROUTER_KEYS

_WITH_CERTIFICATE = frozenset({"suwsgi-socket", "ssl-socket", "https-socket", "https", "sslrouter"})
_FALSE = frozenset({"0", "false", "off", "no"})


def default_protocol(options: Iterable[Option]) -> Protocol:
    """The protocol of `socket` entries: the last `protocol` counts, wherever it stands."""
    found: Protocol = "uwsgi"
    for option in options:
        if option.key in PROTOCOL_KEYS:
            named = PROTOCOLS.get(option.value, "unknown")
            if not option.known or (not option.certain and named != found):
                named = "unknown"
            found = named
    return found


def sockets(options: list[Option]) -> list[Socket]:
    """The sockets that these options open, and those of routers (`http`, `fastrouter`), which are processes too."""
    default = default_protocol(options)
    abstract = any(o.key == "abstract-socket" and o.value.lower() not in _FALSE for o in options)
    found = []
    for option in options:
        protocol = default if option.key == DEFAULT_SOCKET else OPENING_KEYS.get(option.key)
        if protocol is None:
            continue
        address = option.value.lstrip(" \t\n\v\f\r")
        if option.key in _WITH_CERTIFICATE:
            address = address.partition(",")[0]
        unix = ":" not in address and not address.startswith("=")
        if unix and (abstract or address.startswith("\\0")):
            address = "@" + address.removeprefix("\\0").removeprefix("@")
        found.append(Socket(address, unix, protocol, option))
    return found


class Match(NamedTuple):
    """A socket and the instance that opens it."""

    instance: Instance
    socket: Socket


class Sockets:
    """The sockets of several instances, by address."""

    __slots__ = ("_paths", "_ports")

    def __init__(self, instances: Iterable[Instance]) -> None:
        self._paths: dict[str, list[Match]] = {}
        self._ports: dict[int, list[Match]] = {}
        for instance in instances:
            for socket in instance.sockets:
                match = Match(instance, socket)
                port = socket.port
                if port is not None:
                    self._ports.setdefault(port, []).append(match)
                elif socket.unix and socket.known and socket.address.startswith("/"):
                    self._paths.setdefault(normal(socket.address), []).append(match)

    def at_path(self, path: str) -> Match | None:
        """The socket at this absolute path. Links are not followed."""
        return next(iter(self._paths.get(normal(path), ())), None)

    def at_port(self, host: str, port: int) -> Match | None:
        """The socket that a connection to `host:port` reaches; `host` is a name of this machine or the very address."""
        return next((match for match in self._ports.get(port, ()) if same_host(match.socket.host, host)), None)
