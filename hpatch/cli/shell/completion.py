"""`hpatch completion`."""

from importlib import import_module
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options.verbose import Verbose

_EXAMPLES = """
Examples:

  hpatch completion bash >~/.local/share/bash-completion/completions/hpatch
  hpatch completion zsh >~/.zfunc/_hpatch
  hpatch completion fish >~/.config/fish/completions/hpatch.fish

For this shell only: eval "$(hpatch completion bash)", or eval "$(hpatch completion zsh)".
"""


def _command(
    context: typer.Context,
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(metavar="bash|zsh|fish", help="The shell.")],
    verbose: Verbose = False,
) -> None:
    """Write the completion script of a shell.

    It completes commands, options, rules, sets, scenarios and files, and runs nothing to do so. Write it again after an
    update of hpatch.
    """
    from hpatch.cli.shell.model import known, pages

    script = import_module(f"hpatch.cli.shell.{shell}").script
    output.write(script(pages(context.find_root().command), known()))


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "completion", _command, _EXAMPLES)
