"""The tables held against a release: its source, or an installed httpd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpatch.facts import directives, modules, parameters, table
from hpatch.facts.directives import Directive
from hpatch.facts.make import update
from hpatch.facts.make.commands import FLAGS, SourceRelease
from hpatch.facts.make.httpd import Httpd, Listed
from hpatch.facts.make.update import Row, Shape
from hpatch.facts.versions import since
from hpatch.versions import Version


def source(release: SourceRelease) -> list[str]:
    """A line for each difference between the tables and a release's source, of directives, modules and parameters."""
    version = release.version
    return [
        *_against(update.DIRECTIVES, "directives", update.directive_rows(release.commands), version),
        *_against(update.MODULES, "modules", update.module_rows(release.modules), version),
        *keys(release),
    ]


def _against(shape: Shape, name: str, found: list[Row], version: Version) -> list[str]:
    return update.update(shape, update.rows_of(shape, table.rows(name), version), found, version, version).differences


def keys(release: SourceRelease) -> Iterator[str]:
    """A line for each key of a worker, balancer or mapping that only the table or only the source knows."""
    known = {
        (one.source, one.name)
        for one in (*parameters.PARAMETERS, *parameters.WORDS.values())
        if one.since is None or one.since <= release.version
    }
    for function, key in sorted(known - release.keys):
        yield f"parameter {key}: {function} does not know it"
    for function, key in sorted(release.keys - known):
        yield f"parameter {key}: {function} knows it, the table does not"


def installed(httpd: Httpd) -> list[str]:
    """A line for each difference between the tables and an installed httpd.

    Directives and modules that the httpd was built without are no difference where the table says that a platform or
    a condition decides, or where it has not the module.
    """
    return [*_modules(httpd), *_directives(httpd)]


def _modules(httpd: Httpd) -> Iterator[str]:
    for identifier in sorted(httpd.modules):
        module = modules.find(identifier)
        if module is None or not _holds(module.since, module.until, httpd.version):
            yield f"{identifier}: new"


def _directives(httpd: Httpd) -> Iterator[str]:
    present = {one.module for one in httpd.listed}
    rows = {
        (one.name, one.module): one
        for one in directives.everything()
        if one.module in present and one.in_version(httpd.version)
    }
    said = {(one.name, one.module): one for one in httpd.listed}
    for name, module in sorted(rows.keys() - said.keys()):
        if not rows[name, module].condition:
            yield f"{name} {module}: gone"
    for key in sorted(said.keys() - rows.keys()):
        yield f"{' '.join(key)}: new: {_told(said[key])}"
    for key in sorted(said.keys() & rows.keys()):
        expected = _listed(rows[key])
        if expected != said[key]:
            yield f"{' '.join(key)}: was {_told(expected)}, now {_told(said[key])}"
    for one in sorted(httpd.files, key=lambda one: one[:2]):
        row = rows.get((one.name, one.module))
        if row is not None and (row.form, row.where) != (one.form, one.where):
            yield (f"{one.name} {one.module}: was {row.form} {_flags(row.where)}, now {one.form} {_flags(one.where)}")


def _holds(first: Version | None, last: Version | None, version: Version) -> bool:
    return (first is None or first <= version) and (last is None or version <= last)


def _listed(row: Directive) -> Listed:
    """What `-L` says of a row."""
    unguarded = row._replace(where=row.where - {"EXEC_ON_READ"}, not_in=frozenset())
    return Listed(
        name=row.name,
        module=row.module,
        outside=unguarded.allowed_in("server"),
        inside=unguarded.allowed_in("directory"),
        override=frozenset(row.override),
    )


def _told(one: Listed) -> str:
    words = [word for word, holds in (("outside", one.outside), ("inside", one.inside)) if holds]
    return " and ".join(words) + (f" sections, AllowOverride {' '.join(sorted(one.override))}" if one.override else "")


def _flags(where: Iterable[str]) -> str:
    return ",".join(sorted(where, key=FLAGS.index))


def newer(version: Version) -> bool:
    """Whether a release is newer than the tables."""
    return version > since("newest-known")
