"""Git's header lines of one file, those between `diff --git` and `---`."""

from __future__ import annotations

import re

from hpatch.patch.diff.model import Kind
from hpatch.patch.diff.names import unquote
from hpatch.patch.diff.reading.scan import Scan
from hpatch.records import NamedTuple

_GIT = re.compile(
    rb"(old mode|new mode|new file mode|deleted file mode|rename from|rename to|copy from|copy to"
    rb"|similarity index|dissimilarity index|index) (.*)\n"
)
_IDS = re.compile(rb"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\d{6}))?")
_SHARE = re.compile(rb"\d{1,3}%")


class Header(NamedTuple):
    """What git's header lines of one file say; `source` and `target` are a rename's or a copy's names."""

    kind: Kind
    said: bool
    source: bytes | None
    target: bytes | None
    old_mode: int | None
    new_mode: int | None
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


def header(scan: Scan) -> Header:
    """Read the header lines that follow a `diff --git` line."""
    said: dict[bytes, bytes] = {}
    while True:
        scan.refuse_binary()
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
    return Header(
        kinds[0] if kinds else "modify",
        bool(said),
        *names,
        old_mode,
        new_mode,
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
