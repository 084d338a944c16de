"""The option that names a series of patches."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpatch.errors import InputError

if TYPE_CHECKING:
    from hpatch.patch.series.model import SeriesPatch

Series = Annotated[
    str | None,
    typer.Option(
        "--series",
        metavar="PATH",
        help="Take all patches of a quilt series (its folder or file), of a folder of git mails, or of an mbox; "
        "- reads standard input.",
    ),
]


def patches(path: str) -> list[SeriesPatch]:
    """The patches of a series; those without a diff, such as a cover letter, are told and left out.

    Raises InputError.
    """
    from hpatch.cli.options import stdin
    from hpatch.patch.series import read
    from hpatch.patch.sources.model import LIMIT
    from hpatch.report.common.terminal import visible

    named = read.parse(stdin.read(LIMIT + 1), "standard input", Path()) if path == "-" else read.read(Path(path))
    found = []
    for one in named:
        if read.changes_files(one.text):
            found.append(one)
        else:
            print(f"hpatch: {visible(one.name)}: has no diff; it is left out", file=sys.stderr)
    if not found:
        raise InputError(f"{path}: none of the patches has a diff")
    return found
