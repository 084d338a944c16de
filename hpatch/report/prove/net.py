"""What the net saw, as rows of tables and a sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from hpatch.lab.net.model import Difference, Figure, NetResult
from hpatch.report.common.numbers import count

HEADERS = ("exchange", "by", "before", "after", "")
LIMITS = (
    "The exchanges say nothing of what none of them tries: other directives, builds and systems, larger bodies, hours "
    "of load, or memory in requests other than GET and POST."
)
"""What stands below the sentence."""
_MOST = 20
"""How many differences are shown."""
_LONG = 80
"""Characters of a fact that are shown."""
_SHOWN = ("median", "processor time of", "growth", "lost files", "errors", "crashed")
_LEFT_OUT = ", waiting"
"""The figures to show in any case, by the beginnings of their names; all but those that end so."""


def sentence(net: NetResult, unexpected: Sequence[str]) -> str:
    """What it comes to."""
    if not net.ways:
        return "this httpd has no way to a backend: no exchanges were compared"
    tried = f"{net.trials:,} exchanges before and after, by {', '.join(_ways(net.ways))}"
    if net.unsteady:
        tried += f" (chance decides {len(net.unsteady)} of them)"
    left_out = f"; not tried: {', '.join(net.untried)}" if net.untried else ""
    if unexpected:
        return f"{tried}: {count(len(unexpected), 'thing')} changed that no set is to change{left_out}"
    meant = len({one.name for one in net.differences} | {one.name for one in net.figures if one.worse})
    ending = f"only what the sets say changed ({meant})" if meant else "nothing changed"
    return f"{tried}: {ending}{left_out}"


def _ways(names: Sequence[str]) -> list[str]:
    """The ways, each once where it is there by Unix sockets and by TCP."""
    both = {name for name in names if name.replace(" tcp", " unix") in names and name.replace(" unix", " tcp") in names}
    return [name.replace(" unix", " unix/tcp") if name in both else name for name in names if not _second(name, both)]


def _second(name: str, both: Collection[str]) -> bool:
    return name in both and " tcp" in name


def rows(net: NetResult, changes: Sequence[str]) -> list[tuple[str, ...]]:
    """The differences, a row for each exchange and way, and the figures."""
    first: dict[tuple[str, str], list[Difference]] = {}
    for one in net.differences:
        first.setdefault((one.name, one.way), []).append(one)
    found = [
        (name, way, _told(facts, "before"), _told(facts, "after"), _mark(name, changes))
        for (name, way), facts in first.items()
    ]
    left = len(found) - _MOST
    if left > 0:
        found[_MOST:] = [(f"{left} more (--format json)", "", "", "", "")]
    return [*found, *(_figure(one, changes) for one in net.figures if one.worse or _shown(one.name))]


def _shown(name: str) -> bool:
    return name.startswith(_SHOWN) and not name.endswith(_LEFT_OUT)


def _told(facts: Sequence[Difference], side: str) -> str:
    texts = []
    for one in facts:
        text = " ".join(getattr(one, side).split())
        texts.append(f"{one.fact}: {text if len(text) <= _LONG else text[: _LONG - 1] + '…'}")
    return "\n".join(texts)


def _mark(name: str, changes: Sequence[str]) -> str:
    return "as meant" if any(fnmatchcase(name, pattern) for pattern in changes) else "CHANGED"


def _figure(one: Figure, changes: Sequence[str]) -> tuple[str, ...]:
    mark = "as before" if not one.name.startswith("errors") else "too few to tell"
    if one.worse:
        mark = "as meant" if _mark(one.name, changes) == "as meant" else "WORSE"
    before, after = (f"{value:.3g} {one.unit}".rstrip() for value in (one.before, one.after))
    return (one.name, "", before, after, mark)
