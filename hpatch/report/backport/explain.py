"""A revision's story (`hpatch.explain/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.backport.check.explain import Explanation, Touched
from hpatch.backport.history.revisions import Revisions
from hpatch.report.backport import cut
from hpatch.report.backport.check import has, merges, said, titled
from hpatch.report.backport.data import followup_data, merged_data, revision
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True, kw_only=True)
class ExplanationReport:
    """The story of a revision, in a history."""

    schema: ClassVar[str] = "hpatch.explain/1"
    history: Revisions
    answer: Explanation

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _text(report: ExplanationReport, width: int | None, color: bool) -> Iterator[str]:
    history, answer = report.history, report.answer
    one = answer.revision
    trunk, onto = visible(history.trunk.name), visible(history.onto.name)
    where = {"trunk": trunk, "branch": onto, "both": f"{trunk}, before {onto} left it"}[answer.side]
    head = f"{one.name} on {where}, {one.date[:10]}, {visible(one.author)}"
    yield from (paint(line, "bold", color) for line in wrap(head, width, 2))
    yield ""
    for row in one.message.splitlines():
        yield from wrap(f"  {visible(row)}".rstrip(), width, 2)
    yield ""
    files = [(visible(touched.path), _lines(touched)) for touched in answer.touched]
    yield from table(("file", "lines"), files, width, color)
    yield ""
    yield from wrap(_went(history, answer), width, 2)
    if answer.brought:
        yield ""
        yield paint("It merged:", "bold", color)
        yield from table(
            ("revision", "title"), [(one.name, titled(one)) for one in answer.brought], width, color, indent=2
        )
    if answer.followups:
        yield ""
        yield paint(f"Later on {trunk}:", "bold", color)
        rows = [
            (one.revision.name, said(one), has(one, history.onto), titled(one.revision)) for one in answer.followups
        ]
        yield from table(("revision", "what it does", "the branch", "title"), rows, width, color, indent=2)
    not_looked = list(cut.cut(history, width))
    if not_looked:
        yield from ("", *not_looked)


def _lines(touched: Touched) -> str:
    return "" if touched.added is None else f"+{touched.added} -{touched.removed}"


def _went(history: Revisions, answer: Explanation) -> str:
    onto = visible(history.onto.name)
    if answer.side != "trunk":
        return _released(answer.release)
    if answer.went:
        told = (f"{merges((went.merge,))} ({_released(went.release)})" for went in answer.went)
        return f"merged to {onto} in {', '.join(told)}"
    if answer.same is not None:
        return f"{onto} has the same change in {answer.same.name} ({_released(answer.shipped)}), by another name"
    if answer.recorded:
        return f"merged to {onto} according to Subversion's record"
    own = "" if answer.release is None else f"; {_released(answer.release)}"
    return f"not merged to {onto}: no revision there says so or makes the same change{own}"


def _released(release: str | None) -> str:
    return "in no release" if release is None else f"first in {visible(release)}"


def _data(report: ExplanationReport) -> dict[str, Any]:
    history, answer = report.history, report.answer
    return {
        "onto": history.onto._asdict(),
        "trunk": history.trunk._asdict(),
        **cut.data(history),
        **revision(answer.revision),
        "message": answer.revision.message,
        "side": answer.side,
        "files": [one._asdict() for one in answer.touched],
        "merges": [
            {**one, "release": went.release}
            for one, went in zip(merged_data([went.merge for went in answer.went]), answer.went, strict=True)
        ],
        "same": None if answer.same is None else {**revision(answer.same), "release": answer.shipped},
        "recorded": answer.recorded,
        "brought": [revision(one) for one in answer.brought],
        "release": answer.release,
        "followups": [followup_data(one) for one in answer.followups],
    }
