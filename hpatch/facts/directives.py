"""The directives of httpd 2.4: which module has them, where they are allowed, what arguments they take, since when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from hpatch.facts import names, table
from hpatch.records import NamedTuple
from hpatch.versions import Version

Context = Literal["server", "virtualhost", "directory", "location", "files", "proxy", "limit", "md", "htaccess"]
"""Where a directive may stand: `server` is outside of all sections but conditionals, `files` also `<If>`, `<ElseIf>`
and `<Else>` (httpd tells them from `<Directory>` no more than that), `limit` a `<Limit>` or `<LimitExcept>` in one of
the sections for requests, `md` an `<MDomainSet>`, `htaccess` a .htaccess file."""

OVERRIDES = {
    "OR_AUTHCFG": "AuthConfig",
    "OR_FILEINFO": "FileInfo",
    "OR_INDEXES": "Indexes",
    "OR_LIMIT": "Limit",
    "OR_OPTIONS": "Options",
}
"""The words of AllowOverride, by the flag that each stands for."""

COLUMNS = ("name", "module", "form", "where", "not_in", "inside", "since", "until", "condition")

_SERVER = frozenset(("RSRC_CONF", "OR_OPTIONS", "OR_FILEINFO", "OR_INDEXES", "OR_ALL"))
_HTACCESS = frozenset((*OVERRIDES, "OR_ALL"))
_SECTION = _HTACCESS | {"ACCESS_CONF"}
_ALLOWING: dict[Context, frozenset[str]] = {
    "server": _SERVER,
    "virtualhost": _SERVER,
    "directory": _SECTION,
    "location": _SECTION,
    "files": _SECTION,
    "proxy": _SECTION | {"PROXY_CONF"},
    "limit": _SECTION,
    "md": _SERVER,
    "htaccess": _HTACCESS,
}
"""By context, the flags of which one allows a directive there (`override` while httpd reads it, server/config.c)."""

_COUNTS: dict[str, tuple[int, int | None]] = {
    "NO_ARGS": (0, 0),
    "TAKE1": (1, 1),
    "TAKE2": (2, 2),
    "TAKE3": (3, 3),
    "TAKE12": (1, 2),
    "TAKE13": (1, 3),
    "TAKE23": (2, 3),
    "TAKE123": (1, 3),
    "ITERATE": (1, None),
    "ITERATE2": (2, None),
    "FLAG": (1, None),
}


class Directive(NamedTuple):
    """A row of a module's command table, as the releases `since` to `until` have it (None: without a bound).

    `name` is spelt as in the table, a section with its `<`; `module` is the source file that defines the module,
    without `.c` (`core`, `event`, `mod_proxy`). `form` is httpd's `args_how`, `where` the flags of its
    `req_override`. `not_in` are the contexts that `where` allows and the directive's handler refuses, `inside` the
    sections of which it demands one around it (none: no demand). `condition` is
    what the preprocessor must find for it to be compiled, as the source has it; "" where it always is.
    """

    name: str
    module: str
    form: str
    where: frozenset[str]
    not_in: frozenset[str]
    inside: frozenset[str]
    since: Version | None
    until: Version | None
    condition: str

    @property
    def section(self) -> bool:
        """Whether it opens a section."""
        return self.name.startswith("<")

    @property
    def exec_on_read(self) -> bool:
        """Whether httpd executes it while it reads, so that it is never in the tree."""
        return "EXEC_ON_READ" in self.where

    @property
    def override(self) -> tuple[str, ...]:
        """The words of AllowOverride of which one lets it into a .htaccess file; () where none does."""
        return tuple(word for flag, word in OVERRIDES.items() if flag in self.where or "OR_ALL" in self.where)

    @property
    def counts(self) -> tuple[int, int | None]:
        """The fewest and the most arguments that httpd accepts before the directive's handler sees them.

        None for no limit. RAW_ARGS and TAKE_ARGV leave the count to the handler. FLAG reads the first word alone.
        """
        return _COUNTS.get(self.form, (0, None))

    def allowed_in(self, context: Context) -> bool:
        """Whether httpd accepts it there, what `inside` demands aside.

        One that is executed on read is accepted in any section: httpd has not come to the section yet.
        """
        if self.exec_on_read and context != "htaccess":
            context = "server"
        return context not in self.not_in and not _ALLOWING[context].isdisjoint(self.where)

    def in_version(self, version: Version) -> bool:
        """Whether a release has it in this form."""
        return (self.since is None or version >= self.since) and (self.until is None or version <= self.until)


def _directive(line: str) -> Directive:
    name, module, form, where, not_in, inside, since, until, condition = line.split("\t")
    return Directive(
        name=name,
        module=module,
        form=form,
        where=frozenset(where.split(",")),
        not_in=frozenset(not_in.split(",")) if not_in else frozenset(),
        inside=frozenset(inside.split(",")) if inside else frozenset(),
        since=table.version(since),
        until=table.version(until),
        condition=condition,
    )


def find(key: str, version: Version | None = None) -> tuple[Directive, ...]:
    """The rows of a directive by its lower-case name (a section with its `<`); () for an unknown one.

    There are several where modules share a name or where it has changed. With a version: those that it has.
    """
    found = tuple(map(_directive, names.lines(key)))
    return found if version is None else tuple(one for one in found if one.in_version(version))


def everything() -> Iterator[Directive]:
    """All rows of the table."""
    return map(_directive, table.lines("directives"))
