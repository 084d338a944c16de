r"""What a diff changes, in one form, and the fingerprint of that.

The fingerprint is what `git patch-id --stable` makes of `git diff-tree -p`: line numbers, white space, the order of the
files and git's `index` lines do not count. Subversion's diffs and plain ones have other headers, so a diff is first
written as git would write it; what is not part of a file's change (messages, `Index:` lines, properties other than
svn:executable) is left out. Only what was written so is handed on: nothing reaches a tree that is not in its
fingerprint. White space and line numbers are not: where they matter, placing a hunk finds them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hpatch.errors import InputError

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_MODE = re.compile(rb"[0-7]{5,6}")
_MODES = (b"100644", b"100755")
_SPACE = b" \t\n\r"
"""What git takes for white space."""
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_QUOTED = re.compile(rb'"((?:[^"\\]|\\[abtnvfr"\\]|\\[0-3][0-7]{2})*)"')
_ESCAPED = re.compile(rb'\\([abtnvfr"\\]|[0-7]{3})')
_BINARY = (b"GIT binary patch", b"Binary files ", b"Cannot display: file marked as a binary type")
_HEADERS = (b"similarity index ", b"dissimilarity index ", b"rename from ", b"rename to ", b"copy from ", b"copy to ")
_NO_LINE_FEED = b"\\ "


class UnreadableDiffError(InputError):
    """Text that is no diff, or one that cannot be fingerprinted."""


class _File(NamedTuple):
    old: bytes
    new: bytes
    headers: tuple[bytes, ...]
    created: bool
    deleted: bool
    hunks: tuple[tuple[bytes, ...], ...]

    def lines(self) -> Iterator[bytes]:
        """As git writes it, with line ends."""
        old, new = _quote(b"a/" + self.old), _quote(b"b/" + self.new)
        yield b"diff --git %s %s\n" % (old, new)
        for header in self.headers:
            yield header + b"\n"
        if self.hunks:
            yield b"--- %s\n" % (b"/dev/null" if self.created else _tabbed(old))
            yield b"+++ %s\n" % (b"/dev/null" if self.deleted else _tabbed(new))
        for hunk in self.hunks:
            yield from hunk


def canonical(data: bytes, name: str) -> bytes:
    """A diff as git would write it, sorted by path, without `index` lines and without a message.

    `name` says where it comes from. Raises UnreadableDiffError with line and reason: no diff, hunks that are shorter or
    longer than they say, binary changes.
    """
    files = sorted(_Reader(data, name).files(), key=lambda file: (file.new, file.old))
    return b"".join(line for file in files for line in file.lines())


def patch_id(text: bytes) -> str:
    """The fingerprint of a canonical diff, as `git patch-id --stable` (git 2.39) computes it."""
    from hashlib import sha1  # not for security: git's fingerprint is one

    total = 0
    digest = sha1(usedforsecurity=False)
    before, after = -1, -1  # lines left in the hunk; -1 in a header
    for line in _split(text):
        if line.startswith(_NO_LINE_FEED):
            continue
        if before == -1 and line.startswith(b"--- "):
            before = after = 1
        elif before == 0 and after == 0:
            match = _HUNK.match(line)
            if match is not None:
                before, after = _count(match[2]), _count(match[4])
                continue
            total += int.from_bytes(digest.digest(), "little")
            digest = sha1(usedforsecurity=False)
            before = after = -1
        if before != -1:
            before -= line[:1] in b"- "
            after -= line[:1] in b"+ "
        digest.update(line.translate(None, _SPACE))
    total += int.from_bytes(digest.digest(), "little")
    return (total % (1 << 160)).to_bytes(20, "little").hex()


def blob_id(content: bytes) -> str:
    """Git's name of a file's content."""
    from hashlib import sha1  # git's names are these

    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _count(text: bytes | None) -> int:
    return 1 if text is None else int(text)


def _split(text: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends one."""
    lines = text.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


class _Reader:
    """Reads git's, Subversion's and plain unified diffs, line by line."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.rows = _split(data)
        if self.rows and all(row.endswith(b"\r\n") for row in self.rows):
            self.rows = [row[:-2] + b"\n" for row in self.rows]  # the whole diff came through something that adds them
        self.at = 0

    def files(self) -> Iterator[_File]:
        found = False
        while self.at < len(self.rows):
            row = self.rows[self.at]
            if row.startswith(b"diff --git "):
                file = self._git()
            elif row.startswith(b"--- ") and self._next(1).startswith(b"+++ "):
                file = self._plain()
            elif row.startswith(_BINARY):
                raise self._error("a binary change has no patch-id")
            elif _HUNK.match(row):
                raise self._error("a hunk without a file")
            else:
                self.at += 1
                continue
            found = True
            if file is not None:
                yield file
        if not found:
            raise UnreadableDiffError(f"{self.name}: not a unified diff, as git or svn writes it")

    def _git(self) -> _File | None:
        # Subversion counts these paths from its repository's root, and the one of the line above from the URL.
        index = self.rows[self.at - 2] if self.at >= 2 else b""
        path = index.removeprefix(b"Index: ").rstrip(b"\r\n") if index.startswith(b"Index: ") else None
        names = self._line().removeprefix(b"diff --git ")
        self.at += 1
        headers: list[bytes] = []
        created = deleted = False
        while self.at < len(self.rows):
            line = self._line()
            if line.startswith((b"old mode ", b"new mode ", b"new file mode ", b"deleted file mode ")):
                label, _, mode = line.rpartition(b" ")
                if _MODE.fullmatch(mode) is None:
                    raise self._error("not a file's mode")
                created |= label == b"new file mode"
                deleted |= label == b"deleted file mode"
                # Subversion 1.7 and 1.8 drop a zero.
                headers.append(label + b" " + (b"100" + mode[2:] if len(mode) == 5 else mode))
            elif line.startswith(_HEADERS):
                headers.append(line)
            elif not line.startswith(b"index "):
                break
            self.at += 1
        if self._next(0).startswith(_BINARY):
            raise self._error("a binary change has no patch-id")
        if self._next(0).startswith(b"--- ") and self._next(1).startswith(b"+++ "):
            old, new = self._path(b"--- "), self._path(b"+++ ")
            if old is not None:
                old = old.removeprefix(b"a/")
            if new is not None:
                new = new.removeprefix(b"b/")
            hunks = self._hunks()
        else:
            old, new = self._names(names)
            hunks = ()
        if not hunks and not headers:
            return None  # a change of Subversion's properties
        old, new = old if old is not None else new, new if new is not None else old
        if old is None or new is None:
            raise self._error("a file without a name")
        if path is not None and old.endswith(b"/" + path) and new.endswith(b"/" + path):
            old = new = path
        return _File(old, new, tuple(headers), created, deleted, hunks)

    def _plain(self) -> _File | None:
        created = self._nowhere(b"--- ")
        old = self._path(b"--- ")
        deleted = self._nowhere(b"+++ ")
        new = self._path(b"+++ ")
        # git without its first line: both have a prefix, or there is only one side.
        if (old is None or old.startswith(b"a/")) and (new is None or new.startswith(b"b/")):
            old, new = old and old[2:], new and new[2:]
        if old is None and new is None:
            raise self._error("a file without a name")
        hunks = self._hunks()
        change = self._executable()
        headers: tuple[bytes, ...] = ()
        if created:
            headers = (b"new file mode " + _MODES[change is not None],)
        elif deleted:
            headers = (b"deleted file mode " + _MODES[change is not None],)
        elif change is not None:
            headers = (b"old mode " + _MODES[not change], b"new mode " + _MODES[change])
        elif not hunks:
            return None
        new = new or old or b""
        return _File(old or new, new, headers, created, deleted, hunks)

    def _hunks(self) -> tuple[tuple[bytes, ...], ...]:
        found = []
        while self.at < len(self.rows):
            match = _HUNK.match(self.rows[self.at])
            if match is None:
                break
            found.append(self._hunk(_count(match[2]), _count(match[4])))
        if found and self._next(0)[:1] in (b"+", b"-", b" ") and not self._ends():
            raise self._error("the hunk has more lines than its header says")
        return tuple(found)

    def _hunk(self, before: int, after: int) -> tuple[bytes, ...]:
        start = self.at
        self.at += 1
        while before > 0 or after > 0:
            kind = self._next(0)[:1]
            if kind == b"\n":  # an empty line of context whose space was lost on the way
                self.rows[self.at] = b" \n"
                kind = b" "
            if kind not in (b" ", b"-", b"+", b"\\"):
                raise self._error("the hunk has fewer lines than its header says")
            before -= kind in b"- "
            after -= kind in b"+ "
            self.at += 1
        if before < 0 or after < 0:
            self.at -= 1
            raise self._error("the hunk has other lines than its header says")
        if self._next(0).startswith(_NO_LINE_FEED):
            self.at += 1
        rows = self.rows[start : self.at]
        heading = _HUNK.match(rows[0])
        assert heading is not None
        rows[0] = heading[0] + b"\n"  # what stands behind is in no fingerprint
        if not rows[-1].endswith(b"\n"):
            rows[-1] += b"\n"
        return tuple(rows)

    def _ends(self) -> bool:
        """Whether what follows a hunk is another file, or a mail's signature."""
        row = self._next(0)
        return row.rstrip() == b"--" or (row.startswith(b"--- ") and self._next(1).startswith(b"+++ "))

    def _path(self, sign: bytes) -> bytes | None:
        """The path of a `---` or `+++` line, None for /dev/null."""
        text = self._line()[len(sign) :]
        quoted = _QUOTED.match(text)
        path = _unquote(quoted[1]) if quoted else text.split(b"\t")[0]
        self.at += 1
        return None if path == b"/dev/null" else path

    def _nowhere(self, sign: bytes) -> bool:
        """Whether a `---` or `+++` line stands for no file: git's way, or Subversion's."""
        path, _, label = self._line()[len(sign) :].partition(b"\t")
        return path == b"/dev/null" or label in (b"(nonexistent)", b"(revision 0)")

    def _executable(self) -> bool | None:
        """Whether Subversion's properties after a file's hunks add svn:executable or delete it; None: neither."""
        for at in range(self.at, len(self.rows)):
            row = self.rows[at].rstrip()
            if row.startswith((b"Index: ", b"diff --git ", b"--- ")):
                break
            if row in (b"Added: svn:executable", b"Deleted: svn:executable"):
                return row.startswith(b"Added")
        return None

    def _names(self, text: bytes) -> tuple[bytes | None, bytes | None]:
        """The paths of a `diff --git` line that no `---` follows: both are the same one, or the headers tell."""
        quoted = _QUOTED.match(text)
        if quoted:
            other = _QUOTED.fullmatch(text[quoted.end() :].strip())
            old, new = _unquote(quoted[1]), _unquote(other[1]) if other else text[quoted.end() :].strip()
        else:
            middle = len(text) // 2
            old, new = text[:middle], text[middle + 1 :]
            if old[2:] != new[2:]:
                old, _, new = text.partition(b" ")
        return old.removeprefix(b"a/"), new.removeprefix(b"b/")

    def _next(self, ahead: int) -> bytes:
        return self.rows[self.at + ahead] if self.at + ahead < len(self.rows) else b""

    def _line(self) -> bytes:
        return self.rows[self.at].removesuffix(b"\n").removesuffix(b"\r")

    def _error(self, reason: str) -> UnreadableDiffError:
        return UnreadableDiffError(f"{self.name}: line {self.at + 1}: {reason}")


def _unquote(text: bytes) -> bytes:
    """What git's quotes stand for."""

    def meant(match: re.Match[bytes]) -> bytes:
        word = match[1]
        return bytes([_ESCAPES[word] if word in _ESCAPES else int(word, 8) & 255])

    return _ESCAPED.sub(meant, text)


def _quote(path: bytes) -> bytes:
    """A path as git writes it (core.quotePath)."""
    if not any(byte < 32 or byte > 126 or byte in b'"\\' for byte in path):
        return path
    names = {value: b"\\" + key for key, value in _ESCAPES.items()}
    inner = b"".join(names.get(byte) or (bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte) for byte in path)
    return b'"' + inner + b'"'


def _tabbed(path: bytes) -> bytes:
    """A path in a `---` line: git ends one that has spaces with a tab."""
    return path + b"\t" if b" " in path and not path.startswith(b'"') else path
