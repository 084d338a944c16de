"""Options of the commands that answer something or write: the form of the answer, and a trial without effect."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Format = Annotated[Literal["text", "json"], typer.Option("--format", "-f", help="The output format.")]
