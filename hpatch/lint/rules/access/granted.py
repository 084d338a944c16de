"""Access rules that ask nobody, because everybody is let in beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_REQUIRE = "https://httpd.apache.org/docs/2.4/mod/mod_authz_core.html#require"


@rule("AC047", "granted-beside-rule", "error", references=(_REQUIRE,))
def granted_beside_rule(context: Context) -> Iterator[Found]:
    """`Require all granted` stands beside another Require: everybody gets in, and nobody is asked for a password.

    One of the Require lines of a section is enough, unless a `<RequireAll>` holds them.

    The rule is silent about lines of which an undecided conditional decides, and about `Require not`.

    Take `Require all granted` away.

    Fires on::

        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/etc/apache2/users"
            Require all granted
            Require valid-user
        </Location>

    Write instead::

        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
        </Location>

    Silent on (all but one address)::

        <Location "/admin">
            <RequireAll>
                Require all granted
                Require not ip 192.0.2.1
            </RequireAll>
        </Location>

    Source: "Require" in the documentation of mod_authz_core, apply_authz_sections (mod_authz_core.c); tested on httpd
    2.4.71.
    """
    if "granted" not in context.written("require").lower():
        return
    granting: dict[Node, Node] = {}
    others: dict[Node, Node] = {}
    for node in context.configuration.find("require"):
        section = node.parent
        if section is None or section.key in ("<requireall", "<requirenone") or not node.certain:
            continue
        words = [word.lower() for word in node.words]
        if words == ["all", "granted"]:
            granting.setdefault(section, node)
        elif words[:1] not in (["all"], ["not"], []):
            others.setdefault(section, node)
    for section, node in granting.items():
        other = others.get(section)
        if other is not None:
            yield Found(
                node.place,
                f'everybody gets in: "Require {" ".join(other.words)}" beside this line asks nobody',
                related=(Related(other.place, "this line has no effect"),),
                help="Take this line away.",
            )
