"""Rejects: the parts of diffs that did not go in, as diffs of their own (`.rej`), as GNU patch and git leave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.patch.diff.model import PLACED, Diff, FilePatch, Hunk, Placed
from hpatch.patch.diff.write import write
from hpatch.patch.place.plan import Item, Step


def rejects(items: Sequence[Item], steps: Sequence[Step]) -> dict[str, bytes]:
    """By the name of its `.rej` file, what of each file's patches did not go in; `steps` became of the items.

    The names are those of the tree's files. Several diffs' parts of one file follow each other, each under the diff's
    name. A file that is renamed, copied, new or deleted is rejected as a whole.
    """
    found: dict[str, bytes] = {}
    for item, step in zip(items, steps, strict=True):
        for patch, placed in zip(item.diff.files, step.files, strict=True):
            if placed.ok:
                continue
            name = f"{patch.path}.rej"
            head = f"{item.name}:\n".encode("utf-8", "surrogateescape") if len(items) > 1 else b""
            text = write(Diff(name=item.name, files=(_rest(patch, placed),)), prefix=True)
            found[name] = found.get(name, b"") + head + text
    return found


def _rest(patch: FilePatch, placed: Placed) -> FilePatch:
    """A patch without the hunks that went in."""
    failed = [outcome.hunk for outcome in placed.outcomes if outcome.result not in PLACED]
    if patch.kind != "modify" or len(failed) == len(patch.hunks):
        return patch
    # The blobs on the index line are those of all hunks together.
    return patch._replace(hunks=tuple(_renumbered(failed)), old_id=None, new_id=None)


def _renumbered(hunks: Sequence[Hunk]) -> Iterator[Hunk]:
    """Hunks as those of one diff: the new side's lines count those above only."""
    grown = 0
    for hunk in hunks:
        old, new = len(hunk.old), len(hunk.new)
        start = hunk.old_start + grown + (not old) - (not new)
        yield hunk._replace(new_start=start)
        grown += new - old
