"""Options of the commands that build httpd: how, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

BUILD = "How it is built"
"""The panel of these options in the help."""

Mpm = Annotated[Literal["event", "worker", "prefork"], typer.Option(help="Its MPM.", rich_help_panel=BUILD)]
ConfigureArgs = Annotated[
    list[str] | None,
    typer.Option(
        "--configure-arg", metavar="ARG", help="A further argument of configure. Repeatable.", rich_help_panel=BUILD
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
        help="How many compilers at once; as many as there are processors if not given.",
        rich_help_panel=BUILD,
    ),
]
BuildDir = Annotated[
    Path | None,
    typer.Option(
        "--build-dir", metavar="DIR", help="Where to build; in the cache if not given.", rich_help_panel=BUILD
    ),
]
