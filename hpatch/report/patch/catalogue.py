"""A set that was made from history, and sets that were held against it (`hpatch.set-new/1`, `hpatch.set-check/1`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.backport.catalogue.check import CheckedSet
from hpatch.backport.catalogue.draft import Draft, NoFit
from hpatch.patch.sets.model import PatchSet
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True, kw_only=True)
class NewSetReport:
    """A set that was made, or why there is none. `content` is its file's."""

    schema: ClassVar[str] = "hpatch.set-new/1"
    made: Draft | NoFit
    target: str
    content: str
    dry_run: bool

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        if isinstance(self.made, NoFit):
            yield from _lacking(self.made, page.measure)
            return
        if self.dry_run:
            yield from map(visible, self.content.splitlines())
            return
        yield from _made(self.made, self.target, page.measure)

    def data(self) -> dict[str, Any]:
        """For programs."""
        made = self.made
        base: dict[str, Any] = {"file": self.target, "dry_run": self.dry_run, "ok": isinstance(made, Draft)}
        if isinstance(made, NoFit):
            return {
                **base,
                "id": made.id,
                "release": str(made.release),
                "reason": made.reason,
                "brought_by": list(made.names),
            }
        return {
            **base,
            "id": made.set.id,
            "content": self.content,
            "fits": list(map(str, made.fits)),
            "tried": list(map(str, made.tried)),
            "unmarked": list(made.unmarked),
            "partial": list(made.partial),
            "followups": list(made.followups),
            "reverts": list(made.reverts),
        }


def _lacking(made: NoFit, width: int) -> Iterator[str]:
    yield from wrap(visible(f"{made.id} was not written: it fits no release. {made.release}: {made.reason}."), width)
    if made.names:
        names = ", ".join(made.names)
        yield from wrap(f"The lines that are missing come from {names}; no set has them. Name them, too.", width)


def _made(made: Draft, target: str, width: int) -> Iterator[str]:
    one = made.set
    yield from wrap(visible(f"Wrote {target}: {count(len(one.revisions), 'revision')}."), width)
    yield from wrap(f"Tried on {count(len(made.tried), 'release')}, fits {len(made.fits)}: {one.applies}.", width, 2)
    if one.contained is not None:
        yield from wrap(f"Releases that have it: {one.contained}.", width, 2)
    if one.prerequisites:
        yield from wrap(f"Needs {', '.join(one.prerequisites)}.", width, 2)
    for name in made.partial:
        yield from wrap(f"{name} says that it merged a part only: compare it.", width, 2)
    if made.followups:
        names = ", ".join(made.followups)
        yield from wrap(
            f"Later revisions repair these or follow them up: {names}. Read them; name them, too.", width, 2
        )
    if made.reverts:
        names = ", ".join(made.reverts)
        yield from wrap(
            f"{names} took back what the set brings, all of it or a part. Read why; name a later try instead.", width, 2
        )
    if made.unmarked:
        names = ", ".join(made.unmarked)
        yield from wrap(f"No text tells {names} on every release: without a mark hpatch cannot recognise it.", width, 2)
    yield "Read the title and what the set cures: they come from the log."


@dataclass(frozen=True, kw_only=True)
class CatalogueReport:
    """Sets that were checked, and those that were `left`: their project's history is not at hand."""

    schema: ClassVar[str] = "hpatch.set-check/1"
    checked: Sequence[CheckedSet]
    left: Sequence[PatchSet]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        for one in self.checked:
            for fault in one.faults:
                line = f"{one.set.id}: {fault.key}: {fault.what}"
                yield from wrap(paint(visible(line), "red", page.color), page.measure, 2)
        for one in self.checked:
            if one.left_out:
                fits = f"{one.set.id}: also fits {', '.join(one.left_out)}"
                line = f"{fits}, which 'applies' ({one.set.applies}) leaves out; extend it if they have the fault."
                yield from wrap(visible(line), page.measure, 2)
        faults = sum(len(one.faults) for one in self.checked)
        looked = (
            count(len(self.checked), "set"),
            count(sum(one.revisions for one in self.checked), "revision"),
            f"{count(sum(one.releases for one in self.checked), 'trial')} on releases",
            count(sum(one.marks for one in self.checked), "mark"),
        )
        yield from wrap(
            f"Checked {', '.join(looked)}: {count(faults, 'fault') if faults else 'no fault'}.", page.measure
        )
        if self.left:
            names = ", ".join(one.id for one in self.left)
            yield from wrap(f"Not checked, for their project's history is not given: {names}.", page.measure)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "sets": [
                {
                    "id": one.set.id,
                    "revisions": one.revisions,
                    "releases": one.releases,
                    "marks": one.marks,
                    "faults": [{"key": fault.key, "what": fault.what} for fault in one.faults],
                    "left_out": list(one.left_out),
                }
                for one in self.checked
            ],
            "not_checked": [one.id for one in self.left],
        }
