"""Options of the commands that run scenarios: which cells of the matrix."""

from __future__ import annotations

from typing import Annotated

import typer

CELLS = "Which cells"
"""The panel of these options in the help."""

Backends = Annotated[
    list[str] | None,
    typer.Option(
        "--backend",
        metavar="responder|uwsgi[:PATH]|uwsgi@VERSION",
        help="A backend. Repeatable.",
        rich_help_panel=CELLS,
    ),
]
Transports = Annotated[
    str | None,
    typer.Option("--transport", metavar="unix,tcp", help="How the backend is reached.", rich_help_panel=CELLS),
]
Threads = Annotated[
    str | None,
    typer.Option(
        "--threads", metavar="N,...", help="Numbers of uWSGI's threads; 1,4 if not given.", rich_help_panel=CELLS
    ),
]
Requests = Annotated[
    int | None,
    typer.Option(
        "--requests", metavar="N", min=1, max=1_000_000, help="How many, where more tell more.", rich_help_panel=CELLS
    ),
]
