"""--no-plugins: only hpatch's own rules."""

from __future__ import annotations

from typing import Annotated

import typer

from hpatch.lint import registry


def _chosen(value: bool) -> bool:
    registry.with_plugins(not value)
    return value


NoPlugins = Annotated[
    bool,
    typer.Option(
        "--no-plugins",
        help="Take no rules from other packages (entry points hpatch.rules).",
        callback=_chosen,
        is_eager=True,
    ),
]
