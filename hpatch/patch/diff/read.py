r"""Reading a diff strictly: every line of the input is a change, a header that is understood, or text of a message.

Read are the forms of git, Subversion, CVS, Mercurial, quilt and GNU diff, with the mails and logs around them. Refused,
with line and reason, is what cannot be applied for certain: other kinds of diffs, binary files, symbolic links,
submodules, hunks that do not fit their header, free text where only a diff's lines may stand, unsafe paths.

Decisions:

- A `Diff`'s files apply one after the other. All parts of one git diff speak of the tree before it, so a file is copied
  or renamed before another part changes it (`order.py`). A new diff begins where text stands between, or where a file
  comes up again. Whether the sequence makes sense on the true paths is for `strip.py` to say.
- Where **every** line ends in CR LF the diff was converted on its way, and one CR is taken from each line, as GNU patch
  does. Otherwise a CR is content in a hunk and refused in a header: nobody can know which lines were converted.
- A hunk of `-0,0` is a new file only where the header says so (/dev/null, a label, the epoch's date), and one of `+0,0`
  a deleted one likewise; else the file is, or becomes, empty. Without such a word `strip.py` asks the tree.
- Between files may stand blank lines, command lines and notes of diff tools; after a blank line also free text, which
  begins another message.

A diff that was cut exactly between two hunks, files or mails looks whole, and so does one that has lost a
`\ No newline at end of file`: only a revision's patch-id or git's blob names can tell.

unidiff (1.0) reads all hunks a second time and must count the same. It is a cross-check and not the reader because it
does not account for what it skips: it finds nothing in a context diff or plain text and says so to nobody, drops a line
too many after a hunk, accepts overlapping hunks, keeps a CR in paths, calls a copy a rename and loses headers.
"""

from __future__ import annotations

import re
from typing import Literal

from hpatch.patch.diff import header
from hpatch.patch.diff.header import BINARY, Side, is_binary
from hpatch.patch.diff.hunks import check_doubtful, hunks
from hpatch.patch.diff.model import Diff, FilePatch, Hunk
from hpatch.patch.diff.order import OrderError, Part, arrange
from hpatch.patch.diff.properties import follow, is_stray, properties
from hpatch.patch.diff.scan import DiffError, Scan

__all__ = ["DiffError", "read"]

_CONTEXT = re.compile(rb"\*\*\* \d+(?:,\d+)? \*\*\*\*\s*$")
_NORMAL = re.compile(rb"\d+(?:,\d+)?[acd]\d+(?:,\d+)?\s*$")
_ED = re.compile(rb"\d+(?:,\d+)?[acdis]\s*$")
_STRAY = re.compile(
    rb"(?:(?:old|new|new file|deleted file) mode \d{6}|(?:dis)?similarity index \d+%|GIT binary patch"
    rb"|index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: \d{6})?)\s*$"
)
_NOTE = re.compile(
    rb"diff |Only in |Common subdirectories: |=== |\? |RCS file: |retrieving revision "
    rb"|File .* is an? |Files .* are identical\s*$"
)
"""Lines of diff tools between files that say nothing of content."""
_MESSAGE = re.compile(
    rb"From |commit [0-9a-f]{7,64}\b|[0-9a-f]{40}(?:[0-9a-f]{24})?\n|-{72}\n|# HG changeset patch|[A-Z][A-Za-z-]*: "
)
"""Lines that begin another message right after a hunk."""
_ENCODED = re.compile(rb"(?i)Content-Transfer-Encoding:\s*(?:quoted-printable|base64)")


def read(data: bytes, name: str) -> Diff:
    """Read a diff; `name` says where it comes from. Raises DiffError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DiffError(name, 1, "the diff is in UTF-16; save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise DiffError(name, 1, "the diff is empty")
    feeds = data.count(b"\n")
    if feeds and feeds == data.count(b"\r\n"):
        data = data.replace(b"\r\n", b"\n")
    reader = _Reader(Scan(data, name))
    reader.run()
    _second_opinion(reader.scan, reader.spans)
    return Diff(name, tuple(reader.files), reader.message)


class _Reader:
    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.files: list[FilePatch] = []
        self.message = b""
        self.spans: list[tuple[int, int, tuple[Hunk, ...]]] = []
        self._sections = 0
        self._parts: list[Part] = []
        self._written: set[bytes] = set()
        self._mail = False
        self._state: Literal["text", "strict", "blank"] = "text"
        """What may stand here: any text; none, for a hunk or a header was before; the same, a blank line between."""

    def run(self) -> None:
        scan = self.scan
        while scan.at < len(scan.lines):
            line = scan.lines[scan.at]
            if line[0] not in b"dI-P@+*BFGnosi" or not self._section(line):
                self._between(line)
                scan.at += 1
        self._arrange()
        check_doubtful(scan)
        if not self.files:
            if self._sections:
                scan.fail("the diff changes Subversion properties only, no file", 0)
            scan.fail(_what(scan.lines), 0)

    def _section(self, line: bytes) -> bool:
        """Read a file's section if one starts at this line."""
        scan = self.scan
        following = scan.peek(1)
        if line.startswith(b"diff --git "):
            self._begin()
            self._git(scan.at)
        elif line.startswith(b"Index: ") and following.startswith((b"====", b"--- ", b"diff ", b"RCS file: ")):
            self._begin()
            self._index(scan.at)
        elif line.startswith(b"--- ") and following.startswith(b"+++ "):
            self._begin()
            self._plain(scan.at, None)
        elif follow(scan):
            self._begin()
            self._properties(scan.at)
        elif line.startswith((b"diff --cc ", b"diff --combined ", b"@@@ ")):
            scan.fail("a merge's combined diff; ask for the diff against one parent")
        elif line.startswith(b"@@ -"):
            scan.fail("a hunk without a file's header")
        elif is_binary(line):
            scan.fail(BINARY)
        elif _STRAY.match(line):
            scan.fail("a header line of git's without its 'diff --git' line")
        elif line.startswith(b"+++ ") and following.startswith(b"@@ -"):
            scan.fail("a '+++' line without its '---' line")
        elif _CONTEXT.match(line):
            scan.fail("a context diff; make a unified one (diff -u)")
        else:
            return False
        return True

    def _begin(self) -> None:
        if not self._sections:
            self.message = b"".join(self.scan.lines[: self.scan.at])
        if self._state == "text":
            self._arrange()
        self._sections += 1
        self._state = "strict"

    def _between(self, line: bytes) -> None:
        """A line that belongs to no file."""
        scan = self.scan
        if _NORMAL.match(line) and scan.peek(1).startswith((b"< ", b"> ")):
            scan.fail("a normal diff; make a unified one (diff -u)")
        if _ENCODED.match(line):
            scan.fail("a mail in an encoding of its own (quoted-printable or base64); save its decoded text")
        if self._state != "text" and is_stray(scan):
            scan.fail("property changes without their first lines")
        starts = _MESSAGE.match(line)
        if self._state == "text" or starts:
            self._state = "text"
            self._mail = self._mail or line.startswith((b"From ", b"Subject: "))
        elif line in (b"\n", b"\r\n"):
            self._state = "blank"
        elif self._mail and line.rstrip() == b"--" and not scan.peek(1).startswith((b" ", b"+", b"-", b"@", b"\\")):
            self._state = "text"  # a mail's signature
        elif line[0] in b" +-\\\t":
            scan.fail("a line of a hunk after the hunk's end: the header announces fewer")
        elif line.startswith(b"@"):
            scan.fail("a hunk's header that is not well formed")
        elif _ED.match(line):
            scan.fail("an ed script; make a unified diff (diff -u)")
        elif _NOTE.match(line):
            pass
        elif self._state == "strict":
            scan.fail("text where a header or a hunk should stand")
        else:
            self._state = "text"

    # The forms of a file's section

    def _git(self, start: int, index: str | None = None) -> None:
        scan = self.scan
        text = scan.header()[len(b"diff --git ") :]
        scan.at += 1
        head = header.git(scan)
        sides, body = self._body(git=True)
        known: tuple[bytes | None, bytes | None] = (None, None)
        if sides is not None:
            if [side.absent for side in sides] != [head.kind == "create", head.kind == "delete"]:
                scan.fail(
                    "git's header and the '---' and '+++' lines do not agree whether the file is new or deleted", start
                )
            known = (sides[0].name, sides[1].name)
            self._check_sides(body, sides[0].absent, sides[1].absent, start)
        if not head.said and not body:
            if sides is None:
                scan.fail("a git header that says no change", start)
            self._properties(start)
            return
        header.check(scan, head, body, start)
        left, right = header.names(scan, text, known, head, start)
        old = None if head.kind == "create" else scan.path(left, start)
        new = None if head.kind == "delete" else scan.path(right, start)
        old_id, new_id = head.shown()
        file = FilePatch(
            kind=head.kind,
            old=old,
            new=new,
            hunks=body,
            at=start + 1,
            old_mode=head.old_mode,
            new_mode=head.new_mode,
            old_id=old_id,
            new_id=new_id,
            likeness=head.likeness,
            index_name=index,
        )
        file = self._with_properties(file)
        name = right if left == right or b"/" not in right else right.partition(b"/")[2]
        self._add(Part(file, head.source, name if head.target is None else head.target))

    def _index(self, start: int) -> None:
        """A section that an `Index:` line begins: Subversion's, CVS's, quilt's."""
        scan = self.scan
        name = scan.header()[len(b"Index: ") :]
        scan.at += 1
        if scan.peek().startswith(b"===="):
            scan.at += 1
        while scan.peek().startswith((b"RCS file: ", b"retrieving revision ", b"diff -u", b"diff -r", b"diff -N")):
            scan.at += 1
        line = scan.peek()
        if line.startswith(b"diff --git "):
            self._git(start, name.decode("utf-8", "surrogateescape"))
        elif line.startswith(b"--- ") and scan.peek(1).startswith(b"+++ "):
            self._plain(start, name)
        elif follow(scan):
            self._properties(start)
        elif is_binary(line):
            scan.fail(BINARY)
        else:
            scan.fail(
                "a file without changes: new and empty, or a copy? 'svn diff --git' tells",
                start,
            )

    def _plain(self, start: int, index: bytes | None) -> None:
        """A section of a `---` and a `+++` line; `index` is the name that an `Index:` line gave."""
        scan = self.scan
        sides, body = self._body(git=False)
        assert sides is not None
        if not body:
            self._properties(start)
            return
        old, new = sides
        no_old, no_new = _empty(body)
        create, delete = old.absent or (old.perhaps and no_old), new.absent or (new.perhaps and no_new)
        if create and delete:
            scan.fail("neither side of the diff is a file", start)
        self._check_sides(body, create, delete, start)
        if index is not None and not any(
            side.name is not None and (side.name == index or side.name.endswith(b"/" + index)) for side in sides
        ):
            scan.fail("the 'Index:' line and the '---' and '+++' lines name different files", start)
        old_path = None if create or old.name is None else scan.path(old.name, start)
        new_path = None if delete or new.name is None else scan.path(new.name, start)
        file = FilePatch("create" if create else "delete" if delete else "modify", old_path, new_path, body, start + 1)
        file = self._with_properties(file)
        self._arrange()
        self.files.append(file)

    def _body(self, *, git: bool) -> tuple[tuple[Side, Side] | None, tuple[Hunk, ...]]:
        """The `---` and `+++` lines, if they are there, and the hunks."""
        scan = self.scan
        ours, theirs = scan.peek().startswith(b"--- "), scan.peek(1).startswith(b"+++ ")
        if not (ours and theirs):
            if scan.peek().startswith((b"--- ", b"+++ ", b"@@ ")):
                scan.fail("a '---' line and a '+++' line must stand before the hunks")
            return None, ()
        sides = (header.side(scan, git=git), header.side(scan, git=git))
        start = scan.at
        body = hunks(scan)
        if body:
            self.spans.append((start, scan.at, body))
        elif not follow(scan):
            scan.fail("a hunk should follow")
        return sides, body

    def _check_sides(self, body: tuple[Hunk, ...], create: bool, delete: bool, start: int) -> None:
        no_old, no_new = _empty(body)
        if create and not no_old:
            self.scan.fail("the file is said to be new, and yet lines of it are expected", start)
        if delete and not no_new:
            self.scan.fail("the file is said to be deleted, and yet lines of it are left", start)

    def _properties(self, start: int) -> None:
        """A section of Subversion's property changes alone."""
        change = properties(self.scan)
        if change.executable is not None:
            path = self.scan.path(change.name, start)
            self._arrange()
            self.files.append(_executable(FilePatch("modify", path, path, (), start + 1), change.executable))

    def _with_properties(self, file: FilePatch) -> FilePatch:
        scan = self.scan
        if not follow(scan):
            return file
        before = scan.at
        change = properties(scan)
        path = change.name.decode("utf-8", "surrogateescape")
        if file.path != path and not file.path.endswith("/" + path):
            scan.at = before  # another file's
            return file
        return file if change.executable is None else _executable(file, change.executable)

    # The order

    def _add(self, part: Part) -> None:
        if part.writes in self._written:
            self._arrange()
        self._parts.append(part)
        self._written.add(part.writes)

    def _arrange(self) -> None:
        """The parts of one git diff are complete."""
        try:
            self.files += arrange(self._parts)
        except OrderError as error:
            self.scan.fail(error.reason, error.file.at - 1)
        self._parts = []
        self._written = set()


def _empty(body: tuple[Hunk, ...]) -> tuple[bool, bool]:
    """Whether no hunk expects a line, and whether none leaves one."""
    return (
        all(operation == "+" for hunk in body for operation, _ in hunk.lines),
        all(operation == "-" for hunk in body for operation, _ in hunk.lines),
    )


def _executable(file: FilePatch, change: Literal["on", "off"]) -> FilePatch:
    if file.kind == "delete":
        return file._replace(old_mode=0o100755)
    new = 0o100755 if change == "on" else 0o100644
    return file._replace(new_mode=new, old_mode=None if file.kind == "create" else 0o100755 + 0o100644 - new)


def _what(lines: list[bytes]) -> str:
    """What an input without a unified diff is."""
    first = next(line for line in lines if line.strip()).lstrip()
    if first.startswith(b"<"):
        return "a web page, not a diff"
    if any(_ED.match(line) for line in lines) and any(line == b".\n" or line.rstrip().endswith(b"d") for line in lines):
        return "an ed script; make a unified diff (diff -u)"
    return "no unified diff in it"


def _second_opinion(scan: Scan, spans: list[tuple[int, int, tuple[Hunk, ...]]]) -> None:
    """Hold unidiff's counting of the hunks against ours; all it gets is hunks, each file's under a made-up header."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    text: list[str] = []
    for number, (start, end, _) in enumerate(spans):
        lines = b"".join([line for line in scan.lines[start:end] if line[0] != 0x5C]).decode("latin-1").split("\n")
        text += (f"--- {number}", f"+++ {number}", *lines[:-1])
    try:
        files = list(PatchSet(text, metadata_only=True))
    except UnidiffParseError as error:
        scan.fail(f"unidiff cannot read it: {error}", 0)
    if len(files) != len(spans):
        scan.fail(f"unidiff counts {len(files)} files with hunks, not {len(spans)}", 0)
    for (start, _, body), theirs in zip(spans, files, strict=True):
        if [_counts(hunk) for hunk in body] != [
            (hunk.source_start, hunk.source_length, hunk.target_start, hunk.target_length, hunk.removed, hunk.added)
            for hunk in theirs
        ]:
            scan.fail("unidiff counts other lines in the hunks that begin here", start)


def _counts(hunk: Hunk) -> tuple[int, int, int, int, int, int]:
    operations = [operation for operation, _ in hunk.lines]
    removed, added = operations.count("-"), operations.count("+")
    context = len(operations) - removed - added
    return hunk.old_start, context + removed, hunk.new_start, context + added, removed, added
