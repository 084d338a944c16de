"""Translations of the manual: the comment that says which English revision a file was translated from.

`<!-- English Revision : 1234876 -->` is the translator's. `<!-- English Revision: 669847:1758307 (outdated) -->` is
what the manual's build makes of it where the English page has changed since, on each branch by that branch's page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hpatch.patch.diff.lines import LineEdit
from hpatch.patch.diff.model import Hunk
from hpatch.patch.place.resolvers.model import NextRelease, Resolved

PATH = re.compile(r"docs/manual/.+\.xml\.[a-z]{2}(?:-[a-z]{2})?")
_COMMENT = re.compile(
    rb"<!--\s*(?:English Revision|LastChangedRevision English document)\s*:\s*(\d{1,9})"
    rb"(?::(\d{1,9}) \(outdated\))?\s*-->\s*",
    re.IGNORECASE,
)


def english_revision(
    lines: Sequence[bytes], hunks: Sequence[Hunk], following: NextRelease | None, claim: bool
) -> dict[int, Resolved]:
    """A translator's new comment takes the tree's place, unless that is of a later revision; the build's is left alone.

    So did the merges of r1203714, r1201450, r1206472 and r1236701. Only hunks are understood that change the comment
    and nothing else, and only if the tree has one such comment.
    """
    there = [(at, match) for at, line in enumerate(lines) if (match := _COMMENT.fullmatch(line)) is not None]
    if len(there) != 1:
        return {}
    at, own = there[0]
    found: dict[int, Resolved] = {}
    for index, hunk in enumerate(hunks):
        changed = [(operation, _COMMENT.fullmatch(line)) for operation, line in hunk.lines if operation != " "]
        if [operation for operation, _ in changed] != ["-", "+"]:
            continue
        old, new = changed[0][1], changed[1][1]
        if old is None or new is None:
            continue
        if new[2] is not None:
            if new[1] != own[1]:
                continue  # of another translation than the tree's
            found[index] = Resolved((), "each branch's build counts what a translation lacks")
        elif int(own[1]) > int(new[1]):
            found[index] = Resolved((), "the tree's translation is of a later revision")
        elif own[0] == new[0]:
            found[index] = Resolved((), "the translation is of this revision already", "applied")
        else:
            edit = LineEdit(at, at + 1, (new[0],))
            found[index] = Resolved((edit,), "the revision that the translation is of now")
    return found
