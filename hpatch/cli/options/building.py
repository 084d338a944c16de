"""Options of the commands that build httpd: how, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

BUILD = "Build"
"""The panel of these options in the help."""

Mpm = Annotated[Literal["event", "worker", "prefork"], typer.Option(help="Build this MPM.", rich_help_panel=BUILD)]
ConfigureArgs = Annotated[
    list[str] | None,
    typer.Option(
        "--configure-arg", metavar="ARG", help="Pass this argument to configure. Repeatable.", rich_help_panel=BUILD
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        max=1024,
        help="Run this many compilers at once. The default is the number of processors.",
        rich_help_panel=BUILD,
    ),
]
BuildDir = Annotated[
    Path | None,
    typer.Option(
        "--build-dir",
        metavar="DIR",
        help="Build in this folder. The default is a folder in the cache.",
        rich_help_panel=BUILD,
    ),
]
