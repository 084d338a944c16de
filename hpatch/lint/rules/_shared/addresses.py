"""The addresses and ports of Listen, <VirtualHost> and of targets on this machine, as httpd reads them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from hpatch.backends.addresses import is_loopback
from hpatch.proxy.model import DEFAULT_PORTS
from hpatch.records import NamedTuple
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.proxy.model import Target

Kind = Literal["any", "any4", "any6", "ipv4", "ipv6", "name"]

_ADDRESS = r"(?:\[(?P<six>[^\]%]+)(?:%[^\]]*)?\]|(?P<host>[^:\[\]]*))(?::(?P<port>[0-9]+|\*))?"

_IPV4 = r"[0-9]+(?:\.[0-9]+){3}"


class BindAddress(NamedTuple):
    """A word of a Listen or <VirtualHost> line.

    `host` is as written, without brackets; None for every address. `port` is None for every port, and where none is
    written. `kind` tells what `host` is: every address, `0.0.0.0`, `::`, an address, or a name.
    """

    node: Node
    word: int
    host: str | None
    port: int | None
    kind: Kind


def address(node: Node, word: int, text: str) -> BindAddress | None:
    """An address as `apr_parse_addr_port` reads it; None for what it does not read, and for an undefined variable."""
    read = _read(text)
    return None if read is None else BindAddress(node, word, *read)


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[str | None, int | None, Kind] | None:
    """Host, port and kind. The virtual hosts of a large configuration have few addresses."""
    match = re.fullmatch(_ADDRESS, text)
    if "${" in text or match is None:
        return None
    six, host, port = match["six"], match["host"], match["port"]
    if host is not None and port is None and host.isdecimal():
        return None, whole_number(host), "any"
    number = whole_number(port) if port is not None and port != "*" else None
    if six is not None:
        return six, number, _kind(six)
    if host == "*" or host.lower() == "_default_":
        return None, number, "any"
    return host, number, _kind(host)


class Listeners(NamedTuple):
    """What httpd listens on, in the order of its lines. `complete` is False if there are lines that cannot be read."""

    known: list[BindAddress]
    complete: bool


def listeners(configuration: Configuration) -> Listeners:
    """The addresses of all Listen lines."""
    known: list[BindAddress] = []
    complete = True
    for node in configuration.by_key.get("listen", ()):
        words = node.words
        one = address(node, 0, words[0]) if words else None
        if one is None or one.port is None:
            complete = False
        else:
            known.append(one)
    return Listeners(known, complete)


def hosts(configuration: Configuration, known: Container[str] = ()) -> Iterator[BindAddress]:
    """The addresses of every virtual host, without those that cannot be read and those of a word that is `known`."""
    for node in configuration.by_key.get("<virtualhost", ()):
        for word, text in enumerate(node.words):
            one = None if text in known else address(node, word, text)
            if one is not None:
                yield one


def hosts_answer(configuration: Configuration) -> bool:
    """Whether a virtual host answers at every port that httpd listens on, and the main server nowhere."""
    found = listeners(configuration)
    if not found.complete:
        return False
    ports = {one.port for one in hosts(configuration) if one.host in (None, "*", "_default_")}
    return None in ports or all(one.port in ports for one in found.known)


def answering_servers(configuration: Configuration) -> list[Node | None]:
    """The servers that answer, or may: all virtual hosts, and the main server (None) if they leave it a port."""
    every = configuration.by_key.get("<virtualhost", [])
    return [*every] if every and hosts_answer(configuration) else [None, *every]


def number(one: BindAddress) -> int | None:
    """The address as a number, so that two spellings of it are equal; None for a name and for every address."""
    if one.host is None or one.kind not in ("ipv4", "ipv6"):
        return None
    import ipaddress  # only a port with two addresses pays for it

    try:
        return int(ipaddress.ip_address(one.host))
    except ValueError:
        return None


def _kind(host: str) -> Kind:
    if ":" in host:
        return "ipv6" if host.strip(":0") else "any6"
    if re.fullmatch(_IPV4, host) is None:
        return "name"
    return "ipv4" if host.strip(".0") else "any4"


def own_port(target: Target, ports: Container[int | None]) -> int | None:
    """The port of a target on this machine if it is one of these; None for sockets and what depends on the request."""
    if target.scheme not in ("http", "https") or target.socket is not None or target.variables:
        return None
    port = target.port or DEFAULT_PORTS[target.scheme]
    return port if port in ports and is_loopback(target.host) else None
