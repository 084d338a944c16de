"""Options of the commands that run scenarios: which cells of the matrix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, cast

import typer

from hpatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpatch.lab.matrix import Wanted
    from hpatch.lab.model import Transport

CELLS = "Matrix"
"""The panel of these options in the help."""
_NUMBER = re.compile(r"[0-9]{1,9}")
"""int() takes no more than 4,300 digits."""

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


def cells(
    gateways: list[str] | None,
    modules: list[str] | None,
    backends: list[str] | None,
    transports: str | None,
    threads: str | None,
) -> Wanted:
    """What the options ask for. Raises UsageError."""
    from hpatch.lab import specs
    from hpatch.lab.matrix import THREADS, Wanted

    files = dict(specs.module(text) for text in modules or ())
    named = gateways or (["httpd"] if files else None)
    if files and not any(text.startswith("httpd") for text in named or ()):
        raise UsageError("--module needs httpd as a --gateway")
    return Wanted(
        None if named is None else [specs.gateway(text, files) for text in dict.fromkeys(named)],
        None if backends is None else [specs.backend(text) for text in dict.fromkeys(backends)],
        None if transports is None else _transports(transports),
        THREADS if threads is None else _threads(threads),
    )


def _transports(text: str) -> Sequence[Transport]:
    words = list(dict.fromkeys(text.split(",")))
    if not set(words) <= {"unix", "tcp"}:
        raise UsageError(f"--transport '{text}': unix, tcp, or both with a comma")
    return cast("Sequence[Transport]", words)


def _threads(text: str) -> Sequence[int]:
    words = list(dict.fromkeys(text.split(",")))
    if not all(_NUMBER.fullmatch(word) and 1 <= int(word) <= 1024 for word in words):
        raise UsageError(f"--threads '{text}': numbers from 1 to 1024 with commas, such as 1,4")
    return [int(word) for word in words]
