"""A section in git's form, from its `diff --git` line on."""

from __future__ import annotations

from hpatch.patch.diff.model import FilePatch, Hunk
from hpatch.patch.diff.reading import properties
from hpatch.patch.diff.reading.body import body
from hpatch.patch.diff.reading.header import Header, header
from hpatch.patch.diff.reading.order import FilePart
from hpatch.patch.diff.reading.pair import pair
from hpatch.patch.diff.reading.scan import Scan

_EMPTY = (
    b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""An empty file's blob name, by SHA-1 and by SHA-256."""

_NO_CHANGE = "a git header without hunks; no line of this file is changed"


def section(scan: Scan, start: int, index: bytes | None = None) -> FilePart | FilePatch | None:
    """Read one that began at line `start`, None for properties that are no file's.

    `index` is the name that an `Index:` line gave. Raises DiffError.
    """
    text = scan.header()[len(b"diff --git ") :]
    scan.at += 1
    head = header(scan)
    found = body(scan, git=True)
    hunks = () if found is None else found.hunks
    create, delete = head.kind == "create", head.kind == "delete"
    if found is not None:
        if (found.old.absent, found.new.absent) != (create, delete):
            scan.fail(
                "git's header and the '---' and '+++' lines do not agree whether the file is new or deleted", start
            )
        found.check(scan, start, create=create, delete=delete)
    if not head.said and not hunks:
        if found is None:
            if scan.at >= len(scan.lines):
                scan.fail("a git header that says no change", start)
            scan.odd("a git header that says no change", _NO_CHANGE, start)
            return None
        return properties.section(scan, start)
    _check(scan, head, hunks, start)
    if not hunks and head.kind == "modify" and head.old_id is not None and head.old_mode == head.new_mode:
        return None
    known = (None, None) if found is None else (found.old.name, found.new.name)
    left, right = pair(scan, text, known, head, start)
    old_id, new_id = head.shown()
    file = FilePatch(
        kind=head.kind,
        old=None if create else scan.path(left, start),
        new=None if delete else scan.path(right, start),
        hunks=hunks,
        at=start + 1,
        old_mode=head.old_mode,
        new_mode=head.new_mode,
        old_id=old_id,
        new_id=new_id,
        likeness=head.likeness,
        index_name=None if index is None else index.decode("utf-8", "surrogateescape"),
    )
    name = right if left == right or b"/" not in right else right.partition(b"/")[2]
    return FilePart(properties.after(scan, file), head.source, name if head.target is None else head.target)


def _check(scan: Scan, head: Header, hunks: tuple[Hunk, ...], start: int) -> None:
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
            if head.kind == "delete" or last:
                scan.fail("the file's content is missing", start)
            scan.odd("the file's content is missing", "the new file's content is missing; it is made empty", start)
        if blob is None and last:
            scan.fail("the diff ends where the file's content could follow", start)
    elif head.kind in ("rename", "copy"):
        if head.same is False or head.old_id != head.new_id:
            scan.fail("the file's changes are missing", start)
        if head.same is None and last:
            scan.fail("the diff ends where the file's changes could follow", start)
    elif head.old_id is not None:
        # `git diff -w` leaves such headers.
        scan.odd("the file's changes are missing", _NO_CHANGE, start)
