"""The two names of a `diff --git` line: other lines say where it splits, or that both are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hpatch.patch.diff.names import unquote
from hpatch.patch.diff.reading.header import Header
from hpatch.patch.diff.reading.scan import Scan


def pair(
    scan: Scan, text: bytes, known: tuple[bytes | None, bytes | None], head: Header, start: int
) -> tuple[bytes, bytes]:
    """Both names of `text`, the line `start` after its `diff --git`; `known` are those of the lines after it.

    Read leniently, those after it count where the line has others, as for GNU patch, but not for a rename or copy.
    """
    if len(text) > (40_000 if b'"' in text else 8_200):
        scan.fail("the names are too long", start)
    found = [both for both in _splits(text) if _fits(both, known, head)]
    if len(found) == 1:
        return found[0]
    refusal = "the names of this line and those of the lines after it do not agree"
    old, new = known[0] or known[1], known[1] or known[0]
    if old is None or new is None or head.source is not None:
        scan.fail(refusal, start)
    scan.odd(refusal, "the 'diff --git' line names other files; the '---' and '+++' lines count", start)
    return old, new


def _splits(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    if text.startswith(b'"'):
        left = unquote(text)
        if left is not None and left[1].startswith(b" "):
            right = unquote(left[1][1:]) if left[1].startswith(b' "') else (left[1][1:], b"")
            if right is not None and not right[1]:
                yield left[0], right[0]
        return
    if text.endswith(b'"'):
        at = text.find(b' "')
        last = unquote(text[at + 1 :]) if at >= 0 else None
        if last is not None and not last[1]:
            yield text[:at], last[0]
        return
    middle = len(text) // 2
    if text[middle : middle + 1] == b" " and _same(text[:middle], text[middle + 1 :]):
        yield text[:middle], text[middle + 1 :]
        return
    at = text.find(b" ")
    while at >= 0:
        yield text[:at], text[at + 1 :]
        at = text.find(b" ", at + 1)


def _same(left: bytes, right: bytes) -> bool:
    """Whether two names are one but for the first folder."""
    return left == right or (b"/" in left and b"/" in right and left.partition(b"/")[2] == right.partition(b"/")[2])


def _fits(both: tuple[bytes, bytes], known: tuple[bytes | None, bytes | None], head: Header) -> bool:
    left, right = both
    if known[0] not in (None, left) or known[1] not in (None, right):
        return False
    if head.source is not None and head.target is not None:
        # `svn diff --git` adds the revision to a copy's source.
        sources = (head.source, re.sub(rb"@\d+$", b"", head.source))
        return any(left == one or left.endswith(b"/" + one) for one in sources) and (
            right == head.target or right.endswith(b"/" + head.target)
        )
    return None not in known or _same(left, right)
