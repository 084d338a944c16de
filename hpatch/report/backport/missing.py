"""What the branch lacks (`hpatch.missing/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.backport.check.missing import Missing, MissingRevision
from hpatch.backport.history.revisions import Revisions
from hpatch.report.backport import cut
from hpatch.report.backport.check import merges, titled
from hpatch.report.backport.data import merged_data, revision
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import visible, wrap

_VERDICTS = {
    "works": "merges",
    "modulo": "merges",
    "patch": "needs a patch",
    "absent": "no such files there",
    "there": "there",
    None: "unknown",
}


@dataclass(frozen=True, kw_only=True)
class MissingReport:
    """What a branch lacks, of a history."""

    schema: ClassVar[str] = "hpatch.missing/1"
    history: Revisions
    found: Missing

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(report: MissingReport, width: int | None, color: bool) -> Iterator[str]:
    history, found = report.history, report.found
    onto = visible(history.onto.name)
    if not found.candidates:
        yield from wrap(f"{onto} lacks nothing from {visible(history.trunk.name)} there", width)
        yield from cut.cut(history, width)
        return
    rows = [
        (one.revision.name, one.revision.date[:10], _why(one), titled(one.revision), _VERDICTS[one.verdict])
        for one in found.candidates
    ]
    yield from table(("revision", "date", "for", "title", "on its own"), rows, width, color)
    yield ""
    shown = "" if len(found.candidates) == found.total else f", of {found.total}"
    there = ""
    if found.there:
        there = f"; {'1 more is' if found.there == 1 else f'{found.there} more are'} already there by content"
    yield from wrap(f"{count(len(found.candidates), 'revision')} that {onto} lacks{shown}{there}", width)
    yield from cut.cut(history, width)


def _why(one: MissingRevision) -> str:
    words = [*one.cves, *(f"PR {number}" for number in one.prs)]
    if not words and one.fixes:
        words.append("a fix")
    if one.merges:
        words.append(f"merged: {merges(one.merges)}")
    if one.reverted is not None:
        words.append(f"reverted by {one.reverted.name}")
    return ", ".join(words)


def _data(report: MissingReport) -> dict[str, Any]:
    history, found = report.history, report.found
    return {
        "onto": history.onto._asdict(),
        "trunk": history.trunk._asdict(),
        "total": found.total,
        "there": found.there,
        **cut.data(history),
        "candidates": [_candidate_data(one) for one in found.candidates],
    }


def _candidate_data(one: MissingRevision) -> dict[str, object]:
    return {
        **revision(one.revision),
        "prs": list(one.prs),
        "cves": list(one.cves),
        "fixes": one.fixes,
        "verdict": one.verdict,
        "merges": merged_data(one.merges),
        "reverted": None if one.reverted is None else one.reverted.name,
    }
