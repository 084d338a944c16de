"""Marks: texts by which a change is recognised in a tree, proposed and tried.

A mark that the change's parent bears too tells nothing. One that a release bears which is older than the change would
hide that the release lacks it. So a mark is held against the change's own files before and after, and against those of
releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from hpatch.errors import UsageError
from hpatch.patch.diff.model import FilePatch
from hpatch.patch.sets.model import Mark
from hpatch.records import NamedTuple

_NAME = re.compile(rb"(?=\w*[a-z0-9]_|\w*_[A-Za-z0-9])[A-Za-z_]\w{5,39}")
"""A name that someone made up: a plain word can come and go anywhere."""
_WORD = re.compile(rb"[A-Za-z]{3}")
_QUOTED = re.compile(rb'"[^"\\]{8,60}"')
_CALL = re.compile(rb"[A-Za-z]\w{3,}\([\w&*>.-]{3,30}")
_LONGEST = 70
_TRIES = 400
"""How many texts of a file are tried; the first are the most telling."""


class Witness(NamedTuple):
    """A file somewhere: where that is, its content, and whether a mark of the change must be found in it."""

    where: str
    content: bytes
    bears: bool


def wrong(mark: Mark, evidence: Iterable[Witness]) -> Witness | None:
    """The first evidence that speaks against a mark."""
    return next((one for one in evidence if mark.found(one.content) != one.bears), None)


def propose(patch: FilePatch, evidence: Sequence[Witness], revision: int | None) -> Mark | None:
    """The most telling mark of a file's changes that all evidence agrees with; None where there is none.

    Of several names the longest tells most; so it is with the rest.
    """
    for at, (text, present) in enumerate(_candidates(patch)):
        if at >= _TRIES:
            break
        mark = Mark(patch.path, (text,) if present else (), () if present else (text,), revision)
        if wrong(mark, evidence) is None:
            return mark
    return None


def given(words: str, numbers: Sequence[int | None]) -> Mark:
    """A mark as a user writes it: `PATH:TEXT`, or `PATH:!TEXT` for a text that the change takes away.

    Of a set of one revision it tells of that one. Raises UsageError.
    """
    path, colon, text = words.partition(":")
    if not colon or not path or not text.removeprefix("!").strip():
        raise UsageError(f"--mark '{words}': is not PATH:TEXT or PATH:!TEXT")
    revision = numbers[0] if len(numbers) == 1 else None
    if text.startswith("!"):
        return Mark(path, (), (text[1:].strip(),), revision)
    return Mark(path, (text.strip(),), (), revision)


def _candidates(patch: FilePatch) -> Iterator[tuple[str, bool]]:
    """Texts of the changed lines, the most telling first: names, messages, calls, lines; what comes first."""
    added = [line for hunk in patch.hunks for sign, line in hunk.lines if sign == "+"]
    gone = [line for hunk in patch.hunks for sign, line in hunk.lines if sign == "-"]
    seen: set[tuple[bytes, bool]] = set()
    for find in (_names, _messages, _calls, _whole):
        for lines, present in ((added, True), (gone, False)):
            for text in sorted(find(lines), key=lambda text: (-len(text), text)):
                if (text, present) in seen:
                    continue
                seen.add((text, present))
                told = text.decode("utf-8", "replace")
                if told.isprintable() and "\ufffd" not in told:
                    yield told, present


def _names(lines: Iterable[bytes]) -> set[bytes]:
    return {name for line in lines for name in _NAME.findall(line)}


def _messages(lines: Iterable[bytes]) -> set[bytes]:
    return {text for line in lines for text in _QUOTED.findall(line)}


def _calls(lines: Iterable[bytes]) -> set[bytes]:
    return {text for line in lines for text in _CALL.findall(line)}


def _whole(lines: Iterable[bytes]) -> set[bytes]:
    return {text for line in lines if 8 <= len(text := line.strip()) <= _LONGEST and _WORD.search(text)}
