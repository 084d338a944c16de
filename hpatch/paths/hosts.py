"""Which virtual host answers for an address, a port and a name, and names that never do (httpd: server/vhost.c).

httpd first chooses by the address and port that the client reached: the virtual hosts with just that address, else
those with `*`, else the main server. An exact port goes before `*` and before an address without a port. If several
virtual hosts have the chosen address, the name decides: the first one, in the order of the configuration, whose
ServerName or ServerAlias is the request's; else the first one. A single virtual host answers for every name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.paths.model import UnknownError
from hpatch.paths.patterns import wildcard
from hpatch.records import NamedTuple
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node

ANY = "*"
_ANY_WORDS = ("*", "_default_", "0.0.0.0", "[::]", "::")


class HostAddress(NamedTuple):
    """An address of a `<VirtualHost>`: `host` is an address, `*`, or a name for DNS to resolve; `port` 0 is any port.

    `word` counts the words of the section's line.
    """

    host: str
    port: int
    word: int = 0

    @property
    def named(self) -> bool:
        """Whether it is a name that DNS resolves."""
        return self.host != ANY and _ip(self.host) is None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else f"{host}:*"


class HostName(NamedTuple):
    """A ServerName or a word of a ServerAlias, in lower case; `wild` if it has `*` or `?`."""

    text: str
    node: Node
    word: int
    wild: bool = False

    def matches(self, host: str) -> bool | None:
        """Whether a request's name is this one; None if an undefined variable hides it."""
        if "${" in self.text:
            return None
        if not self.wild:
            return self.text == host.lower()
        pattern = wildcard(self.text.replace("[", "\\["), nocase=True)
        return None if pattern is None else pattern.match(host) is not None


class Host:
    """The main server (`node` None) or a virtual host. `name` is its ServerName, None without one."""

    __slots__ = ("addresses", "aliases", "name", "node")

    def __init__(
        self,
        node: Node | None,
        addresses: tuple[HostAddress, ...] = (),
        name: HostName | None = None,
        aliases: tuple[HostName, ...] = (),
    ) -> None:
        self.node = node
        self.addresses = addresses
        self.name = name
        self.aliases = aliases

    @property
    def title(self) -> str:
        """How to name it to people."""
        if self.node is None:
            return "the main server"
        return f'virtual host "{self.name.text if self.name else " ".join(map(str, self.addresses))}"'

    @property
    def names(self) -> tuple[HostName, ...]:
        """All its names, in the order in which httpd compares them."""
        if not any(one.wild for one in self.aliases):
            return self.aliases if self.name is None else (self.name, *self.aliases)
        plain = tuple(one for one in self.aliases if not one.wild)
        wild = tuple(one for one in self.aliases if one.wild)
        return (*(() if self.name is None else (self.name,)), *plain, *wild)

    def matching(self, host: str) -> HostName | None:
        """Its name that a request's name is. Raises UnknownError if an undefined variable hides it."""
        hidden: HostName | None = None
        for name in self.names:
            found = name.matches(host)
            if found:
                return name
            hidden = hidden or (name if found is None else None)
        if hidden is not None:
            raise UnknownError(f'the value of "{hidden.text}" is not known', hidden.node)
        return None


class ChosenHost(NamedTuple):
    """The virtual host that answers, why, and those of the same address that were asked first."""

    host: Host
    why: str
    node: Node | None
    asked: tuple[Host, ...] = ()
    refused: bool = False


class Never(NamedTuple):
    """A name under which a virtual host never answers at an address, because `taker` does.

    `whole` tells that none of the host's names, at none of its addresses, leads to it.
    """

    host: Host
    name: HostName
    address: HostAddress
    taker: Host
    by: HostName
    whole: bool


@dataclass(frozen=True, eq=False)
class Hosts:
    """All servers: `main`, and `virtual` in the order of the configuration. `chains` are the virtual hosts by address
    and port, as httpd looks them up."""

    main: Host
    virtual: tuple[Host, ...]
    chains: dict[tuple[str, int], tuple[Host, ...]] = field(default_factory=dict)
    strict: bool = False

    def chain(self, address: str | None, port: int) -> tuple[tuple[str, int] | None, tuple[Host, ...]]:
        """The virtual hosts among which the name decides, and the address and port that chose them.

        Raises UnknownError if the address that the client reached decides and is not known.
        """
        keys = [key for key in self.chains if key[1] in (port, 0)]
        special = [key for key in keys if key[0] != ANY]
        for key in special:
            if _ip(key[0]) is None:
                raise UnknownError(f'the address of "{key[0]}" is not known', self.chains[key][0].node)
        if address is None and special:
            shown = ", ".join(sorted({key[0] for key in special})[:3])
            if not [key for key in keys if key[0] == ANY] and len({key[0] for key in special}) == 1:
                address = special[0][0]
            else:
                raise UnknownError(f"the address that the client reaches decides ({shown}); --address tells it")
        for host in (address, ANY):
            for number in (port, 0):
                if host is not None and (host, number) in self.chains:
                    return (host, number), self.chains[host, number]
        return None, ()

    def answering(self, address: str | None, port: int, name: str | None, path: str = "/") -> ChosenHost:
        """The virtual host that answers. Raises UnknownError."""
        address = None if address is None else _shown(address)
        key, chain = self.chain(address, port)
        if key is None:
            return ChosenHost(host=self.main, why=f"no virtual host has port {port}", node=None)
        where = str(HostAddress(*key))
        if len(chain) == 1:
            host = chain[0]
            return ChosenHost(
                host=host, why=f"it is the only virtual host for {where}, whatever the name", node=host.node
            )
        if name is None:
            return self._by_path(chain, where, path)
        asked: list[Host] = []
        for host in chain:
            found = host.matching(name)
            if found is None and host.name is None and self.main.name is not None and key[0] == ANY:
                found = self.main.name if self.main.name.matches(name) else None
            if found is not None:
                return ChosenHost(
                    host=host, why=f'its name "{found.text}" is the request\'s', node=found.node, asked=tuple(asked)
                )
            asked.append(host)
        if key[0] == name.lower():
            why = f'the name is the address "{key[0]}", and this is its first virtual host'
            return ChosenHost(host=chain[0], why=why, node=chain[0].node, asked=tuple(asked))
        first = chain[0]
        why = f"none of the {len(chain)} virtual hosts for {where} has this name, so the first one answers"
        return ChosenHost(host=first, why=why, node=first.node, asked=tuple(asked), refused=self.strict)

    def _by_path(self, chain: tuple[Host, ...], where: str, path: str) -> ChosenHost:
        for host in chain:
            for node in [] if host.node is None else host.node.children or []:
                words = node.words if node.key == "serverpath" else []
                if words and path.startswith(words[0]) and (words[0][-1:] == "/" or path[len(words[0]) :][:1] in "/"):
                    return ChosenHost(host=host, why=f'the path begins with its ServerPath "{words[0]}"', node=node)
        return ChosenHost(
            host=chain[0], why=f"without a name, the first virtual host for {where} answers", node=chain[0].node
        )

    def never(self) -> Iterator[Never]:
        """The names that lead to another virtual host than the one that has them, by host and address."""
        found: list[tuple[Host, HostName, HostAddress, Host, HostName]] = []
        heard: set[int] = set()
        plain: list[tuple[Host, ...]] = []
        for key, chain in self.chains.items():
            if _all_differ(chain):
                plain.append(chain)
                continue
            taken = _Taken()
            for host in chain:
                for name in host.names:
                    taker = taken.by(name)
                    if taker is None or host is chain[0]:
                        heard.add(id(host))
                    else:
                        found.append((host, name, HostAddress(*key), *taker))
                if not host.names:
                    heard.add(id(host))
                taken.add(host)
        if found:
            heard.update(id(host) for chain in plain for host in chain)
        for host, name, address, other, by in found:
            yield Never(host=host, name=name, address=address, taker=other, by=by, whole=id(host) not in heard)


_Taker = tuple["Host", HostName]


def _all_differ(chain: tuple[Host, ...]) -> bool:
    """Whether no name of these virtual hosts can be another's, as in most configurations."""
    texts: list[str] = []
    for host in chain if len(chain) > 1 else ():
        if host.name is not None:
            texts.append(host.name.text)
        for alias in host.aliases:
            if alias.wild:
                return False
            texts.append(alias.text)
    return len(set(texts)) == len(texts)


class _Taken:
    """The names that virtual hosts have taken so far, each by the first one."""

    def __init__(self) -> None:
        self._count = 0
        self._plain: dict[str, tuple[int, _Taker]] = {}
        self._ends: dict[str, tuple[int, _Taker]] = {}
        self._patterns: list[tuple[int, _Taker]] = []

    def add(self, host: Host) -> None:
        """Note a host's names."""
        self._count += 1
        for name in host.names:
            entry = (self._count, (host, name))
            if "${" in name.text:
                continue
            if name.text.startswith("*") and name.text.count("*") == 1 and "?" not in name.text:
                self._ends.setdefault(name.text[1:], entry)
            elif name.wild:
                self._patterns.append(entry)
            self._plain.setdefault(name.text, entry)

    def by(self, name: HostName) -> _Taker | None:
        """The first host that surely takes every request for a name, and its name; None if none does."""
        text = name.text
        if "${" in text:
            return None
        found = [self._plain[text]] if text in self._plain else []
        if self._ends:
            found += [self._ends[text[at:]] for at in range(len(text) + 1) if text[at:] in self._ends]
        found += [] if name.wild else [one for one in self._patterns if one[1][1].matches(text)]
        return min(found, key=lambda one: one[0])[1] if found else None


def _ip(text: str) -> str | None:
    if ":" not in text and not text.replace(".", "").isdigit():
        return None
    import ipaddress

    try:
        return str(ipaddress.ip_address(text.strip("[]").partition("%")[0]))
    except ValueError:
        return None


def _shown(text: str) -> str:
    return _ip(text) or text.lower()


@lru_cache(maxsize=1024)
def address(word: str, index: int, default: int) -> HostAddress:
    """A word of a `<VirtualHost>` line; `default` is the main server's port, 0 without one."""
    host, colon, port = word.rpartition(":")
    if not colon or (word.count(":") > 1 and not host.endswith("]")):
        host, port = word, ""
    number = whole_number(port) if port.isascii() and port.isdigit() else 0 if port == "*" else default
    if host.lower() in _ANY_WORDS:
        return HostAddress(ANY, number, index)
    return HostAddress(_shown(host), number, index)


def hosts(configuration: Configuration) -> Hosts:
    """All servers of a configuration. What an undecided conditional encloses counts as read."""
    port = 0
    names: dict[Node | None, list[Node]] = {}
    for key in ("servername", "serveralias"):
        for node in configuration.by_key.get(key, ()):
            parent = node.parent
            if parent is not None and parent.key != "<virtualhost":
                parent = node.inside("<virtualhost")
            names.setdefault(parent, []).append(node)
    virtual: list[Host] = []
    ports = {node: _port(node) for node in names.get(None, ()) if node.key == "servername"}
    for node in configuration.nodes:
        port = ports.get(node) or port
        if node.key == "<virtualhost":
            virtual.append(_host(node, names.get(node, []), port))
    chains: dict[tuple[str, int], list[Host]] = {}
    for host in virtual:
        for one in host.addresses:
            chain = chains.setdefault((one.host, one.port), [])
            if not chain or chain[-1] is not host:
                chain.append(host)
    strict = [node for node in configuration.by_key.get("stricthostcheck", ()) if node.words[:1]]
    return Hosts(
        main=_host(None, names.get(None, []), 0),
        virtual=tuple(virtual),
        chains={key: tuple(chain) for key, chain in chains.items()},
        strict=bool(strict) and strict[-1].words[0].lower() == "on",
    )


def _host(node: Node | None, named: list[Node], port: int) -> Host:
    name: HostName | None = None
    aliases: list[HostName] = []
    for line in named:
        words = line.words
        if line.key == "serveralias":
            aliases += [HostName(word.lower(), line, at, "*" in word or "?" in word) for at, word in enumerate(words)]
        elif words:
            name = HostName(bare(words[0]), line, 0)
    addresses = [] if node is None else [address(word, at, port) for at, word in enumerate(node.words)]
    return Host(node=node, addresses=tuple(addresses), name=name, aliases=tuple(aliases))


def bare(text: str) -> str:
    """A ServerName without its scheme and port."""
    if ":" not in text:
        return text.lower()
    text = text.partition("://")[2] or text
    host, colon, port = text.rpartition(":")
    return (host if colon and port.isdigit() else text).lower()


def _port(node: Node) -> int | None:
    port = (node.words or [""])[0].rpartition(":")[2]
    return whole_number(port) if port.isascii() and port.isdigit() else None
