"""OSV: https://ossf.github.io/osv-schema/."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.advise.packages.package import is_version
from hpatch.advise.untrusted import dict_of, list_of, text_of
from hpatch.advise.vendor.forms.common import cve, release, source
from hpatch.advise.vendor.statement import Statement
from hpatch.facts import vendors


def matches(data: object) -> bool:
    """Whether this is an advisory in this form."""
    entry = dict_of(data)
    return bool(text_of(entry.get("id"))) and "affected" in entry and "modified" in entry


def statements(data: object, name: str) -> Iterator[Statement]:
    """What it says. One that was withdrawn says nothing."""
    entry = dict_of(data)
    if entry.get("withdrawn"):
        return
    own = cve(entry.get("id"))
    # An advisory of several problems names them as its upstream ones, an older one as related.
    others = ("aliases", "upstream") if own else ("aliases", "upstream", "related")
    named = [own, *(cve(one) for key in others for one in list_of(entry.get(key)))]
    for affected in list_of(entry.get("affected")):
        for one in _of_package(dict_of(affected), source(entry.get("id"), name)):
            for problem in dict.fromkeys(filter(None, named)):
                yield one._replace(problem=problem)


def _of_package(affected: dict[str, object], said_by: str) -> Iterator[Statement]:
    package = dict_of(affected.get("package"))
    ecosystem, _, system = text_of(package.get("ecosystem")).partition(":")
    vendor = next((one for one in vendors.everyone() if ecosystem in one.ecosystems), None)
    if vendor is None:
        return
    base = Statement(
        problem="",
        says="affected",
        package=text_of(package.get("name")),
        vendor=vendor,
        release=release(vendor, system),
        source=said_by,
    )
    for one in list_of(affected.get("ranges")):
        if dict_of(one).get("type") == "ECOSYSTEM":
            yield from _of_events(base, list_of(dict_of(one).get("events")))


def _of_events(base: Statement, events: list[object]) -> Iterator[Statement]:
    first = None
    for event in map(dict_of, events):
        kind, value = next(((key, text_of(value)) for key, value in event.items()), ("", ""))
        if kind == "introduced":
            first = value if is_version(value) and value != "0" else ""
        elif kind in ("fixed", "last_affected") and first is not None and is_version(value):
            fixed = kind == "fixed"
            yield base._replace(
                says="fixed" if fixed else "affected",
                first=first,
                fixed=value if fixed else "",
                last="" if fixed else value,
            )
            first = None
    if first is not None:
        yield base._replace(first=first)
