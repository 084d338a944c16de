"""Options of the commands that use earlier answers to conflicts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hpatch.cli.options.placing import MISFITS
from hpatch.errors import UsageError
from hpatch.patch.apply.answers import Kept, usual

Answers = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar="DIR",
        help="The folder of your answers to conflicts. The default is hpatch's folder in your cache.",
        rich_help_panel=MISFITS,
    ),
]
NoAnswers = Annotated[
    bool, typer.Option("--no-answers", help="Use no earlier answers to conflicts.", rich_help_panel=MISFITS)
]


def chosen(folder: Path | None, *, none: bool) -> Kept | None:
    """The answers to use. Raises UsageError."""
    if none and folder is not None:
        raise UsageError("--answers and --no-answers exclude each other")
    return None if none else Kept(usual() if folder is None else folder.absolute())
