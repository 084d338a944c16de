"""What a revert did or would do, (`hpatch.revert/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.patch.apply.stack import Clash, Reverted, Set, Undone
from hpatch.report.common.json import lines
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.sides import sides
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True, kw_only=True)
class RevertReport:
    """A revert of the sets `ids`, not done where `dependents` need them or lines clash.

    `unneeded` are sets that came along for one of them, and that nothing needs any more.
    """

    schema: ClassVar[str] = "hpatch.revert/1"
    root: str
    ids: Sequence[str]
    done: Reverted | None
    dependents: Sequence[Set]
    unneeded: Sequence[Set]
    dry_run: bool

    @property
    def ok(self) -> bool:
        """Whether it goes."""
        return self.done is not None and not self.done.clashes

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _text(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        done = self.done
        return {
            "tree": self.root,
            "dry_run": self.dry_run,
            "ok": self.ok,
            "sets": list(self.ids),
            "files": [{"path": file.path, "how": _how(file)} for file in done.files] if done else [],
            "dependents": [one.id for one in self.dependents],
            "clashes": [_clash_data(clash) for clash in done.clashes] if done else [],
            "unneeded": [one.id for one in self.unneeded],
        }


def _text(revert: RevertReport, width: int | None, color: bool) -> Iterator[str]:
    done = revert.done
    if not revert.ids:
        left = [one.id for one in done.stack.sets] if done else []
        yield from wrap(
            f"Still applied: {_names(left, ', ')}." if left else "Nothing is applied in this tree.", width, 2
        )
        return
    if done is None:
        yield from _blocked(revert, width, color)
        return
    if done.clashes:
        for clash in done.clashes:
            yield from _clash(clash, width, color)
        yield paint("Nothing was changed.", "red", color)
        later = sorted({clash.step.set for clash in done.clashes if clash.step is not None} - set(revert.ids))
        if later:
            yield from wrap(
                f"To revert it with the later changes: hpatch revert {_names([*revert.ids, *later])}", width, 2
            )
        return
    for file in done.files:
        yield f"  {_how(file):<8}  {visible(file.path)}"
    what = "Would revert" if revert.dry_run else "Reverted"
    yield from wrap(f"{what} {_names(revert.ids, ', ')}: {count(len(done.files), 'file')}.", width, 2)
    left = [one.id for one in done.stack.sets]
    yield from wrap(f"Still applied: {_names(left, ', ')}." if left else "Nothing else is applied.", width, 2)
    if revert.unneeded:
        names = _names([one.id for one in revert.unneeded])
        yield from wrap(f"No longer needed: {names} (hpatch revert {names})", width, 2)


def _blocked(revert: RevertReport, width: int | None, color: bool) -> Iterator[str]:
    gone = {*revert.ids, *(one.id for one in revert.dependents)}
    for one in revert.dependents:
        needed = [id for id in one.requires if id in gone]
        yield from wrap(f"{visible(one.id)} needs {_names(needed, ', ')}.", width, 2)
    yield paint("Nothing was changed.", "red", color)
    both = _names([*revert.ids, *(one.id for one in revert.dependents)])
    yield from wrap(f"To revert all of these: hpatch revert {both}", width, 2)


def _names(ids: Sequence[str], joint: str = " ") -> str:
    return joint.join(visible(id) for id in ids)


def _how(file: Undone) -> str:
    if file.merged:
        return "merged"
    return "removed" if file.after is None else "restored"


def _clash(clash: Clash, width: int | None, color: bool) -> Iterator[str]:
    step = clash.step
    by = "an edit" if step is None else f"{step.set} ({step.name})" if step.name != step.set else step.set
    if not clash.conflicts:
        told = "made, deleted or given other permissions here, and changed since by"
        yield from wrap(f"{visible(clash.path)}: {told} {visible(by)}", width, 2)
        yield ""
        return
    for conflict in clash.conflicts:
        head = f"{visible(clash.path)}:{conflict.line}: the same lines were changed later by {visible(by)}"
        yield from wrap(paint(head, "bold", color) if width is None else head, width, 2)
        yield from sides(conflict.ours, conflict.theirs, ("without it", "as it is"), width=width, color=color, indent=2)
        yield ""


def _clash_data(clash: Clash) -> dict[str, Any]:
    return {
        "path": clash.path,
        "set": None if clash.step is None else clash.step.set,
        "step": None if clash.step is None else clash.step.name,
        "lines": [
            {
                "line": conflict.line,
                "without": lines(conflict.ours),
                "now": lines(conflict.theirs),
            }
            for conflict in clash.conflicts
        ],
    }
