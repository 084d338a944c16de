"""A diff's lines, read one after the other, and the error that names one."""

from __future__ import annotations

from typing import Final, NoReturn

from hpatch.errors import InputError
from hpatch.patch.diff.lines import split
from hpatch.patch.diff.names import unsafe


class DiffError(InputError):
    """A diff that cannot be read, or applied, for certain: `name:line: reason`."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}")
        self.name = name
        self.line = line
        self.reason = reason


class Scan:
    """The lines with their ends; `at` is the next one, counted from 0."""

    def __init__(self, data: bytes, name: str) -> None:
        self.lines: Final = split(data)
        self.name: Final = name
        self.at = 0
        self.stripped = False
        """Empty context lines have lost their blank."""
        self.doubtful: int | None = None
        """A line that is such a one, or not of its hunk at all."""

    def peek(self, offset: int = 0) -> bytes:
        """A line from the next one on, empty after the last."""
        at = self.at + offset
        return self.lines[at] if at < len(self.lines) else b""

    def header(self) -> bytes:
        """The next line without its end, which must be there and be a line feed alone."""
        line = self.peek()
        if not line.endswith(b"\n"):
            self.fail("the diff ends in the middle of a line")
        if line.endswith(b"\r\n"):
            self.fail("this header ends in CR LF and other lines do not; convert all lines or none")
        return line[:-1]

    def path(self, name: bytes, at: int) -> str:
        """A name of the line `at` as a path, refused if it is unsafe."""
        path = name.decode("utf-8", "surrogateescape")
        reason = unsafe(path)
        if reason is not None:
            shown = path if len(path) <= 200 else path[:200] + "..."
            self.fail(f"'{shown}': {reason}", at)
        return path

    def fail(self, reason: str, at: int | None = None) -> NoReturn:
        """Refuse the diff at a line, the next one unless told."""
        line = self.at if at is None else at
        raise DiffError(self.name, min(line, max(len(self.lines) - 1, 0)) + 1, reason)
