"""A proposal (`hpatch.proposal/1`, described in docs/output.md)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, ClassVar

from hpatch.backport.proposal.evidence import Evidence
from hpatch.backport.proposal.proposal import UNKNOWN, Proposal
from hpatch.records import NamedTuple
from hpatch.report.backport import data as backport_data
from hpatch.report.backport import edit as status_edit
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap

APPLY = "patch -p0 < FILE, svn patch FILE or git apply -p0 FILE"
"""How a patch file is taken."""

_MARKS = {"yes": ("ok", "green"), "no": ("!!", "red"), "note": ("--", "yellow"), "unknown": ("??", "dim")}


class Insertion(NamedTuple):
    """STATUS with the entry: the file's path as given, its name, and its bytes before and after."""

    file: str
    name: str
    before: bytes
    after: bytes


class BranchMade(NamedTuple):
    """A branch with the proposal: the revisions that have commits there, and the commits; none of a dry run.

    `unneeded` are names of revisions that change nothing there.
    """

    name: str
    base: str
    revisions: tuple[str, ...]
    commits: tuple[str, ...]
    unneeded: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProposalReport:
    """A proposal and what became of it. `place` is the branch's state in words; `refused`: why nothing was inserted.

    `patch` is the file that the branch's patch was written to, or would be.
    """

    schema: ClassVar[str] = "hpatch.proposal/1"
    proposal: Proposal
    place: str
    evidence: tuple[Evidence, ...]
    refused: str
    insertion: Insertion | None
    patch: str | None
    made: BranchMade | None
    dry_run: bool

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(answer: ProposalReport, width: int | None, color: bool) -> Iterator[str]:
    one = answer.proposal
    for line in wrap(visible(one.title), width, 2):
        yield paint(line, "bold", color)
    if answer.refused:
        yield from (paint(line, "red", color) for line in wrap(f"  {visible(answer.refused)}", width, 2))
    if one.check.verdict in ("there", "absent"):
        return
    yield ""
    yield "The entry for STATUS:"
    yield ""
    yield from _block(one.entry)
    yield ""
    if one.note.origin == "trunk":
        yield f"The entry for CHANGES{_place(one.note.path)}:"
    else:
        yield f"They bring no entry for CHANGES. If there is to be one{_place(one.note.path)}, perhaps:"
    yield ""
    yield from _block(one.note.text)
    yield ""
    if one.way in ("works", "modulo"):
        yield "To merge it:"
        yield ""
        yield f"  {visible(one.merge)}"
        yield ""
    yield "Checked:"
    yield ""
    size = max(len(each.what) for each in answer.evidence)
    for each in answer.evidence:
        mark, style = _MARKS[each.result]
        head = f"  {mark} {each.what.ljust(size)}  "
        first, *more = wrap(head + visible(each.text), width, len(head))
        yield first.replace(mark, paint(mark, style, color), 1)
        yield from more
    for part in written(answer, width, color):
        yield ""
        yield from part


def written(answer: ProposalReport, width: int | None = None, color: bool = False) -> Iterator[Iterator[str]]:
    """The lines on each file that was written, or would be."""
    would = "would be " if answer.dry_run else ""
    if answer.patch is not None:
        how = APPLY.replace("FILE", answer.patch)
        yield wrap(visible(f"{answer.patch}: {would}written; it is for {how}"), width, 2)
    if answer.made is not None:
        at = ", and give --at its pull request's URL for the entry" if UNKNOWN in answer.proposal.entry else ""
        yield _made(answer.made, answer.place, would, at, width)
    if answer.insertion is not None:
        file, name, before, after = answer.insertion
        told = wrap(visible(f"{file}: {would}inserted at the end of the proposals"), width, 2)
        change = status_edit.difference(name, before, after) if answer.dry_run else ""
        yield chain(told, status_edit.lines(change, color))


def _made(made: BranchMade, place: str, would: str, at: str, width: int | None) -> Iterator[str]:
    how = "" if would else f"; push it with git push REMOTE {shlex.quote(made.name)}{at}"
    what = f"{made.name}: {would}made on {place}, with {count(len(made.revisions), 'commit')}{how}"
    yield from wrap(visible(what), width, 2)
    for name, commit in zip_longest(made.revisions, made.commits, fillvalue=""):
        yield f"  {commit[:12]}{' ' if commit else ''}{name}"
    if made.unneeded:
        yield from wrap(f"  without {', '.join(made.unneeded)}: nothing is left to change", width, 4)


def _place(path: str | None) -> str:
    return "" if path in (None, "CHANGES") else f", a file {visible(path or '')}"


def _block(text: str) -> Iterator[str]:
    yield from (visible(line) for line in text.rstrip("\n").split("\n"))


def _data(answer: ProposalReport) -> dict[str, Any]:
    one = answer.proposal
    insertion = answer.insertion
    return {
        "dry_run": answer.dry_run,
        "refused": answer.refused or None,
        "branch": one.branch,
        "place": answer.place,
        "revisions": [backport_data.revision(each) for each in one.revisions],
        "way": one.way,
        "modulo": list(one.modulo),
        "title": one.title,
        "entry": one.entry,
        "merge": one.merge,
        "changes": {"text": one.note.text, "path": one.note.path, "origin": one.note.origin},
        "patch": {"possible": one.patch is not None, "file": answer.patch, "strip": 0},
        "made": None
        if answer.made is None
        else {
            "branch": answer.made.name,
            "base": answer.made.base,
            "commits": [
                {"revision": name, "commit": commit or None}
                for name, commit in zip_longest(answer.made.revisions, answer.made.commits, fillvalue="")
            ],
            "unneeded": list(answer.made.unneeded),
        },
        "proposed": [{"line": each.line, "section": each.section, "title": each.title} for each in one.standing],
        "exempt": list(one.exemption.areas) if one.exemption is not None and one.exemption.whole else [],
        "check": backport_data.data(one.check),
        "evidence": [{"what": each.what, "result": each.result, "text": each.text} for each in answer.evidence],
        "inserted": None
        if insertion is None
        else {
            "file": insertion.file,
            "diff": status_edit.difference(insertion.name, insertion.before, insertion.after),
        },
    }
