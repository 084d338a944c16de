"""The STATUS file that a command edits: where it is, and its replacing as a whole."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch import files, log
from hpatch.errors import InputError, UsageError

if TYPE_CHECKING:
    from hpatch.backport.status.file import StatusFile

NAME = "STATUS"
Status = Annotated[
    Path | None,
    typer.Option(
        "--status", metavar="FILE", help="Use this file. Without it and without --repo, hpatch uses ./STATUS."
    ),
]
Repo = Annotated[
    Path | None,
    typer.Option(
        "--repo", metavar="DIR", help="Use the STATUS of this working copy of the stable branch (Subversion or git)."
    ),
]
_CONFLICT = re.compile(rb"^(?:<<<<<<< |>>>>>>> )", re.MULTILINE)


def find(status: Path | None, repo: Path | None) -> Path:
    """The file that the options name; a folder stands for the STATUS in it. Raises UsageError, InputError."""
    if status is not None and repo is not None:
        raise UsageError("--status and --repo exclude each other")
    path = status if status is not None else (repo or Path()) / NAME
    if status is not None and path.is_dir():
        path = path / NAME
    if repo is not None and not path.is_file() and (repo / "HEAD").is_file() and (repo / "objects").is_dir():
        raise InputError(f"{repo}: is a bare repository and has no files to edit; give the STATUS of a working copy")
    return path


def is_subversion(folder: str | Path) -> bool:
    """Whether a folder is a Subversion working copy and no git repository."""
    path = Path(folder)
    return os.path.isdir(path / ".svn") and not os.path.lexists(path / ".git")  # noqa: PTH112 - asks of any name


def read(path: Path) -> bytes:
    """The file's bytes. Raises InputError: there is none, it is a link, or a merge left conflicts in it."""
    log.tell("read %s", path)
    data = files.read(path.parent, path.name)
    if data is None:
        raise InputError(f"{path}: there is no such file; name the file to edit, or its folder")
    if _CONFLICT.search(data):
        raise InputError(f"{path}: has a conflict; resolve it first")
    return data


def parse(path: Path, data: bytes) -> StatusFile:
    """Read its structure. Raises InputError for another kind of file."""
    from hpatch.backport.status import file as status_file
    from hpatch.text import Source

    return known(status_file.read(Source(str(path), data.decode("utf-8", "surrogateescape"))))


def known(found: StatusFile) -> StatusFile:
    """The file that was read. Raises InputError for another kind of file, and where a heading hides proposals."""
    if all(section.kind in ("notes", "showstopper") for section in headed(found).sections):
        raise InputError(f"{found.source.name}: not a STATUS file of a stable branch: it has no section for patches")
    return found


def headed(found: StatusFile) -> StatusFile:
    """The file that was read. Raises InputError where a heading hides proposals."""
    from hpatch.backport.status import headings

    name = found.source.name
    wrong = headings.misspelt(found)
    if wrong is not None:
        raise InputError(
            f"{name}:{wrong.line}: '{wrong.text}' is not read as a heading, so the proposals below it would be lost or "
            f"counted in another section; write '{wrong.meant}'"
        )
    lost = headings.unread(found)
    if lost is not None:
        count = "a proposal" if lost.proposals == 1 else f"{lost.proposals} proposals"
        raise InputError(
            f"{name}:{lost.line}: '{lost.title}' is not a section for patches, but has {count}; move what is below it "
            f"to one of the sections for patches"
        )
    return found


def encoded(text: str) -> bytes:
    """Text as the file has it."""
    return text.encode("utf-8", "surrogateescape")


def write(path: Path, before: bytes, text: str) -> None:
    """Replace the file. Its folder must be held (`hpatch.cli.options.tree.held`). Raises InputError, ToolError.

    It could be replaced although it may not be written: Subversion makes a file read-only that is not locked yet
    (svn:needs-lock).
    """
    mode = files.mode(path.parent, path.name)
    if mode is not None and not mode & stat.S_IWUSR:
        raise InputError(f"{path}: is read-only; nothing was changed")
    files.replace(path.parent, (files.FileChange(path=path.name, before=before, after=encoded(text)),))
