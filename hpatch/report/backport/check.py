"""Whether revisions can be merged (`hpatch.check/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.backport.check.answer import Antecedent, Check, Conflict, Followup, Lacking, Prerequisite, Search
from hpatch.backport.history.revisions import DevelopmentLine, Merge, Revision
from hpatch.backport.proposal.title import summary
from hpatch.report.backport import advice as backport_advice
from hpatch.report.backport import data as backport_data
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.sides import sides
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap

_MOST = 8
"""How many prerequisites are shown."""
_TITLE = 100
"""How many characters a title has in a table."""
_STATES = {
    "clean": "merges",
    "there": "already there",
    "kept": "the branch's own",
    "number": "keeps its own count",
    "generated": "generated from others",
    "absent": "not on the branch",
    "conflict": "does not merge",
}
_HELPS = {"clean": "makes everything merge", "fewer": "makes more merge", "no": "does not help", None: ""}
_SAID = {"fix": "fixes", "revert": "reverts", "follow-up": "follows up", "mention": "names"}


@dataclass(frozen=True)
class CheckReport:
    """Whether revisions can be merged."""

    schema: ClassVar[str] = "hpatch.check/1"
    answer: Check

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self.answer, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return backport_data.data(self.answer)


def verdict(answer: Check) -> str:
    """The verdict in words, as STATUS has it where it has any."""
    onto = visible(answer.onto.name)
    if answer.verdict == "works":
        return "trunk works"
    if answer.verdict == "modulo":
        return f"trunk works modulo {', '.join(visible(_short(path)) for path in answer.modulo)}"
    if answer.verdict == "patch":
        return f"needs a {visible(answer.onto.branch)} patch"
    if answer.verdict == "absent":
        return f"{onto} has none of its files"
    return f"{onto} has it already"


def _short(path: str) -> str:
    return {"include/ap_mmn.h": "MMN"}.get(path, path)


def titled(one: Revision) -> str:
    """What a revision's message says first, for a cell of a table."""
    text = summary(one.message)
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 2].rstrip()} …"


def merges(found: Iterable[Merge]) -> str:
    """Where a revision was merged, in a few words."""
    words = []
    for merge in found:
        part = " (in part)" if merge.partial else ""
        undone = "" if merge.undone is None else f", taken back in {merge.undone.name}"
        words.append(f"{merge.revision.name}{part}{undone}")
    return "; ".join(words)


def _text(answer: Check, width: int | None, color: bool) -> Iterator[str]:
    style = {"works": "green", "modulo": "green", "there": "cyan"}.get(answer.verdict, "red")
    style = "red" if answer.lacking else style
    names = ", ".join(one.name for one in answer.revisions)
    onto, commit = visible(answer.onto.name), answer.onto.commit[:12]
    place = onto if onto == commit else f"{onto} ({commit})"
    but = ", but would not compile" if answer.lacking else ""
    head = f"{names} onto {place}: {verdict(answer)}{but}"
    yield from (paint(line, style, color) for line in wrap(head, width, 2))
    yield ""
    known = dict(answer.merges)
    rows = [(one.name, one.date[:10], one.author, titled(one), _merged(one, known)) for one in answer.revisions]
    yield from table(("revision", "date", "author", "title", "merged"), rows, width, color, indent=2)
    if answer.files:
        yield ""
        files = [(visible(one.path), _STATES[one.state], one.reason) for one in answer.files]
        yield from table(("file", "state", "why"), files, width, color, indent=2)
    for conflict in answer.conflicts:
        yield ""
        yield from _conflict(answer, conflict, width, color)
    if answer.prerequisites:
        yield ""
        yield paint("Revisions that brought the missing lines or files:", "bold", color)
        brought = [
            (one.revision.name, _lacks(answer, one), _HELPS[one.helps], titled(one.revision))
            for one in answer.prerequisites[:_MOST]
        ]
        yield from table(("revision", "on the branch", "on its own", "title"), brought, width, color, indent=2)
        if len(answer.prerequisites) > _MOST:
            yield f"  … {len(answer.prerequisites) - _MOST} more"
    if answer.search is not None:
        yield ""
        yield from wrap(_search(answer.search), width, 2)
    if answer.antecedents:
        yield ""
        yield paint("Earlier on trunk:", "bold", color)
        earlier = [
            (one.revision.name, _of(one), has(one, answer.onto), titled(one.revision)) for one in answer.antecedents
        ]
        yield from table(("revision", "what it is", "the branch", "title"), earlier, width, color, indent=2)
    if answer.followups:
        yield ""
        yield paint("Later on trunk:", "bold", color)
        later = [
            (one.revision.name, said(one), has(one, answer.onto), titled(one.revision)) for one in answer.followups
        ]
        yield from table(("revision", "what it does", "the branch", "title"), later, width, color, indent=2)
    if answer.lacking:
        yield ""
        yield paint("It would not compile:", "red", color)
        for name in answer.lacking:
            yield from wrap(f"  {_lacking(name, answer.onto)}", width, 4)
    if answer.headers:
        yield ""
        names = ", ".join(map(visible, answer.headers))
        yield from wrap(f"Public headers change, and the MMN (include/ap_mmn.h) does not: {names}", width, 2)
    for number, line in enumerate(backport_advice.advice(answer)):
        if number == 0:
            yield ""
        yield from (paint(part, "bold", color and number == 0) for part in wrap(line, width, 2 if number == 0 else 4))


def _lacking(one: Lacking, onto: DevelopmentLine) -> str:
    by = "" if one.supplier is None else f", by {one.supplier.name}{', which is merged' if one.merged else ''}"
    name = visible(onto.name)
    return f"{visible(one.path)} uses {one.name}, which {name} does not have; trunk has it in {visible(one.header)}{by}"


def _merged(one: Revision, known: dict[Revision, tuple[Merge, ...]]) -> str:
    if one not in known:
        return ""
    return merges(known[one]) or "yes"


def _conflict(answer: Check, one: Conflict, width: int | None, color: bool) -> Iterator[str]:
    place = visible(one.path) if one.line is None else f"{visible(one.path)}:{one.line}"
    onto = visible(answer.onto.name)
    by = f"; the lines that it expects are from {', '.join(one.suppliers)}" if one.suppliers else ""
    own = f"; those of {onto} are from {', '.join(one.own)}" if one.own else ""
    yield from wrap(f"{place}: {one.revision.name} does not merge: {visible(one.reason)}{by}{own}", width, 2)
    if one.expected:
        titles = (f"{one.revision.name} expects", f"{onto} has")
        yield from sides(one.expected, one.found, titles, width=width, color=color, indent=2)


def _lacks(answer: Check, one: Prerequisite) -> str:
    if one.older:
        return "since its start, changed since"
    if one.merges:
        return merges(one.merges)
    return "never merged" if one.missing else "merged"


def _search(search: Search) -> str:
    if search.found is None:
        if not search.candidates:
            return "No revision that the branch lacks brought these lines: the branch has its own history there."
        bound = "" if search.complete else f"; the search ended after {count(search.tried, 'set')}"
        those = f"the {search.candidates} revisions" if search.candidates > 1 else "the one revision"
        return f"No set of {those} that the branch lacks makes them merge{bound}."
    names = ", ".join(one.name for one in search.found)
    least = "no smaller set does" if search.complete else f"the search ended after {count(search.tried, 'set')}"
    return f"With {names} before them, everything merges; {least}."


def said(one: Followup) -> str:
    """What a later revision has to do with an earlier one."""
    if one.belongs:
        return f"goes on with {one.of.name}"
    words = [] if one.said is None else [f"{_SAID[one.said]} {one.of.name}"]
    if one.repairs:
        words.append(f"changes lines of {one.of.name}" if one.said is None else "changes its lines")
    return ", ".join(words)


def has(one: Followup | Antecedent, onto: DevelopmentLine) -> str:
    """Whether the branch has a later or an earlier revision."""
    if one.asked:
        return "is among these"
    return f"{visible(onto.name)} {'has' if one.merged else 'lacks'} it"


_OF = {"fix": "repaired", "revert": "taken back", "follow-up": "followed up", "mention": "named"}


def _of(one: Antecedent) -> str:
    return f"is {_OF[one.said]} by {one.by.name}"
