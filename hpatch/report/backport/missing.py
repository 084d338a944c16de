"""What the branch lacks, as text and as JSON (`hpatch.missing/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from hpatch.backport.check.missing import Missing, MissingRevision
from hpatch.backport.history.revisions import Revisions
from hpatch.report.backport.check import merges, titled
from hpatch.report.backport.data import merged_data, revision
from hpatch.report.common.json import dump
from hpatch.report.common.numbers import count
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import visible, wrap

_VERDICTS = {
    "works": "goes in",
    "modulo": "goes in",
    "patch": "needs a patch",
    "absent": "no such files there",
    "there": "there",
    None: "unknown",
}


def render(
    history: Revisions,
    found: Missing,
    format: Literal["text", "json"],
    *,
    width: int | None = None,
    color: bool = False,
) -> str:
    """The answer."""
    if format == "json":
        return dump(
            {
                "schema": "hpatch.missing/1",
                "onto": history.onto._asdict(),
                "trunk": history.trunk._asdict(),
                "total": found.total,
                "there": found.there,
                "candidates": [_data(one) for one in found.candidates],
            }
        )
    return "".join(f"{line}\n" for line in _text(history, found, width, color))


def _text(history: Revisions, found: Missing, width: int | None, color: bool) -> Iterator[str]:
    onto = visible(history.onto.name)
    if not found.candidates:
        yield from wrap(f"{onto} lacks nothing of {visible(history.trunk.name)} there", width)
        return
    rows = [
        (one.revision.name, one.revision.date[:10], _why(one), titled(one.revision), _VERDICTS[one.verdict])
        for one in found.candidates
    ]
    yield from table(("revision", "date", "for", "title", "by itself"), rows, width, color)
    yield ""
    shown = "" if len(found.candidates) == found.total else f", of {found.total}"
    there = ""
    if found.there:
        there = f"; {'1 more is' if found.there == 1 else f'{found.there} more are'} there by content"
    yield from wrap(f"{count(len(found.candidates), 'revision')} that {onto} lacks{shown}{there}", width)


def _why(one: MissingRevision) -> str:
    words = [*one.cves, *(f"PR {number}" for number in one.prs)]
    if not words and one.fixes:
        words.append("a fix")
    if one.merges:
        words.append(f"merged: {merges(one.merges)}")
    if one.reverted is not None:
        words.append(f"reverted by {one.reverted.name}")
    return ", ".join(words)


def _data(one: MissingRevision) -> dict[str, object]:
    return {
        **revision(one.revision),
        "prs": list(one.prs),
        "cves": list(one.cves),
        "fixes": one.fixes,
        "verdict": one.verdict,
        "merges": merged_data(one.merges),
        "reverted": None if one.reverted is None else one.reverted.name,
    }
