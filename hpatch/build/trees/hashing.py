"""What a tree is, as one hash: two trees with the same hash give a build the same files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from hpatch.build import copying
from hpatch.errors import InputError
from hpatch.patch.apply.stack import FileEdit

METHOD = (
    "SHA-256 of the lines 'HASH  PATH', as sha256sum prints them, of the files that a build takes, sorted by path: "
    "without docs/manual, the folders of version control and of hpatch, and files that a build makes. The hash of a "
    "symbolic link is that of its target's name."
)


def hashes(root: Path) -> dict[str, str]:
    """The SHA-256 of each file that a build takes, by path. Raises InputError for a tree that cannot be read."""
    try:
        return {path: digest(_content(root / path)) for path, _ in copying.walk(root, copying.MANUAL)}
    except OSError as error:
        raise InputError(f"{error.filename or root}: cannot be read: {error.strerror}") from error


def edited(before: Mapping[str, str], edits: Iterable[FileEdit]) -> dict[str, str]:
    """The hashes of a tree after edits, which are made in this order."""
    after = dict(before)
    for edit in edits:
        if edit.after is None:
            after.pop(edit.path, None)
        else:
            after[edit.path] = digest(edit.after.data)
    return after


def whole(hashes: Mapping[str, str]) -> str:
    """The hash of a tree, of those of its files (METHOD)."""
    lines = sorted((path.encode("utf-8", "surrogateescape"), one.encode()) for path, one in hashes.items())
    return digest(b"".join(b"%s  %s\n" % (one, path) for path, one in lines))


def digest(data: bytes) -> str:
    """The SHA-256 in hexadecimal digits."""
    return sha256(data).hexdigest()


def _content(path: Path) -> bytes:
    return str(path.readlink()).encode("utf-8", "surrogateescape") if path.is_symlink() else path.read_bytes()
