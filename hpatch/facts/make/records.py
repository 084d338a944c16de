"""httpd's records of its vulnerabilities and its CHANGES, held against the known problems.

A record is a JSON file of httpd's site (content/security/json/), in the form of CVE 4 or CVE 5. A range here is the set
of the releases that were published: records leave out those that were not, or name them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from hpatch.facts.problems import KnownProblem
from hpatch.facts.untriggered import Untriggered
from hpatch.facts.versions import since
from hpatch.versions import Version

Releases = frozenset[Version]

_UNPUBLISHED = frozenset((0, 5, 8, 11, 13, 14, 15, 19, 21, 22, 24, 30, 31, 32, 36, 40, 42, 44, 45))
"""The numbers of 2.4 that were tagged and not published: https://archive.apache.org/dist/httpd/ has none of them."""
_HEAD = re.compile(r"^Changes with Apache (2\.4\.\d+)\s*$", re.MULTILINE)
_NAMED = re.compile(r"\bCVE-\d{4}-\d{4,}\b")
_BOUNDS: dict[str, Callable[[Version, Version], bool]] = {
    "<=": lambda one, bound: one <= bound,
    "<": lambda one, bound: one < bound,
    ">=": lambda one, bound: one >= bound,
    ">": lambda one, bound: one > bound,
    "!<": lambda one, bound: one >= bound,
    "!<=": lambda one, bound: one > bound,
    "!>": lambda one, bound: one <= bound,
    "!>=": lambda one, bound: one < bound,
}
"""The signs of CVE 4 but `=`, which adds a release, and `?=`, which says that nothing is known."""


def published(last: Version) -> Releases:
    """The releases of 2.4 up to `last` that were published."""
    return frozenset(Version(2, 4, one) for one in range(1, last.patch + 1) if one not in _UNPUBLISHED)


def of_folder(folder: Path, among: Releases) -> dict[str, Releases]:
    """Which of some releases the records of a folder call affected, by vulnerability.

    Raises ValueError where the folder has no record, or a file is none that can be read.
    """
    import json

    found = {}
    for path in sorted(folder.glob("CVE-*.json")):
        try:
            name, affected = of_record(json.loads(path.read_text(encoding="utf-8")), among)
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"{path} is not a record of a vulnerability: {error}") from error
        found[name] = affected
    if not found:
        raise ValueError(f'There is no record "CVE-….json" in {folder}.')
    return found


def of_record(record: Mapping[str, Any], among: Releases) -> tuple[str, Releases]:
    """A record's vulnerability, and which of some releases it calls affected.

    Raises AttributeError, KeyError, TypeError or ValueError where it is no record.
    """
    if "containers" in record:
        rows = [row for one in record["containers"]["cna"]["affected"] for row in one.get("versions", ())]
        return record["cveMetadata"]["cveId"], frozenset(one for one in among if any(_in_row(one, row) for row in rows))
    rows = [
        row
        for vendor in record["affects"]["vendor"]["vendor_data"]
        for product in vendor["product"]["product_data"]
        for row in product["version"]["version_data"]
    ]
    return record["CVE_data_meta"]["ID"], _of_signs(
        [(row["version_affected"], row["version_value"]) for row in rows], among
    )


def _in_row(one: Version, row: Mapping[str, str]) -> bool:
    """Whether a row of CVE 5 covers a release; the row of one release names neither of the upper bounds."""
    if row["status"] != "affected":
        return False
    first = Version.parse(row["version"]) if "." in row["version"] else Version(0, 0)
    if "lessThan" in row:
        return first <= one < Version.parse(row["lessThan"])
    if "lessThanOrEqual" in row:
        return first <= one <= Version.parse(row["lessThanOrEqual"])
    return one == first


def _of_signs(rows: Collection[tuple[str, str]], among: Releases) -> Releases:
    single = {Version.parse(value) for sign, value in rows if sign == "="}
    bounds = [(_BOUNDS[sign], Version.parse(value)) for sign, value in rows if sign not in ("=", "?=")]
    return frozenset(
        one for one in among if one in single or (bounds and all(holds(one, bound) for holds, bound in bounds))
    )


def of_changes(text: str) -> dict[str, Version]:
    """The first release of 2.4 under which CHANGES names a vulnerability, by vulnerability. Raises ValueError.

    One that is named again later was not wholly fixed; the records tell from when.
    """
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise ValueError('This is not a CHANGES file of httpd 2.4: no line begins with "Changes with Apache 2.4.".')
    ends = [head.start() for head in heads[1:]] + [len(text)]
    found: dict[str, Version] = {}
    for head, end in zip(heads, ends, strict=True):
        version = Version.parse(head[1])
        for name in _NAMED.findall(text[head.end() : end]):
            found[name] = min(version, found.get(name, version))
    return found


def newest_in(changes: str) -> Version:
    """The newest release of which a CHANGES file tells."""
    return max(Version.parse(head[1]) for head in _HEAD.finditer(changes))


def differences(
    known: Collection[KnownProblem],
    without: Collection[Untriggered],
    records: Mapping[str, Releases],
    changes: Mapping[str, Version],
    last: Version | None = None,
) -> Iterator[str]:
    """A line for each vulnerability whose range is another one, or which the data do not have.

    A record counts for more than CHANGES, which tells the first release without a vulnerability alone. What an entry
    `differs` in is told only where a record does not differ.
    """
    newest = max(since("newest-known"), last) if last else since("newest-known")
    among = published(newest)
    entries = {one.id: one for one in known if one.kind == "CVE"}
    names = {one.name for one in without}
    for name in sorted(names & entries.keys()):
        yield f"{name}: it is a known problem, and untriggered.tsv says that it is none"
    for name in sorted({name for name, affected in records.items() if affected} | changes.keys(), key=_order):
        official = records.get(name)
        if official is None:
            official = frozenset(one for one in among if one < changes[name])
        if not official:
            continue
        if name not in entries:
            if name not in names:
                yield f"{name}: new: {told(official, among) if name in records else f'fixed in {changes[name]}'}"
            continue
        own = frozenset(one for one in among if entries[name].affects(one))
        same = own == official if name in records else max(own) == max(official)
        said = told(official, among) if name in records else f"fixed in {changes[name]} (CHANGES)"
        if not same and not entries[name].differs:
            yield f"{name}: the data have {told(own, among)}, httpd {said}"
        if same and name in records and entries[name].differs:
            yield f"{name}: the data say why they differ, and they do not"


def _order(name: str) -> tuple[int, int]:
    _, year, number = name.split("-")
    return int(year), int(number)


def told(releases: Releases, among: Releases) -> str:
    """A set of releases as ranges of the published ones: `2.4.1 to 2.4.4, 2.4.7`."""
    runs: list[list[Version]] = []
    before = False
    for one in sorted(among):
        if one in releases:
            if before:
                runs[-1].append(one)
            else:
                runs.append([one])
        before = one in releases
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs) or "none"
