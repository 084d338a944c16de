"""`Order`, `Allow` and `Deny`: lists that do the opposite of what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import words

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_ORDER = "https://httpd.apache.org/docs/2.4/mod/mod_access_compat.html#order"


@rule("AC052", "order-overrides", "error", references=(_ORDER,))
def order_overrides(context: Context) -> Iterator[Found]:
    """The Order makes this list of Allow or Deny do nothing: everybody gets in, or nobody does.

    Order tells which list counts more, and what holds for clients in neither. The lines' own order does not matter.

    - `Order deny,allow`, the default: Allow counts more, and others get in. So a list of Allow without a Deny lets
      everybody in, and `Allow from all` lets in whom a Deny names.
    - `Order allow,deny`: Deny counts more, and others stay out. So a list of Deny without an Allow keeps everybody out,
      and `Deny from all` keeps out whom an Allow names.

    The rule is silent about sections with `Satisfy Any`, and where an undecided conditional decides.

    Use Require.

    Fires on::

        # options: --modules all
        <Location "/admin">
            Order deny,allow
            Allow from 10.0.0.0/8
        </Location>

    Fires on (the address that is to stay out)::

        # options: --modules all
        <Location "/shop">
            Order deny,allow
            Deny from 192.0.2.7
            Allow from all
        </Location>

    Fires on (nobody gets in)::

        # options: --modules all
        <Location "/admin">
            Order allow,deny
            Allow from 10.0.0.0/8
            Deny from all
        </Location>

    Write instead::

        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (others are denied)::

        # options: --modules all
        <Location "/admin">
            Order deny,allow
            Deny from all
            Allow from 10.0.0.0/8
        </Location>

    Source: find_allowdeny and check_dir_access (mod_access_compat.c); tested on httpd 2.4.71.
    """
    sections: dict[Node, dict[str, list[Node]]] = {}
    for node in context.configuration.find("order", "allow", "deny", "satisfy"):
        if node.parent is not None:
            sections.setdefault(node.parent, {}).setdefault(node.key, []).append(node)
    for found in sections.values():
        every = [node for lines in found.values() for node in lines]
        if "satisfy" in found or not all(node.certain for node in every) or any("$" in node.args for node in every):
            continue
        order = "".join(words(found["order"][-1])[:1]) if "order" in found else "deny,allow"
        allowed, denied = (found.get(key, []) for key in ("allow", "deny"))
        idle, other, effect = _idle(order, allowed, denied)
        if idle is not None:
            yield Found(
                idle.place,
                f"{effect}: {'Order ' + order if 'order' in found else 'without an Order'}, this line has no effect",
                related=() if other is None else (Related(other.place, "this line counts more"),),
                help="Use Require.",
            )


def _idle(order: str, allowed: list[Node], denied: list[Node]) -> tuple[Node | None, Node | None, str]:
    """A line that has no effect, the one that overrides it, and what happens."""
    allow, deny = ([node for node in found if _names(node) != {"all"}] for found in (allowed, denied))
    allow_all, deny_all = (next((node for node in found if "all" in _names(node)), None) for found in (allowed, denied))
    if order == "deny,allow":
        if allow and not denied and allow_all is None:
            return allow[0], None, "everybody gets in"
        if deny and deny_all is None and allow_all is not None:
            return deny[0], allow_all, "everybody gets in"
    elif order == "allow,deny":
        if deny and not allowed and deny_all is None:
            return deny[0], None, "nobody gets in"
        if allow and allow_all is None and deny_all is not None:
            return allow[0], deny_all, "nobody gets in"
    return None, None, ""


def _names(node: Node) -> set[str]:
    return set(words(node)[1:])
