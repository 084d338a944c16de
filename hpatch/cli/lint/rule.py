"""`hpatch rule`."""

from typing import Annotated

import typer

from hpatch.cli import help, output
from hpatch.cli.options.answer import Format
from hpatch.cli.options.plugins import NoPlugins
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError
from hpatch.lint import registry
from hpatch.lint.selection import matching, unknown
from hpatch.report.common.renderer import FORMS
from hpatch.report.lint.rule import RuleReport, RulesReport

_EXAMPLES = """
Examples:

  hpatch rule                        the table of all rules
  hpatch rule uds-worker-collision   one rule's manual
  hpatch rule workers --format json  the rules of a family, with their manuals
"""


def _command(
    rule: Annotated[
        str | None, typer.Argument(metavar="[RULE]", help="A rule's code, a prefix of codes, a name, or a family.")
    ] = None,
    format: Format = "text",
    no_plugins: NoPlugins = False,
    verbose: Verbose = False,
) -> None:
    """List all rules, or show one rule's manual."""
    rules = registry.rules()
    found = rules if rule is None else matching(rule, rules)
    if not found and rule is not None:
        raise UsageError(unknown(rule, rules))
    one = rule is not None and len(found) == 1
    output.show(RuleReport(found[0]) if one else RulesReport(found), FORMS, format)


def register(app: typer.Typer) -> None:
    """Add the command."""
    help.command(app, "rule", _command, _EXAMPLES)
