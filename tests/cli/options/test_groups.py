"""Groups of options, as typer reads them."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import pytest
import typer

from hpatch.cli.options.groups import spread


class Shared(NamedTuple):
    """Two options."""

    port: Annotated[int, typer.Option("--port", "-p")] = 80
    name: Annotated[list[str] | None, typer.Option()] = None


def command(path: str, last: Annotated[bool, typer.Option("--last")] = False, *, shared: Shared) -> int:
    """Print what came."""
    print(path, shared, last)
    return 0


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["a"], "a Shared(port=80, name=None) False"),
        (["--name", "x", "a", "-p", "8", "--last", "--name", "y"], "a Shared(port=8, name=['x', 'y']) True"),
    ],
)
def test_a_command_gets_its_group(words: list[str], shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()
    app.command()(spread(command))
    app(words, standalone_mode=False)
    assert capsys.readouterr().out == f"{shown}\n"


def test_a_function_without_groups_stays_as_it_is() -> None:
    assert spread(test_a_function_without_groups_stays_as_it_is) is test_a_function_without_groups_stays_as_it_is
