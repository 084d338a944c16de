"""Subversion's own record of what was merged to a branch: the property svn:mergeinfo, which no git mirror has."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from hpatch import log
from hpatch.errors import InputError
from hpatch.processes.run import FailedError, environment, run

_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?\*?")
LIMIT = 8 * 1024 * 1024
"""The largest record that is taken, in bytes."""


class MergeRecord:
    """The numbers of trunk's revisions that are recorded as merged, as ranges."""

    def __init__(self, ranges: Iterator[tuple[int, int]]) -> None:
        found: list[tuple[int, int]] = []
        for low, high in sorted(one for one in ranges if one[0] <= one[1]):
            if found and low <= found[-1][1] + 1:
                low, high = found[-1][0], max(high, found.pop()[1])  # noqa: PLW2901 - the two as one
            found.append((low, high))
        self._ranges = tuple(found)

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        at = bisect_right(self._ranges, number, key=lambda one: one[0])
        return at > 0 and number <= self._ranges[at - 1][1]

    def __len__(self) -> int:
        return len(self._ranges)


def read(text: str, name: str, trunk: str = "trunk") -> MergeRecord:
    """Read the property's value: lines of `/httpd/httpd/trunk:1201056,1201450-1201460*`. Raises InputError."""
    found: list[tuple[int, int]] = []
    for line in text.splitlines():
        path, colon, ranges = line.strip().rpartition(":")
        if not colon or not path.startswith("/"):
            if line.strip():
                raise InputError(
                    f"{name}: not a valid svn:mergeinfo: a line is like /httpd/httpd/trunk:1201056,1201450"
                )
            continue
        if path.rsplit("/", 1)[-1] == trunk:
            found += _ranges(ranges, name)
    return MergeRecord(iter(found))


def load(place: str, trunk: str = "trunk") -> MergeRecord:
    """The record in a file, or of a Subversion working copy. Raises InputError, ToolError."""
    path = Path(place)
    if path.is_dir():
        try:
            told = run(("svn", "propget", "--non-interactive", "svn:mergeinfo", f"{place}@"), env=environment())
        except FailedError as error:
            raise InputError(f"{place}: {error}") from None
    else:
        log.tell("read %s, the record of merges", place)
        try:
            told = path.read_bytes()[: LIMIT + 1]
        except OSError as error:
            raise InputError(f"{place}: cannot be read: {error.strerror or error}") from None
    if len(told) > LIMIT:
        raise InputError(f"{place}: larger than {LIMIT // 1024 // 1024} MiB")
    return read(told.decode("utf-8", "replace"), place, trunk)


def _ranges(text: str, name: str) -> Iterator[tuple[int, int]]:
    for word in text.split(","):
        found = _RANGE.fullmatch(word.strip())
        if found is None:
            raise InputError(f"{name}: not a valid svn:mergeinfo: '{word.strip()[:40]}' is not a revision or range")
        yield int(found[1]), int(found[2] or found[1])
