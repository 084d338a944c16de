"""A second opinion on hunks: unidiff (1.0) counts them too, and must count the same.

It is a cross-check and not the reader because it does not account for what it skips: it finds nothing in a context diff
or plain text and says so to nobody, drops a line too many after a hunk, accepts overlapping hunks, keeps a CR in paths,
calls a copy a rename and loses headers. All it gets is hunks, under a made-up header.
"""

from __future__ import annotations

from itertools import chain, islice

from hpatch.patch.diff.model import Hunk
from hpatch.patch.diff.reading.scan import Scan

_HEADER = (b"--- a\n", b"+++ b\n")


def check(scan: Scan, start: int, hunks: tuple[Hunk, ...]) -> None:
    """Hold a file's hunks, read from the line `start` to the next one, against unidiff's count. Raises DiffError."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    # One line after the other: a hunk may have millions of them.
    text = (line[:-1].decode("latin-1") for line in chain(_HEADER, islice(scan.lines, start, scan.at)))
    try:
        files = PatchSet(text, metadata_only=True)
    except UnidiffParseError as error:
        scan.fail(f"unidiff cannot read the hunks that begin here: {error}", start)
    if [_counts(hunk) for hunk in hunks] != [
        (hunk.source_start, hunk.source_length, hunk.target_start, hunk.target_length, hunk.removed, hunk.added)
        for file in files
        for hunk in file
    ]:
        scan.fail("unidiff counts other lines in the hunks that begin here", start)


def _counts(hunk: Hunk) -> tuple[int, int, int, int, int, int]:
    operations = [operation for operation, _ in hunk.lines]
    removed, added = operations.count("-"), operations.count("+")
    context = len(operations) - removed - added
    return hunk.old_start, context + removed, hunk.new_start, context + added, removed, added
