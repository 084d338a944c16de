"""All commands of hpatch, as typer makes them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

from hpatch.cli.main import COMMANDS


@cache
def commands() -> dict[tuple[str, ...], Any]:
    """Every command and group of hpatch by its words."""

    def walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield words, command
        for name, one in getattr(command, "commands", {}).items():
            yield from walk((*words, name), one)

    app = typer.Typer()
    app.callback()(lambda: None)
    for module in COMMANDS.values():
        import_module(module).register(app)
    return {words: command for words, command in walk((), get_command(app)) if words}


def examples(command: Any) -> list[str]:
    """The lines of a command's examples, those that continue one included."""
    return [line for line in command.epilog.split("\n") if line.startswith("  ")]
