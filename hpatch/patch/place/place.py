"""Placing a file's hunks: where each goes, how sure that is, and why.

The driver goes through the hunks from the top and asks the strategies (`hpatch.patch.place.strategies`) one after the
other; the first that settles a hunk decides. The function of its place must then be the one that the hunk is for. All
of a file's hunks go in, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hpatch.patch.diff.blob import blob_id
from hpatch.patch.diff.lines import Text, edited, joined, sound, split
from hpatch.patch.diff.model import PLACED, FilePatch, Placed
from hpatch.patch.place import resolvers
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.resolvers.model import Resolved
from hpatch.patch.place.situation import Settled, Situation
from hpatch.patch.place.strategies import ORDER
from hpatch.patch.place.strategies.conflict import failed
from hpatch.patch.place.strategies.elsewhere import confirmed
from hpatch.patch.place.strategies.resolved import left_out
from hpatch.patch.place.target import TargetFile


def place(content: bytes, patch: FilePatch, options: PlaceOptions = DEFAULTS, ancestor: bytes | None = None) -> Placed:
    """Place all hunks of `patch` in `content`; `ancestor` is the file as it was before the revision, if known."""
    lines = split(content)
    original = content == ancestor or _is_blob(content, patch.old_id)
    target = TargetFile(
        path=patch.path,
        lines=lines,
        hunks=patch.hunks,
        options=options,
        ancestor=None if ancestor is None or original else Text(split(ancestor), ancestor),
        original=original,
        content=content,
    )
    settled = _settle(target)
    resolver = resolvers.find(patch.path)
    if resolver is not None and not resolver.content([each.outcome for each in settled]):
        meant = resolver.resolve(lines, patch.hunks, options.release, options.claim)
        settled = _settle(target, meant, optional=resolver.optional)
    settled = _checked(target, settled)
    outcomes = tuple(each.outcome for each in settled)
    if not all(_placed(each) for each in settled):
        edits = tuple(edit for each in settled for edit in each.edits)
        return Placed(path=patch.path, before=content, after=None, outcomes=outcomes, ok=False, edits=edits)
    after = joined(edited(lines, (edit for each in settled for edit in each.edits)))
    return Placed(path=patch.path, before=content, after=after, outcomes=outcomes, ok=True)


def _is_blob(content: bytes, name: str | None) -> bool:
    """Whether git names the content so; a name too short to tell does not count."""
    if name is None or len(name) < 7:
        return False
    return blob_id(content).startswith(name)


def _settle(
    target: TargetFile, meant: Mapping[int, Resolved] | None = None, *, optional: bool = False
) -> list[Settled]:
    """Settle all hunks from the top; `meant` is what a resolver makes of some, `optional` lets the others fail."""
    found: list[Settled] = []
    start = 0
    offset: int | None = 0
    for index in range(len(target.hunks)):
        resolved = None if meant is None else meant.get(index)
        situation = Situation(target=target, index=index, start=start, offset=offset, meant=resolved)
        settled = _settled(situation)
        if not _placed(settled):
            offset = None
            if optional and resolved is None:
                settled = left_out(settled)
        elif settled.end is not None:
            start = settled.end
            offset = start - situation.own - len(situation.old)
        found.append(settled)
    return found


def _settled(situation: Situation) -> Settled:
    answers = (strategy(situation) for strategy in ORDER)
    return confirmed(situation, next(settled for settled in answers if settled is not None))


def _placed(settled: Settled) -> bool:
    return settled.outcome.result in PLACED


def _checked(target: TargetFile, settled: Sequence[Settled]) -> list[Settled]:
    """Hunks that were settled, each by itself: the first that does not go with those above fails, and all below it."""
    if not _clash(target, settled):
        return list(settled)
    reasons = (_clash(target, settled[: index + 1]) for index in range(len(settled)))
    fault, reason = next((index, reason) for index, reason in enumerate(reasons) if reason)
    below = [failed(target, hunk, "a hunk above it failed") for hunk in target.hunks[fault + 1 :]]
    return [*settled[:fault], failed(target, target.hunks[fault], reason), *below]


def _clash(target: TargetFile, settled: Sequence[Settled]) -> str:
    """Why hunks do not go together, nothing where they do.

    No two may change the same line, and only a file's last line may be without its end.
    """
    edits = sorted((edit for each in settled for edit in each.edits), key=lambda edit: edit.start)
    if any(one.end > two.start for one, two in pairwise(edits)):
        return "its lines were changed by another hunk"
    return "" if sound(target.lines, edits) else "a line without its end would not be the last"
