"""Options of the commands that build httpd: how, and where."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

import typer

from hpatch.errors import UsageError

if TYPE_CHECKING:
    from hpatch.build.options import BuildOptions
    from hpatch.lab.suite.model import SuiteChoice

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


def whole(arguments: list[str] | None, jobs: int | None, *, suite: bool) -> BuildOptions:
    """How to build all of httpd for a proof; with what httpd's own tests need, if they are to run."""
    from hpatch.build.options import BuildOptions

    options = BuildOptions(arguments=tuple(arguments or ()), jobs=jobs, documentation=False, reproducible=True)
    return options._replace(modules="shared", documentation=True) if suite else options


FRAMEWORK = "HPATCH_HTTPD_TESTS"


def suite(text: str | None) -> SuiteChoice | None:
    """The tests that `--suite` names; None without it. Raises UsageError."""
    from hpatch.lab.suite.model import SuiteChoice

    if text is None:
        return None
    kind, colon, rest = text.partition(":")
    words = tuple(filter(None, rest.split(",")))
    if kind == "pytest" and bool(colon) == bool(words):
        return SuiteChoice("pytest", words or ("modules",))
    if kind == "perl" and bool(colon) == bool(words):
        folder = words[0] if words else os.environ.get(FRAMEWORK)
        if not folder:
            raise UsageError(
                f"--suite '{text}' needs a copy of httpd's test framework: perl:DIR, or DIR in {FRAMEWORK}"
            )
        return SuiteChoice("perl", words[1:] or ("t/modules",), Path(folder).expanduser().absolute())
    raise UsageError(
        f"--suite '{text}': pytest, or pytest:PATH,... with paths in the tree's folder test; or perl:DIR,PATH,... with "
        "a copy of httpd's test framework and paths in it"
    )
