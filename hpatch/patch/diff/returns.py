"""Carriage returns that a diff has lost: where all its lines end in CR LF, the tree tells whether its files have it.

A mail or an editor puts them at the ends of all lines, and a diff of files with such ends can have them in its own
lines, too. GNU patch leaves this to its user (`--binary`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from hpatch.patch.diff.model import Diff, FilePatch, Hunk

Contents: TypeAlias = Callable[[str], bytes | None]
"""What a file has when a diff comes to it, None where there is no such file."""


def with_returns(diff: Diff, content: Contents) -> Diff:
    """The diff, its lines with the ends that the files of the tree have; its paths are the tree's.

    A new file gets CR LF if all files that the diff changes have it.
    """
    if not diff.converted:
        return diff
    found = [content(path) for path in dict.fromkeys(file.old for file in diff.files) if path is not None]
    usual = any(found) and all(has_returns(one) for one in found if one)
    return diff._replace(files=tuple(_files(diff, content, usual=usual)))


def _files(diff: Diff, content: Contents, *, usual: bool) -> Iterator[FilePatch]:
    for file in diff.files:
        own = content(file.path if file.old is None else file.old)
        yield _restored(file) if (has_returns(own) if own else usual) else file


def has_returns(content: bytes) -> bool:
    """Whether all lines of a file end in CR LF, but for a last one without an end."""
    feeds = content.count(b"\n")
    return feeds > 0 and feeds == content.count(b"\r\n")


def _restored(file: FilePatch) -> FilePatch:
    return file._replace(hunks=tuple(_with_returns(hunk) for hunk in file.hunks))


def _with_returns(hunk: Hunk) -> Hunk:
    lines = tuple((operation, text[:-1] + b"\r\n" if text.endswith(b"\n") else text) for operation, text in hunk.lines)
    return hunk._replace(lines=lines)
