"""`hpatch man`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hpatch.cli import help, output
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import ToolError, UsageError

_EXAMPLES = """
Examples:

  hpatch man lint | man -l -
  hpatch man backport check | man -l -
  hpatch man --output ~/.local/share/man/man1
"""


def _command(
    context: typer.Context,
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND]...", help="The command. The default is hpatch itself.")
    ] = None,
    folder: Annotated[
        str | None, typer.Option("--output", "-o", metavar="DIR", help="Write all pages to this folder.")
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Write the manual page of a command, or all of them."""
    from hpatch import __version__
    from hpatch.cli.shell import man
    from hpatch.cli.shell.model import pages

    root: Any = context.find_root().command
    panels: Mapping[str, Sequence[str]] = root.panels
    every = pages(root)
    texts = {one.words: man.page(one, every, __version__, panels) for one in every}
    words = tuple(command or ())
    if words not in texts:
        raise UsageError(f"there is no command '{' '.join(words)}'; 'hpatch --help' shows all")
    if folder is None:
        output.write(texts[words])
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(f"{folder}: cannot be made: {error.strerror or error}") from error
    for each, text in texts.items():
        if each[: len(words)] == words:
            output.write(text, str(Path(folder, f"{man.name(each)}.1")))


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "man", _command, _EXAMPLES)
