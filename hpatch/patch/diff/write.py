r"""Diffs as text, in git's form: the inverse of `diff.read`, and diffs of what hpatch has made.

Git's own text comes back byte for byte, except for what stands between and after its files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hpatch.errors import InputError
from hpatch.patch.diff.align import align
from hpatch.patch.diff.blob import blob_id
from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import Diff, FilePatch, Hunk, Kind, Operation, Placed
from hpatch.patch.diff.names import quote

CONTEXT = 3
"""Lines of context around a change, as in every tool."""

_EMPTY = "e69de29"
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def write(diff: Diff, *, prefix: bool = False) -> bytes:
    """The diff's text; `prefix` puts `a/` and `b/` before the names, as `patch -p1` and `git apply` expect."""
    return diff.message + b"".join(text for file in diff.files for text in _file(file, prefix=prefix))


def reverse(diff: Diff) -> Diff:
    """The diff that takes this one back. Raises InputError for a copy: what to delete is not told by the diff."""
    return diff._replace(files=tuple(_reverse(diff, file) for file in reversed(diff.files)))


def compare(
    path: str, before: bytes | None, after: bytes | None, *, old_mode: int | None = None, new_mode: int | None = None
) -> FilePatch:
    """What makes `after` of `before`, None for no file on that side; the hunks are empty where nothing differs.

    Raises ValueError where neither side is a file.
    """
    if before is None and after is None:
        raise ValueError(f"{path}: no file on either side")
    ids = (None if before is None else blob_id(before), None if after is None else blob_id(after))
    hunks = tuple(_hunks(split(before or b""), split(after or b""))) if before != after else ()
    if before is None:
        return FilePatch("create", None, path, hunks, 1, None, new_mode or 0o100644, *ids)
    if after is None:
        return FilePatch("delete", path, None, hunks, 1, old_mode or 0o100644, None, *ids)
    return FilePatch("modify", path, path, hunks, 1, old_mode, new_mode, *(ids if hunks else (None, None)))


def changes(placed: Placed) -> FilePatch:
    """What placing a file's hunks changed."""
    return compare(placed.path, placed.before, placed.after)


# A file's text


def _file(file: FilePatch, *, prefix: bool) -> Iterator[bytes]:
    yield from heading(file, prefix=prefix)
    for hunk in file.hunks:
        yield from _hunk(hunk)


def heading(file: FilePatch, *, prefix: bool) -> Iterator[bytes]:
    """The lines of a file before its hunks; `prefix` as in `write`."""
    left, right = _names(file, prefix=prefix)
    yield b"diff --git %s %s\n" % (quote(left), quote(right))
    old_mode, new_mode = file.old_mode, file.new_mode
    both = b""
    if file.kind == "create":
        yield b"new file mode %06o\n" % (new_mode or 0o100644)
    elif file.kind == "delete":
        yield b"deleted file mode %06o\n" % (old_mode or 0o100644)
    elif old_mode is not None and new_mode is not None:
        if old_mode != new_mode:
            yield b"old mode %06o\nnew mode %06o\n" % (old_mode, new_mode)
        else:
            both = b" %06o" % new_mode
    if file.likeness is not None:
        yield file.likeness.encode("ascii") + b"\n"
    elif file.kind in ("rename", "copy") and not file.hunks:
        yield b"similarity index 100%\n"
    if file.kind in ("rename", "copy"):
        source, target = (left[2:], right[2:]) if _conventional(left, right) else (left, right)
        yield b"%s from %s\n%s to %s\n" % (file.kind.encode(), quote(source), file.kind.encode(), quote(target))
    old_id, new_id = file.old_id, file.new_id
    if not file.hunks and file.kind in ("create", "delete"):
        old_id, new_id = (None, new_id or _EMPTY) if file.kind == "create" else (old_id or _EMPTY, None)
    if old_id is not None or new_id is not None:
        zeros = "0" * len(old_id or new_id or "")
        yield b"index %s..%s%s\n" % ((old_id or zeros).encode(), (new_id or zeros).encode(), both)
    if file.hunks:
        yield b"--- %s\n" % (b"/dev/null" if file.kind == "create" else _ended(left))
        yield b"+++ %s\n" % (b"/dev/null" if file.kind == "delete" else _ended(right))


def _names(file: FilePatch, *, prefix: bool) -> tuple[bytes, bytes]:
    """Both names of the `diff --git` line; a side without a file is named like the other."""
    old = None if file.old is None else file.old.encode("utf-8", "surrogateescape")
    new = None if file.new is None else file.new.encode("utf-8", "surrogateescape")
    if prefix:
        old, new = old if old is not None else new, new if new is not None else old
        return b"a/%s" % old, b"b/%s" % new
    if old is None:
        assert new is not None
        return (b"a/" + new[2:] if new.startswith(b"b/") else new), new
    if new is None:
        return old, (b"b/" + old[2:] if old.startswith(b"a/") else old)
    return old, new


def _conventional(left: bytes, right: bytes) -> bool:
    return left.startswith(b"a/") and right.startswith(b"b/")


def _ended(name: bytes) -> bytes:
    """A name of a `---` or `+++` line: git ends one that has a blank with a tab."""
    return quote(name) + (b"\t" if b" " in name else b"")


def _hunk(hunk: Hunk) -> Iterator[bytes]:
    operations = [operation for operation, _ in hunk.lines]
    old, new = len(operations) - operations.count("+"), len(operations) - operations.count("-")
    section = b" " + hunk.section if hunk.section else b""
    yield b"@@ -%s +%s @@%s\n" % (_range(hunk.old_start, old), _range(hunk.new_start, new), section)
    for operation, text in hunk.lines:
        yield operation.encode() + text
        if not text.endswith(b"\n"):
            yield _NO_NEWLINE


def _range(start: int, count: int) -> bytes:
    return b"%d" % start if count == 1 else b"%d,%d" % (start, count)


# The other way round

_OPPOSITE: dict[Kind, Kind] = {"create": "delete", "delete": "create"}
_BACK: dict[Operation, Operation] = {" ": " ", "-": "+", "+": "-"}


def _reverse(diff: Diff, file: FilePatch) -> FilePatch:
    if file.kind == "copy":
        raise InputError(f"{diff.name}:{file.at}: the diff alone is not enough to revert a copy; delete '{file.new}'")
    return file._replace(
        kind=_OPPOSITE.get(file.kind, file.kind),
        old=file.new,
        new=file.old,
        hunks=tuple(_reverse_hunk(hunk) for hunk in file.hunks),
        old_mode=file.new_mode,
        new_mode=file.old_mode,
        old_id=file.new_id,
        new_id=file.old_id,
    )


def _reverse_hunk(hunk: Hunk) -> Hunk:
    lines: list[tuple[Operation, bytes]] = []
    added: list[tuple[Operation, bytes]] = []
    for operation, text in hunk.lines:
        if operation == "-":
            added.append(("+", text))
            continue
        if operation == " ":
            lines += added
            added = []
        lines.append((_BACK[operation], text))
    return hunk._replace(old_start=hunk.new_start, new_start=hunk.old_start, lines=tuple(lines + added))


# Two texts


def _hunks(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Hunk]:
    blocks = list(_blocks(old, new))
    first = 0
    for at, (block, following) in enumerate(pairwise([*blocks, (len(old) + 2 * CONTEXT + 1,) * 4]), start=1):
        if following[0] - block[1] > 2 * CONTEXT:
            yield _between(old, new, blocks[first:at])
            first = at


def _blocks(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """The changes: lines `a:b` of the old text give way to lines `c:d` of the new one."""
    a = c = 0
    matched = align(old, new)
    for at, other in enumerate([*matched, len(new)]):
        if other < 0:
            continue
        if at > a or other > c:
            yield a, at, c, other
        a, c = at + 1, other + 1


def _between(old: Sequence[bytes], new: Sequence[bytes], blocks: Sequence[tuple[int, int, int, int]]) -> Hunk:
    start, end = max(blocks[0][0] - CONTEXT, 0), min(blocks[-1][1] + CONTEXT, len(old))
    new_start = blocks[0][2] - (blocks[0][0] - start)
    lines: list[tuple[Operation, bytes]] = []
    at = start
    for a, b, c, d in blocks:
        lines += [(" ", text) for text in old[at:a]]
        lines += [("-", text) for text in old[a:b]]
        lines += [("+", text) for text in new[c:d]]
        at = b
    lines += [(" ", text) for text in old[at:end]]
    expected = any(operation != "+" for operation, _ in lines)
    left = any(operation != "-" for operation, _ in lines)
    return Hunk(
        old_start=start + 1 if expected else start,
        new_start=new_start + 1 if left else new_start,
        lines=tuple(lines),
        section=b"",
        at=1,
    )
