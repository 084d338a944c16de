r"""What a diff changes, in one form, and the fingerprint of that.

The fingerprint is what `git patch-id --stable` makes of `git diff-tree -p`: line numbers, white space, the order of the
files and git's `index` lines do not count. Subversion's diffs and plain ones have other headers, so each file counts as
git would write it. What the fingerprint does not cover (messages, git's names of contents, a mode that an `index` line
tells, text after a hunk's `@@`) is not in the canonical form either: nothing reaches a tree unchecked. White space and
line numbers are the exception: where they matter, placing a hunk finds them out.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpatch.patch.diff.model import Diff, FilePatch
from hpatch.patch.diff.write import heading

_SPACE = b" \t\n\r"
"""What git takes for white space."""


def canonical(diff: Diff) -> Diff:
    """The diff without what its fingerprint does not cover, its paths without git's `a/` and `b/`, sorted by them.

    It is the same whatever text it was read from, so `at` is 1 throughout. A diff that renames or copies keeps its
    order: it must read files before it changes them.
    """
    files = [_canonical(file) for file in diff.files]
    if not any(file.kind in ("rename", "copy") for file in files):
        files.sort(key=_key)
    return diff._replace(files=tuple(files), message=b"")


def fingerprint(diff: Diff) -> str:
    """What `git patch-id --stable` (git 2.39) makes of a diff in canonical form: 40 hexadecimal digits."""
    from hashlib import sha1  # not for security: git's fingerprint is one

    total = 0
    digest = sha1(usedforsecurity=False)
    counted = True
    for file in sorted(diff.files, key=_key):
        digest.update(_bare(line for line in heading(file, prefix=True) if not line.startswith(b"index ")))
        digest.update(_bare(operation.encode() + text for hunk in file.hunks for operation, text in hunk.lines))
        # To git a file without hunks and the next one are one.
        counted = bool(file.hunks)
        if counted:
            total += int.from_bytes(digest.digest(), "little")
            digest = sha1(usedforsecurity=False)
    if not counted:
        total += int.from_bytes(digest.digest(), "little")
    return (total % (1 << 160)).to_bytes(20, "little").hex()


def _bare(lines: Iterable[bytes]) -> bytes:
    return b"".join(lines).translate(None, _SPACE)


def _key(file: FilePatch) -> tuple[bytes, bytes]:
    old, new = file.old if file.old is not None else file.path, file.path
    return new.encode("utf-8", "surrogateescape"), old.encode("utf-8", "surrogateescape")


def _canonical(file: FilePatch) -> FilePatch:
    old, new = _paths(file)
    modes = (file.old_mode, file.new_mode) if file.old_mode != file.new_mode else (None, None)
    return FilePatch(
        kind=file.kind,
        old=old,
        new=new,
        hunks=tuple(hunk._replace(section=b"", at=1) for hunk in file.hunks),
        at=1,
        old_mode=modes[0],
        new_mode=modes[1],
        likeness=file.likeness,
    )


def _paths(file: FilePatch) -> tuple[str | None, str | None]:
    """The names as git's without `a/` and `b/`, counted from the same folder as an `Index:` line's."""
    old, new = file.old, file.new
    if (old is None or old.startswith("a/")) and (new is None or new.startswith("b/")):
        old, new = old and old[2:], new and new[2:]
    if file.index_name is not None and all(name is None or name.endswith(f"/{file.index_name}") for name in (old, new)):
        old, new = old and file.index_name, new and file.index_name
    return old, new
