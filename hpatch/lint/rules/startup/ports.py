"""Ports: whether httpd can open what it is told to, and whether a virtual host can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.addresses import BindAddress, hosts, listeners, number

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.found import Confidence

_BINDING = "https://httpd.apache.org/docs/2.4/bind.html"
_LISTEN = "https://httpd.apache.org/docs/2.4/mod/mpm_common.html#listen"
_OVERLAPS = frozenset(
    {
        ("any", "any6"), ("any", "ipv4"), ("any", "ipv6"), ("any", "name"),
        ("any4", "any"), ("any4", "ipv4"),
        ("any6", "ipv6"),
        ("ipv4", "any"), ("ipv4", "any4"),
        ("ipv6", "any6"),
    }
)  # fmt: skip
"""What the first Listen takes, so that a second one on the port fails. Some orders of wildcards do not fail."""

_COMPARED = 200
"""How many Listen lines of one port are compared with each other."""


@rule("CF030", "listen-missing", "error", references=(_LISTEN,))
def listen_missing(context: Context) -> Iterator[Found]:
    """The configuration has no Listen line.

    httpd does not start: "no listening sockets available, shutting down" (AH00015). `httpd -t` says "Syntax OK".

    The rule is silent about a part of a configuration, such as one virtual host's file, and about a main file without
    LoadModule lines.

    Add a Listen line for each port.

    Fires on::

        LoadModule mpm_event_module modules/mod_mpm_event.so
        ServerName www.example.com

    Write instead::

        LoadModule mpm_event_module modules/mod_mpm_event.so
        ServerName www.example.com
        Listen 80

    Source: `server/listen.c` `open_listeners`; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    first = next(iter(configuration.nodes), None)
    if first is None or not configuration.whole or "listen" in configuration.by_key:
        return
    if any(name.startswith("mpm_") for name in configuration.modules.loaded_at):
        yield Found(
            first.place,
            "no Listen line opens a port: httpd does not start",
            help="Add one, such as: Listen 80",
        )


@rule("CF031", "listen-conflict", "error", references=(_BINDING, _LISTEN), fix="unsafe")
def listen_conflict(context: Context) -> Iterator[Found]:
    """Two Listen lines open the same address and port.

    httpd does not start. It refuses a line that repeats another ("Cannot define multiple Listeners on the same
    IP:port"). It cannot bind an address that a wildcard covers, or a wildcard that covers an address (AH00072, "Address
    already in use"); `httpd -t` does not see that.

    The confidence is medium for a wildcard beside an address: Linux does not open both, other systems may. The rule is
    silent about two names, about an IPv6 wildcard beside an IPv4 address, and about a line in an undecided conditional
    beside one elsewhere.

    Remove one of the lines.

    Fires on::

        Listen 80
        Listen 127.0.0.1:80

    Fires on (the same line twice)::

        Listen 443
        Listen 443 https

    Write instead::

        Listen 80
        Listen 443 https

    Silent on (two addresses)::

        Listen 127.0.0.1:80
        Listen 127.0.0.2:80

    Silent on (httpd opens one socket for both)::

        Listen [::]:80
        Listen 0.0.0.0:80

    Source: `server/listen.c` `alloc_listener` and `open_listeners`; tested on httpd 2.4.71, Linux.
    """
    by_port: dict[int | None, list[BindAddress]] = {}
    for one in listeners(context.configuration).known:
        by_port.setdefault(one.port, []).append(one)
    shared = any(node.args.strip() not in ("", "0") for node in context.configuration.find("listencoresbucketsratio"))
    for port, several in by_port.items():
        said: set[int] = set()
        for first, second in combinations(several[:_COMPARED], 2):
            confidence = None if id(second.node) in said else _conflict(first, second, shared)
            if confidence is None:
                continue
            said.add(id(second.node))
            again = confidence == "high"
            yield Found(
                second.node.word_place(0),
                f'"{second.node.words[0]}" is the address of another Listen line: httpd refuses to start'
                if again
                else f'"{first.node.words[0]}" and "{second.node.words[0]}" both take port {port}: httpd cannot open '
                "the second one and does not start",
                related=(Related(first.node.word_place(0), "the other Listen line is here"),),
                help="Remove one of the lines.",
                confidence=confidence,
                fix=edits.fix("remove the line", edits.line_removed(second.node))
                if again and first.node.args.split() == second.node.args.split()
                else None,
                node=second.node,
            )


def _conflict(first: BindAddress, second: BindAddress, shared: bool) -> Confidence | None:
    """How sure it is that httpd does not open both. With `shared`, a socket may share its port (SO_REUSEPORT)."""
    if set(first.node.conditions) != set(second.node.conditions):
        return None  # Debian listens for the one TLS module or the other
    if first.host == second.host:
        return "high"
    if shared:
        return None
    if (first.kind, second.kind) in _OVERLAPS:
        return "medium"
    same = number(first)
    return "medium" if same is not None and same == number(second) and first.kind == second.kind else None


@rule("CF032", "host-unreachable", "error", references=(_BINDING, f"{_BINDING}#virtualhost"))
def host_unreachable(context: Context) -> Iterator[Found]:
    """No Listen line opens the port, or the address, of this virtual host.

    httpd starts, and `httpd -t` says "Syntax OK". Connections to the port are refused. If only the address differs, the
    requests go to another virtual host. A <VirtualHost> line does not make httpd listen.

    The rule is silent about a part of a configuration, because the Listen line may stand in another file. It compares
    addresses only if all of them are IPv4 addresses.

    Add a Listen line, or correct the port.

    Fires on::

        Listen 80
        <VirtualHost *:8443>
            ServerName www.example.com
        </VirtualHost>

    Write instead::

        Listen 80
        Listen 8443
        <VirtualHost *:8443>
            ServerName www.example.com
        </VirtualHost>

    Silent on (httpd listens on all addresses)::

        Listen 8443
        <VirtualHost 10.0.0.5:8443>
            ServerName www.example.com
        </VirtualHost>

    Source: the page "Binding to Addresses and Ports" of the documentation; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.whole or "listen" not in configuration.by_key:
        return
    opened = listeners(configuration)
    if not opened.complete or configuration.find("securelisten", "nwssltrustedcerts"):
        return
    ports: dict[int | None, list[BindAddress]] = {}
    for one in opened.known:
        ports.setdefault(one.port, []).append(one)
    only = {
        port: {one.host for one in several}
        for port, several in ports.items()
        if all(one.kind == "ipv4" for one in several)
    }
    sound: set[str] = set()  # most virtual hosts of a large configuration have the same address
    for host in hosts(configuration, sound):
        text = host.node.words[host.word]
        listening = ports.get(host.port)
        if host.port is None or (
            listening is not None and (host.kind != "ipv4" or host.host in only.get(host.port, (host.host,)))
        ):
            sound.add(text)
            continue
        yield Found(
            host.node.word_place(host.word),
            f'no Listen line opens port {host.port}: nothing reaches "{text}"'
            if listening is None
            else f'httpd does not listen on "{text}", only on {_listed(listening)}: nothing reaches this virtual host',
            help=f"Add: Listen {host.port if listening is None else text}",
            node=host.node,
        )


def _listed(listening: list[BindAddress]) -> str:
    shown = [f'"{one.node.words[0]}"' for one in listening[:3]]
    return ", ".join(shown) + (", …" if len(listening) > 3 else "")
