"""Directives that stand where httpd does not accept them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.walk.model import Refused, consequence, walked
from hpatch.facts import names
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.facts.directives import Context, Directive

_KINDS: dict[str, Context] = {
    "<virtualhost": "virtualhost",
    "<directory": "directory",
    "<directorymatch": "directory",
    "<location": "location",
    "<locationmatch": "location",
    "<files": "files",
    "<filesmatch": "files",
    "<if": "files",
    "<elseif": "files",
    "<else": "files",
    "<proxy": "proxy",
    "<proxymatch": "proxy",
    "<limit": "limit",
    "<limitexcept": "limit",
    "<requireall": "limit",
    "<requireany": "limit",
    "<requirenone": "limit",
    "<requirenotall": "limit",
    "<mdomainset": "md",
    "<mdomain": "md",
    "<manageddomain": "md",
}
_SETTING = frozenset(("virtualhost", "directory", "location", "proxy"))
"""The contexts whose section sets anew what may stand in it. `<Files>` and `<If>` do so outside of such sections; the
others leave it as it is around them."""

_REQUIRING = frozenset(("<requireall", "<requireany", "<requirenone", "<requirenotall"))
_HOST: tuple[Context, ...] = ("virtualhost",)
_SECTIONS: tuple[Context, ...] = ("directory", "location", "files", "proxy", "htaccess")

_NAMES: dict[Context, str] = {
    "server": "outside of sections",
    "virtualhost": "in <VirtualHost>",
    "directory": "in <Directory>",
    "location": "in <Location>",
    "files": "in <Files> or <If>",
    "proxy": "in <Proxy>",
    "htaccess": "in a .htaccess file",
}

_PROVIDERS = frozenset(("<authnprovideralias", "<authzprovideralias"))
_OS2 = "mpmt_os2"
"""An MPM that checks less than the others have checked for it."""

_ONE_ARGUMENT = frozenset(("alias", "scriptalias"))
"""Directives that take their path from the section around them, and may stand there with one argument alone, and
elsewhere with two (`add_alias` in mod_alias.c)."""

_DEMANDED = _PROVIDERS | _REQUIRING | {"<mdomainset", "<mdomain", "<manageddomain"}


class Where(NamedTuple):
    """Where a directive stands: the context that decides, all contexts around it, and the sections that some demand."""

    context: Context
    kinds: frozenset[Context]
    demanded: str
    """The innermost section around that some directives demand, or in which only directives for access may stand."""

    @classmethod
    def top(cls, context: Context) -> Where:
        """Outside of all sections: of a file for the server, or of a .htaccess file."""
        return cls(context, frozenset(), "")


def refused(configuration: Configuration) -> Iterator[Refused]:
    """Directives and sections in a context that httpd does not accept them in (`invoke_cmd`, `ap_check_cmd_context`).

    Only where each form that the directive may have says so: in the version, or in every version if it is not known.
    A .htaccess file is read as if AllowOverride allowed everything. What may stand in a section is not refused outside
    of sections in a part of a configuration that an Include in such a section may read. What stands in a section that
    is refused is left out.
    """
    found = list(_misplaced(configuration))
    sections = {id(one.node) for one in found if one.node.children is not None}
    for one in found:
        if not sections or not any(id(section) in sections for section in one.node.ancestors()):
            yield one


def _misplaced(configuration: Configuration) -> Iterator[Refused]:
    then = consequence(configuration)
    top: Context = "htaccess" if configuration.root.endswith(".htaccess") else "server"
    around = _around(configuration) if top == "server" and not configuration.whole else frozenset()
    rows_of: dict[str, tuple[Directive, ...]] = {}
    sound: dict[Where, set[str]] = {}  # what may stand there, by key: the sections of a large configuration are alike
    sections: list[tuple[list[Node], Where]] = [(configuration.nodes, Where.top(top))]
    for nodes, where in sections:  # it grows by the sections inside
        fine = sound.setdefault(where, set())
        for node in nodes:
            key = node.key
            if node.children:
                sections.append((node.children, inside(key, where)))
            if key in fine:
                continue
            rows = rows_of.get(key)
            if rows is None:
                rows = rows_of[key] = _rows(configuration, key)
            fit = not rows or any(fits(row, where) for row in rows)
            if fit and key in _ONE_ARGUMENT and any(row.form == "TAKE12" for row in rows):
                alone = len(node.words) == 1 and "${" not in node.args
                fit = not alone if where.context in ("server", "virtualhost") else len(node.words) == 1
            elif fit:
                fine.add(key)
            if fit or (node.parent is None and any(row.allowed_in(one) for row in rows for one in around)):
                continue
            if walked(node):
                yield _refused(node, rows, where, then)


def _rows(configuration: Configuration, key: str) -> tuple[Directive, ...]:
    """What is known of a directive; nothing if it may be another module's as well."""
    from hpatch.facts import directives, thirdparty

    if names.spelling(key) is None or thirdparty.find(key):
        return ()
    return tuple(row for row in directives.find(key, configuration.version) if row.module != _OS2)


def _around(configuration: Configuration) -> frozenset[Context]:
    """The sections in which an Include may read a part of a configuration: those in which all of it may stand.

    Nothing is known of a template: it may be filled in anywhere.
    """
    around = {*_SECTIONS, *_HOST}
    if configuration.templates:
        return frozenset(around)
    from hpatch.facts import directives

    for key in {node.key for node in configuration.nodes}:
        rows = directives.find(key, configuration.version)
        for some in (_SECTIONS, _HOST):
            if rows and not any(row.allowed_in(one) for row in rows for one in some):
                around.difference_update(some)
    return frozenset(around)


@lru_cache(maxsize=1024)
def inside(key: str, around: Where) -> Where:
    """Where the content of a section stands, by its name in lower case (`<location`)."""
    kind = _KINDS.get(key)
    demanded = key if key in _DEMANDED else around.demanded
    if kind is None:
        return around._replace(demanded=demanded)
    setting = kind in _SETTING or (kind == "files" and around.context in ("server", "virtualhost"))
    return Where(kind if setting else around.context, around.kinds | {kind}, demanded)


def fits(row: Directive, where: Where) -> bool:
    """Whether httpd accepts a directive there, if its row in httpd's tables holds."""
    if row.exec_on_read:
        return row.allowed_in("htaccess" if where.context == "htaccess" else "server")
    if row.inside and where.demanded not in {name.lower() for name in row.inside}:
        return False
    # What needs a path of its own may stand in a virtual host's sections; what only the main server may have may not.
    around = where.kinds - {"virtualhost"} if "server" in row.not_in else where.kinds
    if not around.isdisjoint(row.not_in):
        return False
    if where.demanded in _PROVIDERS:
        return not row.where.isdisjoint(("OR_AUTHCFG", "OR_ALL", "ACCESS_CONF"))
    if where.demanded in _REQUIRING:
        return not row.where.isdisjoint(("OR_AUTHCFG", "OR_ALL"))
    return row.allowed_in(where.context)


def _refused(node: Node, rows: tuple[Directive, ...], where: Where, then: str) -> Refused:
    name = node.name + ">" if node.children is not None else node.name
    section = node.parent
    if section is not None:
        around = f"in {section.name}>"
    elif where.context == "htaccess":
        around = "in a .htaccess file"
    else:
        around = "outside of sections"
    return Refused(
        node=node,
        kind="context",
        place=node.name_place,
        message=f"{name} is not allowed {around}: {then}",
        help=_help(node, rows),
    )


def _help(node: Node, rows: tuple[Directive, ...]) -> str | None:
    """Where it may stand."""
    if node.key in _ONE_ARGUMENT and any(row.form == "TAKE12" for row in rows):
        if len(node.words) == 1:
            return "Without a path of its own, it may stand in <Location>."
        return "With a path of its own, it may stand outside of sections or in <VirtualHost>."
    where = allowed(rows)
    return f"It may stand {where}." if where else None


def allowed(rows: Iterable[Directive]) -> str:
    """Where a directive may stand, in words (`outside of sections or in <Proxy>`); empty if that is not known."""
    rows = tuple(rows)
    demanded = {name for row in rows for name in row.inside}
    if demanded:
        return f"in {_list([name + '>' for name in sorted(demanded)])}"
    may = [text for context, text in _NAMES.items() if any(row.allowed_in(context) for row in rows)]
    return _list(may) if may else ""


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
