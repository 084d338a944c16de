"""`hpatch rule`."""

from typing import Annotated, Literal

import typer

from hpatch.cli import output
from hpatch.errors import UsageError
from hpatch.lint import registry
from hpatch.lint.selection import matching, unknown
from hpatch.report.lint import rule as report

_EXAMPLES = """
Examples:

  hpatch rule                        the table of all rules
  hpatch rule uds-worker-collision   one rule's manual
  hpatch rule WK --format json       the rules of a family, with their manuals
"""


def _command(
    rule: Annotated[str | None, typer.Argument(metavar="[RULE]", help="A code, a prefix of codes, or a name.")] = None,
    format: Annotated[Literal["text", "json"], typer.Option("--format", "-f", help="The form of the answer.")] = "text",
) -> None:
    """Show all rules in a table, or one rule's manual."""
    rules = registry.rules()
    found = rules if rule is None else matching(rule, rules)
    if not found and rule is not None:
        raise UsageError(unknown(rule, rules))
    if format == "json":
        text = report.render_json(found)
    elif rule is not None and len(found) == 1:
        text = report.render_manual(found[0], width=output.width(), color=output.color())
    else:
        text = report.render_table(found, width=output.width(), color=output.color())
    output.write(text)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rule", epilog=_EXAMPLES)(_command)
