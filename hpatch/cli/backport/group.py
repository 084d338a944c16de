"""`hpatch backport`: what can be merged to httpd's stable branch, and proposals for it; one module a command."""

from importlib import import_module

import typer

COMMANDS = ("list", "check", "missing", "explain", "edit", "propose")
"""Each command's module is `hpatch.cli.backport.NAME`; its `register` adds the command to the group."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Backports to httpd's stable branch, and the proposals for them.")
    for name in COMMANDS:
        import_module(f"{__package__}.{name}").register(group)
    app.add_typer(group, name="backport", help="Check what can be merged to httpd's stable branch, and propose it.")
