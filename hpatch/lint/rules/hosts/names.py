"""Virtual hosts that never answer, because another one does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.answering import hosts

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.paths.hosts import Never

_ANY = "*"
_NAMES = "https://httpd.apache.org/docs/2.4/vhosts/name-based.html"
_DETAILS = "https://httpd.apache.org/docs/2.4/vhosts/details.html"


@rule("VH001", "vhost-shadowed", "error", references=(_NAMES,))
def vhost_shadowed(context: Context) -> Iterator[Found]:
    """Another virtual host answers for this name, because its ServerAlias has it and stands first.

    Among the virtual hosts of one address, httpd takes the first one, in the order in which they are read, whose
    ServerName or ServerAlias is the request's name. `ServerAlias *.example.com` takes all names below, also those of
    later virtual hosts. `httpd -t` says nothing about it.

    The rule is silent where hpatch does not know whether httpd reads the earlier virtual host.

    Write the virtual host with the wildcard last.

    Fires on::

        <VirtualHost *:80>
            ServerName www.example.com
            ServerAlias *.example.com
        </VirtualHost>
        <VirtualHost *:80>
            ServerName shop.example.com
        </VirtualHost>

    Write instead::

        <VirtualHost *:80>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost *:80>
            ServerName www.example.com
            ServerAlias *.example.com
        </VirtualHost>

    Silent on (another port)::

        <VirtualHost *:80>
            ServerName www.example.com
            ServerAlias *.example.com
        </VirtualHost>
        <VirtualHost *:443>
            ServerName shop.example.com
        </VirtualHost>

    Source: `update_server_from_aliases` (server/vhost.c); tested on httpd 2.4.71.
    """
    for one in _never(context):
        if not _same(one):
            yield Found(
                one.name.node.word_place(one.name.word),
                f'{one.taker.title} answers for "{one.name.text}" at {one.address}: "{one.by.text}" is asked first',
                related=(Related(one.by.node.word_place(one.by.word), "takes the name"),),
                help="Write the virtual host with the wildcard last." if one.by.wild else "Drop one of the names.",
            )


@rule("VH002", "vhost-duplicate", "error", references=(_NAMES,))
def vhost_duplicate(context: Context) -> Iterator[Found]:
    """Two virtual hosts have the same address and ServerName: the second one never answers.

    httpd takes the first virtual host with the name. Nothing in the second one counts, its certificate and its
    ProxyPass included, and `httpd -t` says nothing about it.

    The rule is silent where hpatch does not know whether httpd reads the earlier virtual host.

    Merge the two, or give one of them another name.

    Fires on::

        <VirtualHost *:80>
            ServerName shop.example.com
            DocumentRoot "/srv/shop"
        </VirtualHost>
        <VirtualHost *:80>
            ServerName shop.example.com
            ProxyPass "/" "http://127.0.0.1:8000/"
        </VirtualHost>

    Write instead::

        <VirtualHost *:80>
            ServerName shop.example.com
            ProxyPass "/" "http://127.0.0.1:8000/"
        </VirtualHost>

    Silent on (one for each port)::

        <VirtualHost *:80>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost *:443>
            ServerName shop.example.com
        </VirtualHost>

    Source: `update_server_from_aliases` (server/vhost.c); tested on httpd 2.4.71.
    """
    for one in _never(context):
        if _same(one):
            yield Found(
                one.name.node.place,
                f'no request for "{one.name.text}" at {one.address} comes here: another virtual host has the same name',
                related=(Related(one.by.node.place, "answers instead, as it is read first"),),
                help="Merge the two, or give one of them another name.",
            )


@rule("VH003", "vhost-star-beside-ip", "warning", confidence="medium", references=(_DETAILS,))
def vhost_star_beside_ip(context: Context) -> Iterator[Found]:
    """A virtual host with an address takes all requests that reach that address, whatever the name.

    httpd looks for virtual hosts with the very address that the client reached, and for those with `*` only if there
    are none. Names under `*` never answer at that address, and its first virtual host does instead.

    The rule fires where both sides have a ServerName and the same port, and there is one such address only. It is
    silent where the virtual hosts with the address have the name too, for a loopback address, and for `_default_`.

    Give all virtual hosts of a port the same address, `*` as a rule.

    Fires on::

        <VirtualHost *:80>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost 192.0.2.10:80>
            ServerName www.example.com
        </VirtualHost>

    Write instead::

        <VirtualHost *:80>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost *:80>
            ServerName www.example.com
        </VirtualHost>

    Silent on (for those who come from this machine)::

        <VirtualHost *:80>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost 127.0.0.1:80>
            ServerName status.example.com
        </VirtualHost>

    Source: `ap_update_vhost_given_ip` (server/vhost.c), "An In-Depth Discussion of Virtual Host Matching"; tested on
    httpd 2.4.71.
    """
    words = {word for node in context.configuration.find("<virtualhost") for word in node.words}
    if all(word.startswith((_ANY, "_default_")) for word in words):
        return
    chains = hosts(context).chains
    at_port: dict[int, list[tuple[str, int]]] = {}
    for key in chains:
        if key[0] != _ANY:
            at_port.setdefault(key[1], []).append(key)
    for (host, port), stars in chains.items():
        special = at_port.get(port, [])
        if host != _ANY or len(special) != 1 or not any(char in ":." for char in special[0][0]):
            continue
        ip = special[0][0]
        named = [one for one in stars if one.name is not None and one.node is not None]
        named = [one for one in named if one.node is not None and "_default_" not in one.node.args.lower()]
        others = [one for one in chains[special[0]] if one.name is not None and one not in stars]
        known = {name.text for other in chains[special[0]] for name in other.names}
        named = [one for one in named if one.name is not None and one.name.text not in known]
        if ip.startswith("127.") or ip == "::1" or not named or not others or not ip.replace(":", "")[:1].isdigit():
            continue
        node, first = others[0].node, named[0].name
        if node is None or first is None:
            continue
        if node.conditions or first.node.conditions:
            continue
        yield Found(
            node.place,
            f'no virtual host under "*" answers at {ip} port {port or "*"}, such as "{first.text}": this one does',
            related=(Related(first.node.place, "has another address"),),
            help='Write "*" instead of the address, unless the name belongs to this address alone.',
        )


@rule("VH007", "vhost-any-port", "warning", confidence="medium", references=(_DETAILS,))
def vhost_any_port(context: Context) -> Iterator[Found]:
    """A virtual host without a port never answers where another one names the port, whatever the name.

    `<VirtualHost *>` stands for all ports. httpd looks for virtual hosts with the very port that the client reached,
    and for those without a port only if there are none. Their names answer at no port that another one names.

    The rule fires if every Listen line of the configuration has a virtual host with its port. It is silent if one of
    those has the name, too.

    Write the port behind the star in all virtual hosts: `*:80`.

    Fires on::

        Listen 80
        <VirtualHost *>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost *:80>
            ServerName www.example.com
        </VirtualHost>

    Write instead::

        Listen 80
        <VirtualHost *:80>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost *:80>
            ServerName www.example.com
        </VirtualHost>

    Silent on (it answers at the other port)::

        Listen 80
        Listen 8080
        <VirtualHost *>
            ServerName shop.example.com
        </VirtualHost>
        <VirtualHost *:80>
            ServerName www.example.com
        </VirtualHost>

    Source: `ap_update_vhost_given_ip` (server/vhost.c), "An In-Depth Discussion of Virtual Host Matching"; tested on
    httpd 2.4.71.
    """
    if not any(
        word in (_ANY, "*:*", "_default_:*")
        for node in context.configuration.find("<virtualhost")
        for word in node.words
    ):
        return
    chains = hosts(context).chains
    listening = {node.words[0].rpartition(":")[2] for node in context.configuration.find("listen") if node.words}
    if not listening or not all(port.isdigit() and (_ANY, int(port)) in chains for port in listening):
        return
    exact = [one for (host, port), chain in chains.items() if host == _ANY and port for one in chain]
    known = {name.text for one in exact for name in one.names}
    if any(name.wild or "${" in name.text for one in exact for name in one.names):
        return
    for one in chains.get((_ANY, 0), ()):
        if one.name is None or one.node is None or one in exact or one.name.text in known:
            continue
        if not one.node.certain or any(name.text in known for name in one.names):
            continue
        yield Found(
            one.node.place,
            f'no request for "{one.name.text}" comes here: other virtual hosts name the ports, and this one does not',
            related=(Related(exact[0].node.place, "has a port"),) if exact[0].node is not None else (),
            help="Write the port behind the star, as in *:80.",
        )


@lru_cache(maxsize=1)
def _never(context: Context) -> list[Never]:
    """The first name that each virtual host loses, if httpd surely reads the one that takes it."""
    found: list[Never] = []
    if not _may_clash(context):
        return found
    seen: set[int] = set()
    for one in hosts(context).never():
        mine, other = one.host.node, one.taker.node
        if mine is None or other is None or not set(one.by.node.conditions) <= set(one.name.node.conditions):
            continue
        if id(mine) not in seen and mine is not other:
            seen.add(id(mine))
            found.append(one)
    return found


def _may_clash(context: Context) -> bool:
    """Whether two virtual hosts may have one name. In most configurations all names differ, which is seen at once."""
    if len(context.configuration.find("<virtualhost")) < 2:
        return False
    from hpatch.paths.hosts import bare

    names = [bare(word) for node in context.configuration.find("servername") for word in node.words[:1]]
    names += [word for node in context.configuration.find("serveralias") for word in node.words]
    text = "\0".join(names).lower()  # of all names at once, which takes a fraction of the time
    return "*" in text or "?" in text or len(set(text.split("\0"))) < len(names)


def _same(one: Never) -> bool:
    """Whether both virtual hosts have it as their ServerName."""
    return one.name is one.host.name and one.by is one.taker.name
