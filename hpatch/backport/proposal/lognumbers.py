"""Revisions that do nothing but number log messages: httpd's STATUS calls them routine APLOGNO() backports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hpatch.backport.history.changes import Change
from hpatch.patch.diff.model import FilePatch

_NUMBER = re.compile(rb"APLOGNO\(\s*\d*\s*\)")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s"]+|"', re.DOTALL)


def numbered(changes: Sequence[Change]) -> frozenset[str]:
    """The files in which the changes give, alter or drop numbers of log messages, and alter nothing else but blanks."""
    files: dict[str, bool] = {}
    for change in changes:
        files.update((one.path, False) for one in change.binaries)
        for one in change.files:
            files[one.path] = files.get(one.path, True) and _only_numbers(one)
    return frozenset(path for path, only in files.items() if only)


def _only_numbers(file: FilePatch) -> bool:
    if file.kind != "modify" or file.old_mode != file.new_mode:
        return False
    with_numbers = [(_tokens(hunk.old), _tokens(hunk.new)) for hunk in file.hunks]
    alike = all(_NUMBER.sub(b"", old) == _NUMBER.sub(b"", new) for old, new in with_numbers)
    return alike and any(old != new for old, new in with_numbers)


def _tokens(lines: Iterable[bytes]) -> bytes:
    """The text without the blanks that are outside of strings."""
    return b"".join(_TOKEN.findall(b"".join(lines)))
