"""How the findings are shown."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from hpatch.errors import UsageError

PANEL = "Output"

FindingsFormat = Annotated[
    Literal["text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "html"],
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="The output format: text, concise (a line a finding), json, sarif, github, gitlab, junit, "
        "checkstyle or html (a page with the sources).",
        rich_help_panel=PANEL,
    ),
]
Statistics = Annotated[
    bool,
    typer.Option(
        "--statistics",
        help="Show how many findings each rule has, instead of the findings; in JSON, in addition to them.",
        rich_help_panel=PANEL,
    ),
]

Full = Annotated[
    bool,
    typer.Option("--full", help="Show each finding, even of many that are alike.", rich_help_panel=PANEL),
]


def refuse_statistics(statistics: bool, format: str) -> None:
    """Raise UsageError if a format has no room for statistics."""
    if statistics and format not in ("text", "json"):
        raise UsageError(f"--statistics goes with --format text or json, not {format}")
