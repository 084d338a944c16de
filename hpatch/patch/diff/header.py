"""The header lines of one file in a diff: git's, and the `---` and `+++` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from hpatch.patch.diff.model import Hunk
from hpatch.patch.diff.names import unquote
from hpatch.patch.diff.scan import Scan

Kind = Literal["modify", "create", "delete", "rename", "copy"]

BINARY = "a binary change, which hpatch cannot apply; leave it out, or apply it by other means"

_GIT = re.compile(
    rb"(old mode|new mode|new file mode|deleted file mode|rename from|rename to|copy from|copy to"
    rb"|similarity index|dissimilarity index|index) (.*)\n"
)
_IDS = re.compile(rb"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\d{6}))?")
_SHARE = re.compile(rb"\d{1,3}%")
_EMPTY = (
    b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""An empty file's blob name, by SHA-1 and by SHA-256."""
_LABEL = re.compile(
    rb"(?<! ) ++(\((?:revision \d+|working copy|nonexistent|original|added|removed)\)"
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d.*|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] [ 0-3]?\d \d\d:\d\d:\d\d.*)$"
)
"""What follows a name where blanks took the tab's place (mails, web pages)."""
_EPOCH = re.compile(rb"(1969-12-31|1970-01-01) (\d\d):(\d\d):00(?:\.0+)?(?: ([+-])(\d\d):?(\d\d))?$")
_EPOCH_OLD = re.compile(rb"\w{3} Jan  ?0?1 00:00:00 1970(?: \+0000)?$")


def is_binary(line: bytes) -> bool:
    """Whether a line says that a file changes in a way that the diff does not show, or not in lines."""
    if line.startswith((b"Binary file", b"Files ")):
        return line.rstrip().endswith((b" differ", b" has changed"))
    return line.startswith(b"Cannot display: ") or line.rstrip() == b"GIT binary patch"


class Side(NamedTuple):
    """A `---` or `+++` line: the name (None for /dev/null) and what the label after it says of the file.

    `absent`: it is not there; `perhaps`: it is not there if this side has no lines (GNU diff gives such a file the date
    of the epoch, old Subversion revision 0).
    """

    name: bytes | None
    absent: bool = True
    perhaps: bool = True


def side(scan: Scan, *, git: bool) -> Side:
    """Read a `---` or `+++` line; in `git`'s form a name with blanks ends in a tab, so that no label needs guessing."""
    text = scan.header()[4:]
    if text.startswith(b'"'):
        quoted = unquote(text)
        if quoted is None or quoted[1][:1] not in (b"", b"\t", b" "):
            scan.fail("the quotes of this name are broken")
        name, label = quoted[0], quoted[1].strip()
    else:
        name, tab, label = text.partition(b"\t")
        if not tab and not git and (found := _LABEL.search(text)) is not None:
            name, label = text[: found.start()], found[1]
        label = label.rpartition(b"\t")[2]
    if not name:
        scan.fail("a header without a name")
    scan.at += 1
    if name == b"/dev/null":
        return Side(None)
    return Side(
        name, label in (b"(nonexistent)", b"(added)", b"(removed)"), label == b"(revision 0)" or _is_epoch(label)
    )


def _is_epoch(label: bytes) -> bool:
    if _EPOCH_OLD.match(label) is not None:
        return True
    found = _EPOCH.match(label)
    if found is None:
        return False
    if found[4] is None:
        return found[1] == b"1970-01-01" and found[2] == found[3] == b"00"
    zone = (int(found[5]) * 60 + int(found[6])) * (-1 if found[4] == b"-" else 1)
    minutes = int(found[2]) * 60 + int(found[3]) - (0 if found[1] == b"1970-01-01" else 24 * 60)
    return minutes == zone


class Git(NamedTuple):
    """What git's header lines of one file say; `source` and `target` are a rename's or a copy's names."""

    kind: Kind
    said: bool
    source: bytes | None
    target: bytes | None
    old_mode: int | None
    new_mode: int | None
    mode_changes: bool
    old_id: bytes | None
    new_id: bytes | None
    likeness: str | None

    @property
    def same(self) -> bool | None:
        """Whether git says that a renamed or copied file stays as it is, None where it says nothing."""
        if self.likeness is None or not self.likeness.startswith("similarity"):
            return None
        return self.likeness == "similarity index 100%"

    def shown(self) -> tuple[str | None, str | None]:
        """The blob names, None for a side without a file."""
        ids = (self.old_id, self.new_id)
        old, new = (None if one is None or not one.strip(b"0") else one.decode() for one in ids)
        return old, new


def git(scan: Scan) -> Git:
    """Read the header lines that follow a `diff --git` line."""
    said: dict[bytes, bytes] = {}
    while True:
        if is_binary(scan.peek()):
            scan.fail(BINARY)
        found = _GIT.match(scan.peek())
        if found is None:
            break
        if found[1] in said:
            scan.fail(f"a second '{found[1].decode()}' line for one file")
        said[found[1]] = scan.header()[len(found[1]) + 1 :]
        scan.at += 1
    last = scan.at - 1
    kinds: list[Kind] = []
    if b"new file mode" in said:
        kinds.append("create")
    if b"deleted file mode" in said:
        kinds.append("delete")
    names: tuple[bytes | None, bytes | None] = (None, None)
    verbs: tuple[tuple[Kind, bytes], ...] = (("rename", b"rename"), ("copy", b"copy"))
    for kind, verb in verbs:
        pair = (said.get(verb + b" from"), said.get(verb + b" to"))
        if pair == (None, None):
            continue
        if None in pair:
            scan.fail(f"'{kind} from' and '{kind} to' must come together", last)
        kinds.append(kind)
        names = (_name(scan, pair[0], last), _name(scan, pair[1], last))
    if len(kinds) > 1:
        scan.fail("git's header says several things of one file", last)
    if (b"old mode" in said) != (b"new mode" in said) or (
        b"new mode" in said and kinds[:1] in (["create"], ["delete"])
    ):
        scan.fail("'old mode' and 'new mode' must come together, and not for a new or deleted file", last)
    ids = _IDS.fullmatch(said[b"index"]) if b"index" in said else None
    if b"index" in said and ids is None:
        scan.fail("an 'index' line that is not well formed", last)
    old_mode = _mode(scan, said.get(b"old mode", said.get(b"deleted file mode")), last)
    new_mode = _mode(scan, said.get(b"new mode", said.get(b"new file mode")), last)
    both = None if ids is None else _mode(scan, ids[3], last)
    if both is not None:
        if old_mode is not None or new_mode is not None:
            scan.fail("two lines tell the file's mode", last)
        old_mode = new_mode = both
    if b"similarity index" in said and names[0] is None:
        scan.fail("a 'similarity index' line without the names of a rename or copy", last)
    return Git(
        kinds[0] if kinds else "modify",
        bool(said),
        *names,
        old_mode,
        new_mode,
        b"new mode" in said,
        None if ids is None else ids[1],
        None if ids is None else ids[2],
        _likeness(scan, said, last),
    )


def _likeness(scan: Scan, said: dict[bytes, bytes], at: int) -> str | None:
    for label in (b"similarity index", b"dissimilarity index"):
        share = said.get(label)
        if share is not None:
            if _SHARE.fullmatch(share) is None:
                scan.fail(f"a '{label.decode()}' line that is not well formed", at)
            return f"{label.decode()} {share.decode()}"
    return None


def _name(scan: Scan, text: bytes | None, at: int) -> bytes | None:
    if text is None or not text.startswith(b'"'):
        return text
    quoted = unquote(text)
    if quoted is None or quoted[1]:
        scan.fail("the quotes of a name are broken", at)
    return quoted[0]


def _mode(scan: Scan, text: bytes | None, at: int) -> int | None:
    """The mode as git keeps it: 0o100644 or 0o100755."""
    if text is None:
        return None
    if re.fullmatch(rb"10[0-7]{3}", text):
        text = b"100" + text[2:]  # Subversion 1.7 and 1.8 drop a zero
    mode = int(text, 8) if re.fullmatch(rb"[0-7]{6}", text) else 0
    if mode & 0o170000 == 0o120000:
        scan.fail("a symbolic link, which hpatch neither makes nor changes nor removes", at)
    if mode & 0o170000 == 0o160000:
        scan.fail("a submodule, which hpatch cannot change", at)
    if mode & 0o177000 != 0o100000:
        scan.fail("a mode that is no ordinary file's", at)
    return 0o100755 if mode & 0o100 else 0o100644


def check(scan: Scan, head: Git, hunks: tuple[Hunk, ...], start: int) -> None:
    """Hold git's header against the hunks.

    Without any, the header must say that no content changes: else a diff that was cut there would make an empty file,
    or delete one unread.
    """
    if head.old_id is not None and head.new_id is not None:
        absent = (not head.old_id.strip(b"0"), not head.new_id.strip(b"0"))
        if absent != (head.kind == "create", head.kind == "delete"):
            scan.fail("the 'index' line and the lines before do not agree whether the file is new or deleted", start)
    if hunks:
        if head.same:
            scan.fail("hunks for a file that is said to be the same to 100%", start)
        return
    last = scan.at >= len(scan.lines)
    if head.kind in ("create", "delete"):
        blob = head.new_id if head.kind == "create" else head.old_id
        if blob is not None and not any(empty.startswith(blob) for empty in _EMPTY):
            scan.fail("the file's content is missing", start)
        if blob is None and last:
            scan.fail("the diff ends where the file's content could follow", start)
    elif head.kind in ("rename", "copy"):
        if head.same is False or head.old_id != head.new_id:
            scan.fail("the file's changes are missing", start)
        if head.same is None and last:
            scan.fail("the diff ends where the file's changes could follow", start)
    elif head.old_id is not None:
        scan.fail("the file's changes are missing", start)


def names(
    scan: Scan, text: bytes, known: tuple[bytes | None, bytes | None], head: Git, start: int
) -> tuple[bytes, bytes]:
    """The two names of a `diff --git` line: other lines say where it splits, or that both are the same."""
    if len(text) > (40_000 if b'"' in text else 8_200):
        scan.fail("the names are too long", start)
    found = [pair for pair in _splits(text) if _fits(pair, known, head)]
    if len(found) != 1:
        scan.fail("the names of this line and those of the lines after it do not agree", start)
    return found[0]


def _splits(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    if text.startswith(b'"'):
        left = unquote(text)
        if left is not None and left[1].startswith(b" "):
            right = unquote(left[1][1:]) if left[1].startswith(b' "') else (left[1][1:], b"")
            if right is not None and not right[1]:
                yield left[0], right[0]
        return
    if text.endswith(b'"'):
        at = text.find(b' "')
        last = unquote(text[at + 1 :]) if at >= 0 else None
        if last is not None and not last[1]:
            yield text[:at], last[0]
        return
    middle = len(text) // 2
    if text[middle : middle + 1] == b" " and _same(text[:middle], text[middle + 1 :]):
        yield text[:middle], text[middle + 1 :]
        return
    at = text.find(b" ")
    while at >= 0:
        yield text[:at], text[at + 1 :]
        at = text.find(b" ", at + 1)


def _same(left: bytes, right: bytes) -> bool:
    """Whether two names are one but for the first folder."""
    return left == right or (b"/" in left and b"/" in right and left.partition(b"/")[2] == right.partition(b"/")[2])


def _fits(pair: tuple[bytes, bytes], known: tuple[bytes | None, bytes | None], head: Git) -> bool:
    left, right = pair
    if known[0] not in (None, left) or known[1] not in (None, right):
        return False
    if head.source is not None and head.target is not None:
        # `svn diff --git` adds the revision to a copy's source.
        sources = (head.source, re.sub(rb"@\d+$", b"", head.source))
        return any(left == one or left.endswith(b"/" + one) for one in sources) and (
            right == head.target or right.endswith(b"/" + head.target)
        )
    return None not in known or _same(left, right)
