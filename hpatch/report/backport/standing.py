"""How STATUS's open proposals stand (`hpatch.standing/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.backport.check.standing import Standing
from hpatch.backport.status.model import StatusFile
from hpatch.report.backport.check import verdict
from hpatch.report.backport.status import needed
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

_WORDS = {
    "own": "has its own patch; trunk's revisions do not merge",
    "stale": "stale: no longer merges",
    "open": "does not merge",
}


@dataclass(frozen=True, kw_only=True)
class StandingReport:
    """The open proposals of a STATUS file."""

    schema: ClassVar[str] = "hpatch.standing/1"
    status: StatusFile
    proposals: Sequence[Standing]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(report: StandingReport, width: int | None, color: bool) -> Iterator[str]:
    status, proposals = report.status, report.proposals
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


def _data(report: StandingReport) -> dict[str, Any]:
    return {"file": report.status.source.name, "proposals": [_standing_data(one) for one in report.proposals]}


def _standing_data(one: Standing) -> dict[str, object]:
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
