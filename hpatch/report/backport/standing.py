"""How STATUS's open proposals stand, as text and as JSON (`hpatch.standing/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from hpatch.backport.check.standing import Standing
from hpatch.backport.status.model import StatusFile
from hpatch.report.backport.check import verdict
from hpatch.report.backport.status import needed
from hpatch.report.common.json import dump
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

_WORDS = {
    "own": "has its own patch; trunk's revisions do not go in",
    "stale": "went stale: no longer goes in",
    "open": "does not go in",
}


def render(
    status: StatusFile,
    proposals: Sequence[Standing],
    format: Literal["text", "json"],
    *,
    width: int | None = None,
    color: bool = False,
) -> str:
    """The answer."""
    if format == "json":
        found = [_data(one) for one in proposals]
        return dump({"schema": "hpatch.standing/1", "file": status.source.name, "proposals": found})
    return "".join(f"{line}\n" for line in _text(status, proposals, width, color))


def _text(status: StatusFile, proposals: Sequence[Standing], width: int | None, color: bool) -> Iterator[str]:
    if not proposals:
        yield from wrap(f"{visible(status.source.name)}: no open proposals", width)
    section = None
    for title in dict.fromkeys(one.entry.section for one in proposals):
        if section is not None:
            yield ""
        section = title
        yield from (paint(line, "bold", color) for line in wrap(visible(title), width, 2))
        rows = [
            (str(one.entry.line), one.entry.title, _stands(one), needed(one.entry.needs))
            for one in proposals
            if one.entry.section == title
        ]
        yield from table(("line", "proposal", "how it stands", "needs"), rows, width, color, indent=2)


def _stands(one: Standing) -> str:
    if one.check is None:
        return f"unknown: {one.reason}"
    places = len(one.check.conflicts)
    count = "" if not places else " (1 conflict)" if places == 1 else f" ({places} conflicts)"
    return f"{_WORDS.get(one.state, verdict(one.check))}{count}"


def _data(one: Standing) -> dict[str, object]:
    return {
        "section": one.entry.section,
        "kind": one.entry.kind,
        "line": one.entry.line,
        "title": one.entry.title,
        "trunk": list(one.entry.trunk),
        "state": one.state,
        "reason": one.reason,
        "verdict": None if one.check is None else one.check.verdict,
        "modulo": [] if one.check is None else list(one.check.modulo),
        "conflicts": 0 if one.check is None else len(one.check.conflicts),
        "needs": {"votes": one.entry.needs.votes, "vetoes": list(one.entry.needs.vetoes)},
    }
