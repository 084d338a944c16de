"""--color: an option of every command and group, as --help is."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from hpatch.cli import output


def _chosen(value: output.When | None) -> None:
    if value is not None:
        output.color(value)


Color = Annotated[
    output.When | None,
    typer.Option(
        "--color",
        help="Color the output: auto (the default) means on a terminal, unless NO_COLOR or FORCE_COLOR is set.",
        callback=_chosen,
        is_eager=True,
        expose_value=False,
    ),
]


@cache
def option() -> Any:
    """The option, as typer makes it."""

    def probe(color: Color = None) -> None: ...

    app = typer.Typer(add_completion=False)
    app.command()(probe)
    return next(param for param in get_command(app).params if param.name == "color")
