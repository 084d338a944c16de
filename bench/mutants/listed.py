"""The survivors that are known, each with the reason why no test needs to notice it.

They are in `survivors`, a file for each area.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from bench.mutants.names import Name

KINDS = ("equivalent", "speed", "wording", "unreachable")
"""It means the same for every input; only slower or faster; only another text or layout; only where hpatch itself is
broken.
"""


class BadListError(Exception):
    """An entry is not as it should be; the message says which."""


@dataclass(frozen=True)
class Listed:
    name: Name
    kind: str
    reason: str


def read(folder: Path) -> dict[Name, Listed]:
    """The entries of all areas. Raises BadListError."""
    found: dict[Name, Listed] = {}
    for path in sorted(folder.glob("*.toml")):
        _add(found, path)
    return found


def _add(found: dict[Name, Listed], path: Path) -> None:
    for entry in tomllib.loads(path.read_text("utf-8")).get("survivor", []):
        try:
            name = Name(
                file=entry["file"],
                function=entry["function"],
                before=entry["before"].strip(),
                after=entry["after"].strip(),
                nth=entry.get("nth", 1),
            )
            listed = Listed(name=name, kind=entry["kind"], reason=entry["reason"].strip())
        except KeyError as error:
            raise BadListError(f"an entry has no {error}: {entry}") from None
        if listed.kind not in KINDS or not listed.reason:
            raise BadListError(f"an entry needs a kind ({', '.join(KINDS)}) and a reason: {entry}")
        if name in found:
            raise BadListError(f"two entries for {name}")
        found[name] = listed


def entry(name: Name) -> str:
    """An entry to complete, as it goes into the file of its area."""
    nth = f"nth = {name.nth}\n" if name.nth > 1 else ""
    return (
        f"[[survivor]]\nfile = {_quoted(name.file)}\nfunction = {_quoted(name.function)}\n"
        f"before = {_quoted(name.before)}\nafter = {_quoted(name.after)}\n{nth}"
        'kind = ""\nreason = ""\n'
    )


def _quoted(text: str) -> str:
    if "\n" in text:
        return f"'''\n{text}'''"
    return f"'{text}'" if "'" not in text else f"'''{text}'''"
