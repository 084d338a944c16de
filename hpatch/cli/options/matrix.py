"""Options of the commands that run scenarios: which cells of the matrix."""

from __future__ import annotations

from typing import Annotated

import typer

CELLS = "Matrix"
"""The panel of these options in the help."""

Backends = Annotated[
    list[str] | None,
    typer.Option(
        "--backend",
        metavar="responder|uwsgi[:PATH]|uwsgi@VERSION",
        help="Run with this backend. Repeatable.",
        rich_help_panel=CELLS,
    ),
]
Transports = Annotated[
    str | None,
    typer.Option(
        "--transport", metavar="unix,tcp", help="Reach the backend over these transports.", rich_help_panel=CELLS
    ),
]
Threads = Annotated[
    str | None,
    typer.Option(
        "--threads",
        metavar="N,...",
        help="Run uWSGI with these numbers of threads. The default is 1,4.",
        rich_help_panel=CELLS,
    ),
]
Requests = Annotated[
    int | None,
    typer.Option(
        "--requests",
        metavar="N",
        min=1,
        max=1_000_000,
        help="Send this many requests, in scenarios where more requests show more.",
        rich_help_panel=CELLS,
    ),
]
