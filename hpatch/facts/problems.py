"""Known problems of httpd's releases: which have them, what of a configuration triggers them, what cures them.

The files in `data/problems/` hold them, by the part of httpd that has the fault. `hpatch.lint.rules.known` finds their
triggers in a configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from hpatch.facts import table
from hpatch.versions import Range, Version

Kind = Literal["CVE", "PR", "revision", "set"]
Basis = Literal["official", "CHANGES", "history", "tried"]
"""How the range is known, the surest first: httpd's own record; an entry of CHANGES; the code of the releases on both
sides; an experiment."""
Effect = Literal["access", "smuggling", "leak", "crash", "stall", "loss", "failure", "wrong"]
"""What happens: somebody gets in; a request or response is split; data gets out; a process ends; something hangs or
eats the machine; data is lost; requests fail; an answer, a log or a setting is wrong."""

_FOLDER = Path(table.path("versions")).parent / "problems"


class Trigger(NamedTuple):
    """What a configuration has that meets a problem. All that is given must hold; what is empty asks nothing.

    The first six speak of one place where requests are handed to a backend, or of a member of a balancer: `schemes` (of
    its URL), `transport` (`unix` or `tcp`), `kinds` (`ProxyPass`, `ProxyPassMatch`, `SetHandler`, `RewriteRule`,
    `BalancerMember`), `parameters` (its worker has one of them, with a value that matches the pattern: `{"enablereuse":
    "on"}`), `flags` (one of nocanon, interpolate, noquery), `url` (a pattern for its URL as written).

    `directives` are directives and sections in lower case, one of which is there, with arguments that match its pattern
    (without case). One of both kinds is always given; `modules`, which are all loaded, and `mpm` (`threaded` or
    `prefork`) narrow it.
    """

    schemes: tuple[str, ...] = ()
    transport: str = ""
    kinds: tuple[str, ...] = ()
    parameters: Mapping[str, str] = {}
    flags: tuple[str, ...] = ()
    url: str = ""
    directives: Mapping[str, str] = {}
    modules: tuple[str, ...] = ()
    mpm: str = ""

    @property
    def of_backend(self) -> bool:
        """Whether it speaks of a place where requests are handed to a backend."""
        return bool(self.schemes or self.transport or self.kinds or self.parameters or self.flags or self.url)


class KnownProblem(NamedTuple):
    """A known problem.

    `id` is a CVE's, `PR N`, `rN`, or that of the set that cures it. `affected` are the releases that have it, as their
    makers published them; the upper bound of the last range (`<2.4.49`) is the first release without it, and where
    there is none, no release is without it. `what` ends the sentence "httpd 2.4.9 as published has PR 1 here: …".
    `triggers` are alternatives; none, where a `rule` of its own finds it. `sets` are those of the catalogue that cure
    it, `setting` what to write instead, a sentence.
    """

    id: str
    part: str
    affected: tuple[Range, ...]
    basis: Basis
    source: str
    effect: Effect
    what: str
    triggers: tuple[Trigger, ...]
    rule: str
    sets: tuple[str, ...]
    setting: str

    @property
    def kind(self) -> Kind:
        """By its name."""
        for start, kind in (("CVE-", "CVE"), ("PR ", "PR"), ("r", "revision")):
            if re.fullmatch(re.escape(start) + r"[-\d]+", self.id):
                return cast(Kind, kind)
        return "set"

    @property
    def fixed(self) -> Version | None:
        """The first release without it; None: there is none."""
        bounds = [bound for operator, bound in self.affected[-1].conditions if operator == "<"]
        return bounds[0] if bounds else None

    def affects(self, version: Version) -> bool:
        """Whether a release, as its maker published it, has it."""
        return any(one.covers(version) for one in self.affected)


_TRIGGER: dict[str, type] = {
    "schemes": list, "transport": str, "kinds": list, "parameters": dict, "flags": list, "url": str,
    "directives": dict, "modules": list, "mpm": str,
}  # fmt: skip


@cache
def everything() -> tuple[KnownProblem, ...]:
    """All problems, by part of httpd and then as they stand there."""
    return tuple(known for part in sorted(path.stem for path in _FOLDER.glob("*.toml")) for known in _read(part))


def _read(part: str) -> list[KnownProblem]:
    import tomllib  # only a lint for a version pays for it

    with (_FOLDER / f"{part}.toml").open("rb") as file:
        entries = tomllib.load(file)
    return [_known(part, id, entry) for id, entry in entries.items()]


def _known(part: str, id: str, entry: dict[str, Any]) -> KnownProblem:
    ranges = entry["affected"]
    return KnownProblem(
        id=id,
        part=part,
        affected=tuple(Range.parse(one) for one in ([ranges] if isinstance(ranges, str) else ranges)),
        basis=entry["basis"],
        source=entry["source"],
        effect=entry["effect"],
        what=entry["what"],
        triggers=tuple(_trigger(id, one) for one in entry.get("triggers", ())),
        rule=entry.get("rule", ""),
        sets=tuple(entry.get("sets", ())),
        setting=entry.get("setting", ""),
    )


def _trigger(id: str, entry: dict[str, Any]) -> Trigger:
    for key, value in entry.items():
        if not isinstance(value, _TRIGGER.get(key, ())):
            raise ValueError(f"{id}: a trigger has no {key!r} with a value such as {value!r}")
    for pattern in (entry.get("url", ""), *entry.get("parameters", {}).values(), *entry.get("directives", {}).values()):
        re.compile(pattern)
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Trigger(**cast(dict[str, Any], values))
