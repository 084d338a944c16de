"""Options of proving sets on many versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ACROSS = "Many versions"
"""The panel of these options in the help."""

Tags = Annotated[
    str | None,
    typer.Option(
        "--across",
        metavar="TAG,...|all",
        help="Prove the sets on these tags of --git, or on all releases of httpd 2.4 or uWSGI 2.0 there, in place of "
        "--tree. uWSGI needs no --git: pip brings its releases.",
        rich_help_panel=ACROSS,
    ),
]
State = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="DIR",
        help="Keep what is done in this folder, and do not do it again. The default is a folder in the cache.",
        rich_help_panel=ACROSS,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        max=1024,
        help="Prove on this many versions at once. The default goes by processors and memory.",
        rich_help_panel=ACROSS,
    ),
]
Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Prove on the Dask cluster with this scheduler (needs hpatch[cluster]).",
        rich_help_panel=ACROSS,
    ),
]
