"""Access rules that nobody can fulfil."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

    _Network = IPv4Network | IPv6Network

_REQUIRE = "https://httpd.apache.org/docs/2.4/mod/mod_authz_core.html#requireall"
_SAME = {("method", "HEAD"): "GET"}
"""What httpd takes for something else: a HEAD has the number of a GET."""


@rule("AC050", "require-never-met", "error", references=(_REQUIRE,))
def require_never_met(context: Context) -> Iterator[Found]:
    """A `<RequireAll>` wants two things of which a client has only one: nobody gets in.

    A client has one address, one user name and one method. Two `Require ip` lines in a `<RequireAll>` want both
    addresses at once, and httpd answers everybody with 403. Several addresses belong into one line, or into a
    `<RequireAny>`.

    The rule compares lines of `ip`, of `user` and of `method`, and is silent where two networks overlap.

    Name all addresses in one Require.

    Fires on::

        <Location "/admin">
            <RequireAll>
                Require ip 10.0.0.0/8
                Require ip 192.168.1.0/24
            </RequireAll>
        </Location>

    Fires on (two users)::

        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/etc/apache2/users"
            <RequireAll>
                Require user alice
                Require user bob
            </RequireAll>
        </Location>

    Write instead::

        <Location "/admin">
            Require ip 10.0.0.0/8 192.168.1.0/24
        </Location>

    Silent on (one network inside the other)::

        <Location "/admin">
            <RequireAll>
                Require ip 10.0.0.0/8
                Require ip 10.1.2.0/24
            </RequireAll>
        </Location>

    Source: apply_authz_sections (mod_authz_core.c); tested on httpd 2.4.71.
    """
    for section in context.configuration.find("<requireall"):
        if section.inside("<requirenone") is not None:
            continue
        before: dict[str, list[Node]] = {}
        for node in section.children or ():
            kind = node.words[0].lower() if node.key == "require" and node.words else ""
            if kind not in ("ip", "user", "method") or not node.certain or "$" in node.args or "%{" in node.args:
                continue
            other = next((one for one in before.get(kind, ()) if _apart(kind, one, node)), None)
            if other is not None:
                yield Found(
                    node.place,
                    f'nobody gets in: no client fulfils both "{other.args}" and "{node.args}"',
                    related=(Related(other.place, "this line is asked, too"),),
                    help=f'Write one line, "Require {kind} {" ".join((*other.words[1:], *node.words[1:]))}", or use '
                    "<RequireAny>.",
                )
                break
            before.setdefault(kind, []).append(node)


def _apart(kind: str, one: Node, other: Node) -> bool:
    """Whether no client has what each of two lines wants."""
    if kind != "ip":
        here, there = ({_SAME.get((kind, word), word) for word in node.words[1:]} for node in (one, other))
        return here.isdisjoint(there)
    mine, others = ([_network(word) for word in node.words[1:]] for node in (one, other))
    if None in mine or None in others:
        return False
    return not any(a.version == b.version and a.overlaps(b) for a in mine for b in others if a and b)


@lru_cache(maxsize=256)
def _network(text: str) -> _Network | None:
    """A subnet as APR reads it, an incomplete address such as `10.1` included; None for what it does not read."""
    import ipaddress

    address, slash, mask = text.partition("/")
    numbers = [one for one in address.split(".") if one]
    if ":" not in address and not slash and len(numbers) < 4:
        address, slash, mask = ".".join((numbers + ["0"] * 4)[:4]), "/", str(8 * len(numbers))
    try:
        return ipaddress.ip_network(f"{address}{slash}{mask}", strict=False)
    except ValueError:
        return None
