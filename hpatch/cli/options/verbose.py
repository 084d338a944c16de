"""--verbose: what is read and run is told on standard error while it is done."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hpatch import log


def _chosen(value: bool) -> bool:
    """Whether it was chosen, before a group's or the command's name or after it."""
    if value:
        log.to(_write)
    return log.is_on()


def _write(text: str) -> None:
    from hpatch.report.common.terminal import visible

    print(f"hpatch: {visible(text)}", file=sys.stderr)


_HELP = "Show on standard error what is read and run."
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help=_HELP, callback=_chosen)]


def own_options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help=_HELP)] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """The options that stand before a command's name."""
    log.to(_write if verbose else None)


def group_options(verbose: Verbose = False) -> None:
    """The options that stand between a group's name and a command's; `_chosen` has done what is to do."""
