"""How the findings are shown."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hpatch.errors import InputError, UsageError

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.engine.root import Root
    from hpatch.lint.gateway.model import GatewayMap

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


_MOST_MAPS = 20


def maps(roots: Sequence[Root], result: LintResult, format: str) -> tuple[GatewayMap, ...]:
    """The gateways for the page of html: those of the first configurations that have paths to backends."""
    if format != "html":
        return ()
    from hpatch.lint.gateway.build import gateway  # only the page pays for it

    found: list[GatewayMap] = []
    for root in roots:
        if len(found) == _MOST_MAPS:
            break
        with suppress(InputError):
            made = gateway(root, result.findings)
            if made.hosts:
                found.append(made)
    return tuple(found)


def refuse_statistics(statistics: bool, format: str) -> None:
    """Raise UsageError if a format has no room for statistics."""
    if statistics and format not in ("text", "json"):
        raise UsageError(f"--statistics goes with --format text or json, not {format}")
