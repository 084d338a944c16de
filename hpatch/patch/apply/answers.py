"""Answers to conflicts: what people made of files in which a patch's hunks did not fit, kept to be used again.

An answer (`hpatch.answer/1`) is a file in a folder, named by the key of the conflicts (`hpatch.patch.place.marks`): the
marked file and the file as it was edited. Where the same conflicts come up in another tree, the edit is merged into
that tree's marked file three-way, as `git rerere` does. Where that leaves anything open, there is no answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from hpatch.errors import InputError, ToolError
from hpatch.patch.apply.threeway import merge
from hpatch.patch.diff.model import PLACED, FilePatch, Placed
from hpatch.patch.place.marks import left, mark, markable
from hpatch.patch.sources import cache
from hpatch.records import NamedTuple

SCHEMA = "hpatch.answer/1"
_LONGEST = 256 * 1024 * 1024
"""Bytes of an answer's file at most."""


class KeptAnswer(NamedTuple):
    """A marked file, what it became (None: the file goes, or is left out), its path and the day of the answer."""

    path: str
    marked: bytes
    after: bytes | None
    day: str


def usual() -> Path:
    """The folder of answers where the user names none: in the user's cache. Raises ToolError."""
    return cache.folder() / "answers"


class Kept:
    """The answers in a folder, for `plan`; those in `given` are in no folder yet, and count before others."""

    def __init__(self, folder: Path, given: Mapping[str, KeptAnswer] | None = None) -> None:
        self.folder = folder
        self.given = given or {}

    def __call__(self, patch: FilePatch, placed: Placed) -> Placed | None:
        """A file with the answer to its conflicts. Its outcomes tell the answer's day and key."""
        if not markable(patch, placed):
            return None
        marked = mark(patch, placed)
        answer = self.given.get(marked.key) or self.read(marked.key)
        if answer is None:
            return None
        after = answer.after
        if answer.marked != marked.content:
            if after is None:
                return None
            after = merge(answer.marked, marked.content, after).content
            if after is None or left(after, usual_markers(patch, placed)):
                return None
        reason = f"by your answer of {answer.day}, {marked.key[:12]}"
        outcomes = tuple(
            outcome
            if outcome.result in PLACED
            else outcome._replace(result="resolved", reason=reason, candidates=(), elsewhere=None)
            for outcome in placed.outcomes
        )
        return placed._replace(after=after, outcomes=outcomes, ok=True, reason="", edits=(), answered=True)

    def read(self, key: str) -> KeptAnswer | None:
        """The answer to the conflicts of this key. Raises InputError for a damaged one."""
        file = self.folder / f"{key}.json"
        try:
            with file.open("rb") as stream:
                text = stream.read(_LONGEST)
            data = json.loads(text)
            after = data["after"]
            if data["schema"] != SCHEMA:
                raise ValueError
            return KeptAnswer(
                path=str(data["path"]),
                marked=_bytes(data["marked"]),
                after=None if after is None else _bytes(after),
                day=str(data["day"])[:10],
            )
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InputError(f"{file}: this answer is damaged; remove it") from None
        except OSError as error:
            raise InputError(f"{file}: cannot be read: {error.strerror or error}") from None

    def keep(self) -> None:
        """Keep those that are given, each in place of an earlier one. Raises ToolError."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ToolError(f"{self.folder}: cannot be made: {error.strerror or error}") from error
        for key, answer in self.given.items():
            data = {
                "schema": SCHEMA,
                "path": answer.path,
                "day": answer.day,
                "marked": _text(answer.marked),
                "after": None if answer.after is None else _text(answer.after),
            }
            cache.store(self.folder / f"{key}.json", (json.dumps(data, indent=1) + "\n").encode("ascii"))


def today() -> str:
    """The day of an answer that is given now."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def usual_markers(patch: FilePatch, placed: Placed) -> bytes:
    """Lines that are no marks though they may look like some: those of the file, and those that the patch brings."""
    return (placed.before or b"") + b"\n" + b"".join(line for hunk in patch.hunks for line in hunk.new)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
