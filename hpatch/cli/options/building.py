"""Options of the commands that build httpd: how, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import typer

from hpatch.errors import UsageError

MpmName = Literal["event", "worker", "prefork"]
SanitizerName = Literal["address", "undefined"]
BUILD = "Build"
"""The panel of these options in the help."""

Mpm = Annotated[MpmName, typer.Option(help="Build this MPM.", rich_help_panel=BUILD)]
Mpms = Annotated[
    str | None,
    typer.Option(
        "--mpm",
        metavar="event,worker,prefork",
        help="Prove with each of these MPMs. The default is event, with --module-only the one that --httpd prefers.",
        rich_help_panel=BUILD,
    ),
]
Sanitize = Annotated[
    str | None,
    typer.Option(
        "--sanitize",
        metavar="address,undefined",
        help="Build with these sanitizers of the compiler; a new report counts as a regression.",
        rich_help_panel=BUILD,
    ),
]
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


def mpms(text: str | None) -> tuple[MpmName, ...]:
    """The MPMs that `--mpm` names. Raises UsageError."""
    if text is None:
        return ()
    words = tuple(dict.fromkeys(text.split(",")))
    known = get_args(MpmName)
    for word in words:
        if word not in known:
            raise UsageError(f"--mpm '{text}': {', '.join(known)}, or several with commas between them")
    return cast("tuple[MpmName, ...]", words)


def sanitizers(text: str | None) -> tuple[SanitizerName, ...]:
    """The sanitizers that `--sanitize` names. Raises UsageError."""
    words = tuple(dict.fromkeys(text.split(","))) if text is not None else ()
    known = get_args(SanitizerName)
    for word in words:
        if word not in known:
            raise UsageError(f"--sanitize '{text}': {', '.join(known)}, or both with a comma between them")
    return cast("tuple[SanitizerName, ...]", words)
