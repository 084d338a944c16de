"""The modules of httpd 2.4: source file, identifier, platform, since when."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.facts import table
from hpatch.records import NamedTuple
from hpatch.versions import Version

COLUMNS = ("source", "identifier", "since", "until", "platform", "built")


class Module(NamedTuple):
    """A module of the releases `since` to `until` (None: without a bound).

    `source` is the file that defines it, without `.c`; `identifier` is what LoadModule names; `platform` is the one
    that it is for ("" for all); `built` tells that a full build for Unix has it (Debian's, the MPMs aside).
    """

    source: str
    identifier: str
    since: Version | None
    until: Version | None
    platform: str
    built: bool


def _module(row: list[str]) -> Module:
    source, identifier, since, until, platform, built = row
    return Module(
        source=source,
        identifier=identifier,
        since=table.version(since),
        until=table.version(until),
        platform=platform,
        built=built == "yes",
    )


def everything() -> Iterator[Module]:
    """All of them."""
    return map(_module, table.rows("modules"))


def find(name: str) -> Module | None:
    """A module by identifier (`proxy_module`) or source file (`mod_proxy.c`, `mod_proxy`); None for an unknown one."""
    wanted = name.removesuffix(".c")
    return next((one for one in everything() if wanted in (one.identifier, one.source)), None)
