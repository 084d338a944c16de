"""--watch: the answer is given again when what it is about has changed."""

from __future__ import annotations

from typing import Annotated

import typer

Watch = Annotated[
    bool,
    typer.Option(
        "--watch",
        help="Lint again whenever a file that was read changes, or one beside it, until Ctrl-C. Needs hpatch[watch].",
        rich_help_panel="Output",
    ),
]
