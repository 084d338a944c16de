"""What applying did or would do, for people (`hpatch.plan/1` is in `plan_data`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any, ClassVar

from hpatch.build.trees.applying import Prepared
from hpatch.build.trees.choice import Chosen
from hpatch.build.trees.committing import PatchCommit
from hpatch.build.trees.conflicts import Conflicts
from hpatch.build.trees.leaving import Rejects
from hpatch.patch.diff.model import PLACED, Outcome, Placed
from hpatch.records import NamedTuple
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.sides import sides
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.patch import blockers, plan_data
from hpatch.report.patch.blockers import WORDS

_MOST = 5
"""How many rejects are named."""


class MarkedCopy(NamedTuple):
    """A copy of the tree with conflicts, and the files that were edited or deleted there and are not taken."""

    conflicts: Conflicts
    others: Sequence[str] = ()


class MadeBranch(NamedTuple):
    """A branch and the commits that it got."""

    name: str
    commits: Sequence[PatchCommit]


@dataclass(frozen=True, kw_only=True)
class PlanReport:
    """A plan, and whether it was carried out; `hunks`: the text shows every one of them.

    `rejects` are the hunks that are left out, where those that fit go in without them; `copy` is a copy of the tree in
    which conflicts are marked, or whose answers were taken; `branch` is the one that got commits in place of the tree;
    `nothing` is why there is nothing to do, where there is not.
    """

    schema: ClassVar[str] = "hpatch.plan/1"
    prepared: Prepared
    dry_run: bool
    hunks: bool = False
    rejects: Rejects | None = None
    copy: MarkedCopy | None = None
    branch: MadeBranch | None = None
    nothing: str = "the tree already has everything"

    @property
    def state(self) -> str:
        """`applied`, `planned`, `nothing` (all of it is there), `partly` (the rest is rejected), `refused`."""
        if self.rejects is not None:
            return "partly"
        if not self.prepared.ok:
            return "refused"
        if not self.prepared.steps:
            return "nothing"
        return "planned" if self.dry_run else "applied"

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        branch = None if self.branch is None else _branch_data(self.branch)
        return {**plan_data.data(self.prepared, self.state, self.rejects, _copy_data(self)), "branch": branch}


def _text(answer: PlanReport, width: int | None, color: bool) -> Iterator[str]:
    for number, lines in enumerate(_paragraphs(answer, width, color)):
        if number:
            yield ""
        yield from lines


def _paragraphs(answer: PlanReport, width: int | None, color: bool) -> Iterator[Iterable[str]]:
    prepared = answer.prepared
    if prepared.tree is not None:
        title = wrap(f"{visible(str(prepared.root))}: {prepared.tree.name}", width, 2)
        yield [paint(line, "bold", color) for line in title]
    rows = [*_set_rows(prepared), *((name, "applied here already", "") for name in prepared.there)]
    if rows:
        yield table(("set", "", ""), rows, width, color, bold=True)
    if prepared.tasks and not prepared.refused:
        yield _steps(prepared, answer.hunks, width, color)
    if prepared.excluded:
        yield wrap(f"Left out: {', '.join(map(visible, prepared.excluded))}", width, 2)
    for blocker in prepared.blockers:
        yield blockers.lines(blocker, width, color)
    yield _end(answer, width, color)


def _set_rows(prepared: Prepared) -> Iterator[tuple[str, str, str]]:
    for one in prepared.chosen:
        names = [task.item.name for task in prepared.tasks if task.set == one.set.id]
        yield one.set.id, _state(one, prepared), ", ".join(name for name in names if name != one.set.id)


def _state(one: Chosen, prepared: Prepared) -> str:
    presence = one.presence
    if presence.state == "unsuitable" and one in prepared.refused:
        return f"not for this version: {presence.why}"
    if presence.there:
        return f"already there: {presence.why}"
    why = f"partly there: {presence.why}" if presence.state == "partly" else ""
    if not one.needed_by:
        return why
    verb = "needs" if len(one.needed_by) == 1 else "need"
    return f"comes along: {', '.join(one.needed_by)} {verb} it" + (f"; {why}" if why else "")


def _steps(prepared: Prepared, hunks: bool, width: int | None, color: bool) -> Iterator[str]:
    for task, step in zip(prepared.tasks, prepared.plan.steps, strict=False):
        name = task.item.name
        for line in wrap(visible(name if name == task.set else f"{name} {task.set}"), width, 2):
            yield paint(line, "bold", color)
        for oddity in task.item.diff.oddities:
            yield from wrap(f"  warning: line {oddity.line}: {oddity.text}", width, 6)
        paths = max((len(placed.path) for placed in step.files), default=0)
        for placed in step.files:
            style = "dim" if placed.ok else "red"
            line = f"  {visible(placed.path).ljust(min(paths, 48))}  {_summary(placed)}"
            yield from (
                (paint(part, style, color) for part in wrap(line, width, 6)) if not placed.ok else wrap(line, width, 6)
            )
            if hunks:
                for number, outcome in enumerate(placed.outcomes, 1):
                    yield from wrap(f"    {_hunk(number, outcome)}", width, 6)
            for number, outcome in enumerate(placed.outcomes, 1):
                if outcome.result == "words":
                    yield from _reworded(number, outcome, width, color)


def _summary(placed: Placed) -> str:
    parts: list[str] = []
    kinds = {"create": "new file", "delete": "file goes", "rename": "renamed", "copy": "copied"}
    if placed.kind in kinds:
        source = f" from {visible(placed.source)}" if placed.source else ""
        parts.append(kinds[placed.kind] + source)
    results = Counter(outcome.result for outcome in placed.outcomes if outcome.result != "missing")
    for result, number in results.items():
        text = f"{count(number, 'hunk')} {WORDS[result]}"
        if result == "resolved":
            reasons = dict.fromkeys(outcome.reason for outcome in placed.outcomes if outcome.result == result)
            text += f" ({visible('; '.join(filter(None, reasons)))})"
        offsets = sorted({outcome.offset for outcome in placed.outcomes if outcome.result == result and outcome.offset})
        if offsets and result in ("moved", "fuzz", "whitespace"):
            text += f" ({', '.join(f'{offset:+d}' for offset in offsets[:4])}{', …' if len(offsets) > 4 else ''})"
        parts.append(text)
    told = [each.elsewhere for each in placed.outcomes if each.elsewhere is not None and each.result in PLACED]
    if strange := sum(bool(each.lines) for each in told):
        parts.append(f"{count(strange, 'hunk')} in another function than its heading names")
    if strange < len(told):
        parts.append(f"{count(len(told) - strange, 'hunk')} under another name than before")
    if placed.reason:
        parts.append(visible(placed.reason))
    parts += _modes(placed)
    return ", ".join(parts)


def _modes(placed: Placed) -> Iterator[str]:
    """A change of permissions."""
    if placed.ok and placed.mode is not None and placed.mode != placed.mode_before:
        was = "" if placed.mode_before is None else f"{placed.mode_before:04o} to "
        yield f"mode {was}{placed.mode:04o}"


def _hunk(number: int, outcome: Outcome) -> str:
    line = f"line {outcome.line}" if outcome.line is not None else f"for line {outcome.hunk.old_start}"
    text = f"hunk {number}, {line}: {WORDS[outcome.result]}"
    if outcome.offset:
        text += f", offset {outcome.offset:+d}"
    if outcome.fuzz:
        text += f", fuzz {outcome.fuzz}"
    if outcome.reason:
        text += f" ({visible(outcome.reason)})"
    if outcome.elsewhere is not None:
        name = visible(outcome.elsewhere.heading.decode("utf-8", "replace"))
        text += (
            f"; its heading '{name}' is another function's"
            if outcome.elsewhere.lines
            else f"; before, it was under '{name}'"
        )
    return text


def _reworded(number: int, outcome: Outcome, width: int | None, color: bool) -> Iterator[str]:
    """A hunk that git calls a conflict: what it leaves in its own file, and what the tree gets."""
    where = f"hunk {number}, line {outcome.line}"
    for line in wrap(f"    {where}: merged by words, where git reports a conflict; check the result:", width, 6):
        yield paint(line, "yellow", color)
    titles = ("the patch leaves", "the tree gets")
    yield from sides(outcome.expected, outcome.found, titles, width=width, color=color, indent=6)


def _hint(prepared: Prepared) -> str:
    """What tells more."""
    text = ""
    if prepared.quilted:
        text += f"{_quilted(prepared)}: try again after 'quilt pop -a'. "
    if any(blocker.suppliers is None for blocker in prepared.blockers):
        text += "With --git DIR, a clone of the project, hpatch names the revisions that these lines come from. "
    return text


def _quilted(prepared: Prepared) -> str:
    return f"quilt has patches applied in this tree ({prepared.quilted:,} in .pc/applied-patches)"


def _end(answer: PlanReport, width: int | None, color: bool) -> Iterator[str]:
    prepared = answer.prepared
    if answer.copy is not None:
        yield from _copied(answer, answer.copy, width)
    if answer.state == "refused":
        ids = sorted({one.set.id for one in prepared.refused})
        why = f"{', '.join(ids)}: not meant for this tree. " if ids else ""
        for line in wrap(f"{why}{_hint(prepared)}Nothing was changed.", width):
            yield paint(line, "red", color)
        return
    if answer.state == "nothing":
        yield f"Nothing to do: {answer.nothing}."
        if prepared.quilted:
            yield from wrap(f"{_quilted(prepared)}. 'quilt pop -a' first leaves them to hpatch.", width)
        return
    if answer.rejects is not None:
        for line in wrap(_partly(answer, answer.rejects), width):
            yield paint(line, "red", color)
        return
    steps = count(len(prepared.steps), "change")
    files = count(len({edit.path for step in prepared.steps for edit in step.edits}), "file")
    verb = "Would apply" if answer.dry_run else "Applied"
    if answer.branch is not None:
        verb = "Would commit" if answer.dry_run else "Committed"
        files = f"{files}, to the branch {visible(answer.branch.name)}"
        yield paint(f"{verb} {steps} of {files}.", "green", color)
        return
    yield paint(f"{verb} {steps} to {files}.", "green", color)


def _partly(answer: PlanReport, rejects: Rejects) -> str:
    """What went in, and where the rest is."""
    prepared = answer.prepared
    changed = len({edit.path for step in prepared.steps for edit in step.edits})
    hunks = sum(
        outcome.result not in PLACED
        for step in prepared.plan.steps
        for placed in step.files
        if not placed.ok
        for outcome in placed.outcomes
    )
    names = sorted(rejects.texts)
    some = ", ".join(visible(str(rejects.folder / name)) for name in names[:_MOST])
    where = f"{some} and {len(names) - _MOST:,} more" if len(names) > _MOST else some
    if answer.dry_run:
        return f"Would change {count(changed, 'file')}, and reject {count(hunks, 'hunk')}: {where}"
    done = f"Changed {count(changed, 'file')} with the hunks that fit" if changed else "Nothing was changed"
    return f"{done}; rejected {count(hunks, 'hunk')}: {where}"


def _copied(answer: PlanReport, copy: MarkedCopy, width: int | None) -> Iterator[str]:
    """Where the conflicts are marked, and what was edited in the copy for nothing."""
    waiting, prepared = copy.conflicts, answer.prepared
    if copy.others:
        names = ", ".join(map(visible, copy.others[:_MOST]))
        more = f" and {len(copy.others) - _MOST:,} more" if len(copy.others) > _MOST else ""
        yield from wrap(
            f"Edited or deleted in the copy and not taken, for they have no conflicts: {names}{more}.", width, 2
        )
    if prepared.ok or answer.dry_run:
        return
    folder, tree = visible(quote(str(waiting.folder))), visible(quote(str(prepared.root)))
    files = ", ".join(f"{visible(each.path)} ({count(each.marks, 'conflict')})" for each in waiting.marked)
    yield from wrap(
        f"{visible(str(waiting.folder))} is a copy of the tree with the conflicts marked: {files}.", width, 2
    )
    yield from wrap(f"Edit them there, then give: hpatch resume {folder} --tree {tree}", width, 2)


def _branch_data(branch: MadeBranch) -> dict[str, Any]:
    return {"name": branch.name, "commits": [{"name": one.patch, "commit": one.commit} for one in branch.commits]}


def _copy_data(answer: PlanReport) -> dict[str, Any] | None:
    if answer.copy is None:
        return None
    waiting = answer.copy.conflicts
    marked = () if answer.prepared.ok else waiting.marked
    return {
        "folder": str(waiting.folder),
        "files": [{"path": each.path, "conflicts": each.marks} for each in marked],
        "not_taken": list(answer.copy.others),
    }
