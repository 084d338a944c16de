r"""Reading a diff strictly: every line of the input is a change, a header that is understood, or text of a message.

Read are the forms of git, Subversion, CVS, Mercurial, quilt and GNU diff, with the mails and logs around them. Refused,
with line and reason, is what cannot be applied for certain: other kinds of diffs, binary files, symbolic links,
submodules, hunks that do not fit their header, free text where only a diff's lines may stand, unsafe paths. A lenient
reading takes some of these forms, and notes them.

Decisions:

- A `Diff`'s files apply one after the other. All parts of one git diff speak of the tree before it, so a file is copied
  or renamed before another part changes it (`reading/order.py`). A new diff begins where text stands between, or where
  a file comes up again. Whether the sequence makes sense on the true paths is for `strip.py` to say.
- Where **every** line ends in CR LF the diff was converted on its way, and one CR is taken from each line, as GNU patch
  does; whether the CR is the files' own, the tree tells (`returns.py`). Otherwise a CR is content in a hunk and refused
  in a header: nobody can know which lines were converted.
- A hunk of `-0,0` is a new file only where the header says so (/dev/null, a label, the epoch's date), and one of `+0,0`
  a deleted one likewise; else the file is, or becomes, empty. Without such a word `strip.py` asks the tree.
- Between files may stand blank lines, command lines and notes of diff tools; after a blank line also free text, which
  begins another message.

A diff that was cut exactly between two hunks, files or mails looks whole, and so does one that has lost a
`\ No newline at end of file`: only a revision's patch-id or git's blob names can tell.

A section is read by the module of its form: `reading/git.py`, `reading/plain.py`, `reading/properties.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hpatch.patch.diff.model import Diff, DiffError, FilePatch
from hpatch.patch.diff.reading import git, plain, properties
from hpatch.patch.diff.reading.between import Between, kind
from hpatch.patch.diff.reading.order import FileOrder, FilePart
from hpatch.patch.diff.reading.scan import Scan

__all__ = ["DiffError", "read"]

_STARTS = b"dI-P@+*BFGnosi"
"""First letters of all lines that begin a section, or that only a section may have."""
_INDEXED = (b"====", b"--- ", b"diff ", b"RCS file: ", b"@@ -")
"""What follows an `Index:` line that begins a section."""
_CONTEXT = re.compile(rb"\*\*\* \d+(?:,\d+)? \*\*\*\*\s*$")
_STRAY = re.compile(
    rb"(?:(?:old|new|new file|deleted file) mode \d{6}|(?:dis)?similarity index \d+%|GIT binary patch"
    rb"|index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: \d{6})?)\s*$"
)

_Form = Callable[[Scan, int], FilePart | FilePatch | None]


def read(data: bytes, name: str, *, lenient: bool = False) -> Diff:
    """Read a diff; `name` says where it comes from.

    A `lenient` reading is for diffs that people give. It also takes odd forms that GNU patch takes, where the tree
    tells whether the reading is right or nothing of a hunk is left out, and notes each (`Diff.oddities`). Raises
    DiffError.
    """
    text = _decoded(data, name)
    converted = _is_converted(text)
    scan = Scan(text.replace(b"\r\n", b"\n") if converted else text, name, lenient=lenient)
    files = FileOrder(scan)
    between = Between()
    message: bytes | None = None
    while scan.at < len(scan.lines):
        form = _form(scan)
        if form is None:
            between.line(scan)
            scan.at += 1
            continue
        if message is None:
            message = b"".join(scan.lines[: scan.at])
        if between.text:
            files.arrange()
        between.section()
        files.add(form(scan, scan.at))
    files.arrange()
    scan.refuse_doubtful()
    if not files.done:
        nothing = (
            "the headers have no hunks" if scan.oddities else "the diff changes Subversion properties only, no file"
        )
        scan.fail(kind(scan.lines) if message is None else nothing, 0)
    return Diff(
        name=name,
        files=tuple(files.done),
        message=message or b"",
        oddities=tuple(sorted(scan.oddities)),
        converted=converted,
    )


def _decoded(data: bytes, name: str) -> bytes:
    """The diff without a mark of UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DiffError(name, 1, "the diff is in UTF-16; save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise DiffError(name, 1, "the diff is empty")
    return data


def _is_converted(data: bytes) -> bool:
    """Whether every line ends in CR LF."""
    feeds = data.count(b"\n")
    return feeds > 0 and feeds == data.count(b"\r\n")


def _form(scan: Scan) -> _Form | None:
    """What reads the section that begins at the next line; None where none does. Raises DiffError."""
    line = scan.lines[scan.at]
    if line[0] not in _STARTS:
        return None
    following = scan.peek(1)
    if line.startswith(b"diff --git "):
        return git.section
    if line.startswith(b"Index: ") and following.startswith(_INDEXED):
        return plain.indexed
    if line.startswith(b"--- ") and following.startswith(b"+++ "):
        return plain.section
    if properties.follow(scan):
        return properties.section
    _refuse(scan, line, following)
    return None


def _refuse(scan: Scan, line: bytes, following: bytes) -> None:
    """Refuse a line that belongs into a section, and other kinds of diffs."""
    scan.refuse_binary()
    if line.startswith((b"diff --cc ", b"diff --combined ", b"@@@ ")):
        scan.fail("a merge's combined diff; ask for the diff against one parent")
    if line.startswith(b"@@ -"):
        scan.fail("a hunk without a file's header")
    if _STRAY.match(line):
        scan.fail("a header line of git's without its 'diff --git' line")
    if line.startswith(b"+++ ") and following.startswith(b"@@ -"):
        scan.fail("a '+++' line without its '---' line")
    if _CONTEXT.match(line):
        scan.fail("a context diff; make a unified one (diff -u)")
