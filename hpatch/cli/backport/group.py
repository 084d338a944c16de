"""`hpatch backport`: what can be merged to httpd's stable branch, and proposals for it; one module a command."""

from importlib import import_module

import typer

from hpatch.cli import help

COMMANDS = ("list", "check", "missing", "explain", "edit", "amend", "move", "propose", "merge")
"""Each command's module is `hpatch.cli.backport.NAME`; its `register` adds the command to the group."""

_GROUP = """
Examples:

  hpatch backport missing --repo ~/src/httpd --path modules/proxy
  hpatch backport check r1892805 --repo ~/src/httpd
  hpatch backport propose r1892805 --repo ~/src/httpd
  hpatch backport list --status ~/2.4.x/STATUS
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = help.group(app, "backport", "Check what can be merged to httpd's stable branch, and propose it.", _GROUP)
    for name in COMMANDS:
        import_module(f"{__package__}.{name}").register(group)
