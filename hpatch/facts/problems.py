"""Known problems of httpd's and uWSGI's releases: which have them, what triggers them, what cures them.

The files in `data/problems/` hold httpd's, by the part of httpd that has the fault; those in its folder `uwsgi/` hold
uWSGI's. `hpatch.lint.rules.known` finds their triggers in a configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from hpatch.facts import table
from hpatch.records import NamedTuple
from hpatch.versions import Range, Version

Product = Literal["httpd", "uwsgi"]
NAMES: dict[Product, str] = {"httpd": "httpd", "uwsgi": "uWSGI"}
"""The products, as messages call them."""
Kind = Literal["CVE", "PR", "issue", "revision", "set", "entry"]
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
    its URL; `any`: of all), `transport` (`unix` or `tcp`), `kinds` (`ProxyPass`, `ProxyPassMatch`, `SetHandler`,
    `RewriteRule`, `BalancerMember`), `parameters` (its worker has one of them, with a value that matches the pattern:
    `{"enablereuse": "on"}`), `flags` (one of nocanon, interpolate, noquery), `url` (a pattern for its URL as written).

    `directives` are directives and sections in lower case, one of which is there, with arguments that match its pattern
    (without case). One of both kinds is always given; `modules`, which are all loaded, `lacks` (modules, none of which
    is), `mpm` (`threaded` or `prefork`), `besides` (directives as in `directives`, all of which are there, too),
    `unless` (directives as in `directives`, none of which may be there), `where` and `holds` narrow it. `where` says
    where the line of `directives` stands: in a `server`, in a `section` of one, or in the `root`, which is `<Directory
    "/">`; `holds` are directives, one of which stands in this section.

    A trigger of uWSGI's problems has `listening`: what its socket speaks to which httpd hands requests (`uwsgi`,
    `fastcgi`, `scgi`, `http`, `https`, `any`), with `-router` where that is a process before the workers. `schemes` and
    `transport` narrow it, `options` (uWSGI's options, each of which is given with a value that matches its pattern) and
    `without` (options of which none is given).
    """

    schemes: tuple[str, ...] = ()
    transport: str = ""
    kinds: tuple[str, ...] = ()
    parameters: Mapping[str, str] = {}
    flags: tuple[str, ...] = ()
    url: str = ""
    directives: Mapping[str, str] = {}
    where: str = ""
    holds: Mapping[str, str] = {}
    besides: Mapping[str, str] = {}
    modules: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    mpm: str = ""
    unless: Mapping[str, str] = {}
    listening: tuple[str, ...] = ()
    options: Mapping[str, str] = {}
    without: tuple[str, ...] = ()

    @property
    def of_backend(self) -> bool:
        """Whether it speaks of a place where requests are handed to a backend."""
        return bool(self.schemes or self.transport or self.kinds or self.parameters or self.flags or self.url)


class KnownProblem(NamedTuple):
    """A known problem of a product.

    `id` is a CVE's, `PR N` or `rN` (uWSGI: `issue N` or `commit HASH`), that of the set that cures it, or a name of
    hpatch's own for an entry of CHANGES that has no number. `part` is the
    name of the file that holds it. `affected` are the releases that have it, as their
    makers published them; the upper bound of the last range (`<2.4.49`) is the first release without it, and where
    there is none, no release is without it. `what` ends the sentence "httpd 2.4.9 as published has PR 1 here: …".
    `triggers` are alternatives; none, where a `rule` of its own finds it. `sets` are those of the catalogue that cure
    it, `setting` what to write instead, a sentence; `option` is what must be set, too, for the sets to change anything.
    `differs` says why httpd's own record of a vulnerability has another range.
    """

    product: Product
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
    differs: str = ""
    option: str = ""

    @property
    def kind(self) -> Kind:
        """By its name."""
        for pattern, kind in _KINDS.items():
            if re.fullmatch(pattern, self.id):
                return kind
        return "set" if self.id in self.sets else "entry"

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
    "directives": dict, "where": str, "holds": dict, "besides": dict, "unless": dict,
    "modules": list, "lacks": list, "mpm": str, "listening": list, "options": dict, "without": list,
}  # fmt: skip
_KINDS: dict[str, Kind] = {
    r"CVE-\d+-\d+": "CVE", r"PR \d+": "PR", r"issue \d+": "issue", r"r\d+": "revision",
    r"commit [0-9a-f]{8}": "revision",
}  # fmt: skip


@cache
def everything(product: Product = "httpd") -> tuple[KnownProblem, ...]:
    """All problems of a product, by part and then as they stand there."""
    folder = folder_of(product)
    return tuple(
        known
        for part in sorted(path.stem for path in folder.glob("*.toml"))
        for known in _read(product, folder / f"{part}.toml")
    )


def folder_of(product: Product) -> Path:
    """Where the files with a product's problems are."""
    return _FOLDER if product == "httpd" else _FOLDER / product


def _read(product: Product, path: Path) -> list[KnownProblem]:
    import tomllib  # only a lint for a version pays for it

    with path.open("rb") as file:
        entries = tomllib.load(file)
    return [_known(product, path.stem, id, entry) for id, entry in entries.items()]


def _known(product: Product, part: str, id: str, entry: dict[str, Any]) -> KnownProblem:
    ranges = entry["affected"]
    return KnownProblem(
        product=product,
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
        differs=entry.get("differs", ""),
        option=entry.get("option", ""),
    )


def _trigger(id: str, entry: dict[str, Any]) -> Trigger:
    for key, value in entry.items():
        if not isinstance(value, _TRIGGER.get(key, ())):
            raise ValueError(f"{id}: a trigger has no {key!r} with a value such as {value!r}")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Trigger(**cast(dict[str, Any], values))
