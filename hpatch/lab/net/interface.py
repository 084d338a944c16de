"""What an httpd's files have for administrators and for other modules: directives, and names that are exported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from hpatch.build.httpd.installed import ask
from hpatch.facts.make import elf
from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.net.model import Difference
from hpatch.records import NamedTuple

_PUBLIC = re.compile(r"(?:ap|apr|proxy)_\w+|\w+_module")
"""Names that other modules may use; all others are a file's own affair, whether it exports them or not."""
_GROUP = "interface"


class Interface(NamedTuple):
    """What differs, and what could not be read."""

    differences: tuple[Difference, ...]
    untried: tuple[str, ...]


def compare(before: GatewaySpec, after: GatewaySpec) -> Interface:
    """Compare the files that the two do not share. Raises ToolError.

    A directive counts if it is another one, is gone, or is new; a name if it is gone.
    """
    was, now = _files(before), _files(after)
    found: list[Difference] = []
    unread = []
    for name in sorted(was.keys() & now.keys()):
        if was[name] == now[name]:
            continue
        try:
            found += _differences(name, was[name], now[name])
        except (OSError, ValueError):
            unread.append(name)
    untried = (f"directives and exported names (cannot be read from {', '.join(unread)})",) if unread else ()
    return Interface(tuple(found), untried)


def _files(spec: GatewaySpec) -> Mapping[str, Path]:
    program = httpd.program_of(spec)
    found = modules.available(program, ask(str(program)), spec.modules)
    own = {f"mod_{name}": path for name, path in found.items() if path is not None}
    return {"httpd": program, **own}


def _differences(name: str, before: Path, after: Path) -> Iterator[Difference]:
    was, now = _directives(before), _directives(after)
    for one in sorted(was.keys() | now.keys()):
        if was.get(one) != now.get(one):
            yield _difference(f"the directive {one}", "directive", was.get(one, ""), now.get(one, ""))
    for one in sorted(elf.exports(before) - elf.exports(after)):
        if _PUBLIC.fullmatch(one):
            yield _difference(f"the name {one} in {name}", "exported", "yes", "")


def _directives(file: Path) -> Mapping[str, str]:
    return {f"{row.name} of {row.module}": f"{row.form} in {', '.join(sorted(row.where))}" for row in elf.of_file(file)}


def _difference(trial: str, fact: str, before: str, after: str) -> Difference:
    return Difference(way="", group=_GROUP, trial=trial, fact=fact, before=before, after=after)
