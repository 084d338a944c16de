"""Patches written to a folder: no file is overwritten that hpatch does not know, and the series comes last."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path

from hpatch.cli import output
from hpatch.errors import InputError, ToolError

SERIES = "series"


def written(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    dry_run: bool,
    known: Mapping[str, Collection[str]] | None = None,
    force: bool = False,
) -> list[str]:
    """Write files to a folder, a series joined with the one that is there; the names of what it has now.

    A file may be overwritten if `force`, or if its SHA-256 is one of the `known` of its name. Raises InputError before
    anything is written.
    """
    made = dict(files)
    for name, content in files.items():
        _refuse_link(folder, name)
        there = _read(folder / name)
        if there is None:
            continue
        if name == SERIES:
            made[name] = joined(there, content)
        elif there != content and not force and sha256(there).hexdigest() not in (known or {}).get(name, ()):
            hint = "; --force overwrites it" if known is not None else "; delete it first"
            raise InputError(f"{folder / name}: exists already with other content{hint}")
    if dry_run:
        return list(made)
    for name in made:
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ToolError(f"{folder}: cannot be made: {error.strerror or error}") from error
    for name, content in sorted(made.items(), key=lambda item: item[0] == SERIES):
        if _read(folder / name) != content:
            output.write_bytes(content, str(folder / name))
    return list(made)


def _refuse_link(folder: Path, name: str) -> None:
    """Raise InputError where a link would lead a write out of the folder: a series comes with anyone's source."""
    path = folder
    for part in name.split("/"):
        path /= part
        if path.is_symlink():
            raise InputError(f"{path}: is a symbolic link; hpatch does not write through it")


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def joined(series: bytes, more: bytes) -> bytes:
    """A quilt series with further patches at its end. A patch that it names already keeps its place and its comment."""
    wanted = {line.split()[0]: line for line in more.splitlines(keepends=True) if line.split()}
    lines = [_renewed(line, wanted) for line in series.splitlines(keepends=True)]
    new = list(wanted.values())
    if new and lines and not lines[-1].endswith(b"\n"):
        lines[-1] += b"\n"
    return b"".join((*lines, *new))


def _renewed(line: bytes, wanted: dict[bytes, bytes]) -> bytes:
    """A line of a series; with other options where its patch has others now."""
    comment = re.search(rb"(?:^|[ \t])#.*", line.rstrip(b"\n"))
    words = (line if comment is None else line[: comment.start()]).split()
    if not words or words[0] not in wanted:
        return line
    new = wanted.pop(words[0])
    if new.split()[1:] == [word for word in words[1:] if word not in (b"-p1", b"-pab")]:
        return line
    return new.rstrip(b"\n") + (b"" if comment is None else b" " + comment[0].lstrip()) + b"\n"
