"""The access lines of httpd 2.2: `Order`, `Allow`, `Deny`, `Satisfy`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import OLD, admits, below, grants_all, lines, words
from hpatch.lint.rules._shared.effective import server_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_COMPAT = "https://httpd.apache.org/docs/2.4/mod/mod_access_compat.html"


@rule("AC025", "satisfy-any-open", "error", references=(f"{_COMPAT}#satisfy",))
def satisfy_any_open(context: Context) -> Iterator[Found]:
    """`Satisfy Any` lets everybody in, because no `Deny` keeps an address out: the password is never asked for.

    With `Satisfy Any` a client needs the right address or the right password. Without `Deny from all`, every address is
    right, also if a section further out has it: httpd takes these lines from the innermost section that has one.

    Remove `Satisfy Any`, or add `Deny from all` with `Order deny,allow` and the addresses that need no password.

    Fires on::

        # options: --modules all
        <Location "/admin">
            AuthType Basic
            AuthName "admin"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
            Order allow,deny
            Allow from all
            Satisfy Any
        </Location>

    Write instead::

        # options: --modules all
        <Location "/admin">
            AuthType Basic
            AuthName "admin"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
            Order deny,allow
            Deny from all
            Allow from 10.0.0.0/8
            Satisfy Any
        </Location>

    Silent on (both are needed)::

        # options: --modules all
        <Location "/admin">
            AuthType Basic
            AuthName "admin"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
            Order allow,deny
            Allow from all
            Satisfy All
        </Location>

    Source: the Satisfy documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("satisfy"):
        section = node.parent
        if words(node)[:1] != ["any"] or section is None:
            continue
        found = list(lines(section))
        logins = [line for line in found if line.key == "require" and not grants_all(line)]
        last = [line for line in found if line.key == "satisfy" and line.conditions == node.conditions][-1]
        if logins and last is node and _outsider(found):
            yield Found(
                node.place,
                "everybody gets in without a password: every address satisfies this section",
                related=(Related(logins[0].place, "this line is never asked"),),
                help='Remove it, or add "Order deny,allow" and "Deny from all".',
            )


def _outsider(found: list[Node]) -> bool:
    """Whether the older lines let in a client whose address, name and variables none of them names."""
    order = next((words(line)[:1] for line in reversed(found) if line.key == "order"), ["deny,allow"])
    allowed, denied = (any("all" in words(line)[1:] for line in found if line.key == key) for key in ("allow", "deny"))
    return allowed and not denied if order != ["deny,allow"] else allowed or not denied


def _allows_all(node: Node) -> bool:
    return node.key == "allow" and words(node)[1:2] == ["all"]


@rule(
    "AC026",
    "access-mixed",
    "warning",
    references=(f"{_COMPAT}", "https://httpd.apache.org/docs/2.4/upgrading.html#run-time"),
)
def access_mixed(context: Context) -> Iterator[Found]:
    """A section has `Order`, `Allow` or `Deny` beside `Require`: a client must pass both.

    The lines of mod_access_compat and those of 2.4 are two checks. `Require all granted` does not open what
    `Deny from all` closes, and `Allow from all` does not open what `Require all denied` closes. httpd answers with 403.
    So it does if the `Deny from all` stands in a `<Directory>` further out: a `Require` does not take its place.

    The rule is silent where the older lines let everybody in, and where a `Require` asks for a user: there the two
    checks complete each other.

    Write all of it with `Require`.

    Fires on::

        # options: --modules all
        <Location "/app">
            Order deny,allow
            Deny from all
            Allow from 10.0.0.0/8
            Require all granted
        </Location>

    Fires on (the denial of a folder further out)::

        # options: --modules all
        <Directory "/">
            Order deny,allow
            Deny from all
        </Directory>
        <Directory "/var/www">
            Require all granted
        </Directory>

    Write instead::

        # options: --modules all
        <Location "/app">
            Require ip 10.0.0.0/8
        </Location>

    Silent on (an address and a user, as before 2.4)::

        # options: --modules all
        <Location "/app">
            Order deny,allow
            Deny from all
            Allow from 10.0.0.0/8
            AuthType Basic
            AuthName "app"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
        </Location>

    Source: "Access control" in "Upgrading to 2.4", the mod_access_compat documentation; tested on httpd 2.4.71.
    """
    yield from _from_above(context)
    seen: set[int] = set()
    for node in context.configuration.find("deny", "order", "allow"):
        section = node.parent
        if section is None or id(section) in seen:
            continue
        seen.add(id(section))
        here = [line for line in lines(section, limits=False) if line.parent is section or line.key == "require"]
        old = [line for line in here if line.key in OLD]
        new = [line for line in here if line.key == "require"]
        if not new or not all(words(line)[:1] in (["all"], ["ip"], ["host"], ["local"]) for line in new):
            continue
        opened = all(map(grants_all, new))
        denies = any(line.key == "deny" for line in old)
        contradicts = denies if opened else any(map(_allows_all, old)) or (denies and admits(section) == "none")
        # The two branches of <IfModule mod_authz_core.c> are never read together.
        if contradicts and all(line.conditions == new[0].conditions for line in (*old, *new)):
            yield Found(
                new[0].place,
                f'"{new[0].name} {new[0].args}" does not take the place of the older lines beside it: a client must '
                "pass both",
                related=(Related(old[0].place, "the other check"),),
                help="Write all of it with Require.",
            )


def _from_above(context: Context) -> Iterator[Found]:
    """Folders that a `Require` is to open, and that a `Deny from all` further out keeps closed."""
    if "deny" not in context.configuration.by_key or "require" not in context.configuration.by_key:
        return
    folders = [one for one in context.configuration.find("<directory") if len(one.words) == 1]
    # mod_access_compat has no merger: the last section with one of its lines counts alone.
    outer = [one for one in folders if any(line.key in OLD for line in lines(one))]
    others = context.configuration.find(
        "<location", "<locationmatch", "<files", "<filesmatch", "<directorymatch", "<if"
    )
    if not outer or any(line.key in OLD for one in others for line in lines(one)):
        return
    for folder in folders:
        if folder in outer or admits(folder) != "all":
            continue
        around = [one for one in outer if server_of(one) in (None, server_of(folder)) and _above(one, folder)]
        last = max(around, key=lambda one: len(one.words[0].rstrip("/")), default=None)
        if (
            last is None
            or admits(last) != "none"
            or not all(line.certain for one in (last, folder) for line in lines(one))
        ):
            continue
        line = next(lines(folder))
        denial = next(one for one in lines(last) if one.key in OLD)
        yield Found(
            line.place,
            f'"{line.name} {line.args}" does not take the place of the older lines of <Directory "{last.words[0]}">: '
            "a client must pass both",
            related=(Related(denial.place, "the other check"),),
            help="Write all of it with Require.",
        )


def _above(outer: Node, inner: Node) -> bool:
    return below(inner.words[0].rstrip("/"), outer.words[0].rstrip("/") or "/")
