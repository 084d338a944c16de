"""A diff's lines, read one after the other, and refusals that name one."""

from __future__ import annotations

from typing import Final, NoReturn

from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import DiffError, Oddity
from hpatch.patch.diff.names import unsafe

_LONGEST = 1024 * 1024
_MOST = 2_000_000
"""Lines of a diff cost far more memory than their bytes, and a diff of more of them is a mistake or an attack."""


class Scan:
    """The lines with their ends; `at` is the next one, counted from 0.

    A `lenient` scan reads some odd forms that a strict one refuses, and notes them in `oddities`.
    """

    def __init__(self, data: bytes, name: str, *, lenient: bool = False) -> None:
        self.name: Final = name
        self.lines: Final = self._split(data)
        self.lenient: Final = lenient
        self.oddities: list[Oddity] = []
        self.at = 0
        self.stripped = False
        """Empty context lines have lost their blank."""
        self.doubtful: int | None = None
        """A line that is such a one, or not of its hunk at all."""

    def _split(self, data: bytes) -> list[bytes]:
        """The lines, refused if there are too many or one is too long."""
        count = data.count(b"\n")
        if count > _MOST:
            raise DiffError(self.name, _MOST + 1, f"the diff has {count:,} lines; {_MOST:,} are the most")
        lines = split(data)
        longest = max(lines, key=len)
        if len(longest) > _LONGEST:
            reason = f"this line has {len(longest):,} bytes; {_LONGEST:,} are the most"
            raise DiffError(self.name, lines.index(longest) + 1, reason)
        return lines

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

    def refuse_binary(self) -> None:
        """Refuse the diff if the next line says that a file changes, and not in lines."""
        line = self.peek()
        if line.startswith((b"Binary file", b"Files ")):
            binary = line.rstrip().endswith((b" differ", b" has changed"))
        else:
            binary = line.startswith(b"Cannot display: ") or line.rstrip() == b"GIT binary patch"
        if binary:
            self.fail("a binary change, which hpatch cannot apply; leave it out, or apply it by other means")

    def refuse_doubtful(self) -> None:
        """To be asked when all is read: whether an empty line at a file's end is its hunk's."""
        if self.doubtful is not None and not self.stripped:
            self.odd(
                "an empty line: the hunk's last, or one after a hunk that lost its last line?",
                "an empty line is read as the hunk's last line of context",
                self.doubtful,
            )

    def odd(self, refusal: str, reading: str, at: int | None = None) -> None:
        """Note what a lenient scan makes of an odd line, the next one unless told. Raises DiffError in a strict one."""
        if not self.lenient:
            self.fail(refusal, at)
        self.note(reading, at)

    def note(self, reading: str, at: int | None = None) -> None:
        """Note what was made of an odd line, the next one unless told."""
        self.oddities.append(Oddity((self.at if at is None else at) + 1, reading))

    def fail(self, reason: str, at: int | None = None) -> NoReturn:
        """Refuse the diff at a line, the next one unless told."""
        line = self.at if at is None else at
        raise DiffError(self.name, min(line, max(len(self.lines) - 1, 0)) + 1, reason)
