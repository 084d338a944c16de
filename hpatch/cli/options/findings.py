"""Options that decide which findings are reported, and how grave they are."""

from __future__ import annotations

from typing import Annotated

import typer

from hpatch.cli.options.configuration import COMMAND_LINE
from hpatch.errors import UsageError
from hpatch.lint.found import SEVERITIES, Confidence
from hpatch.lint.rule import Rule
from hpatch.lint.selection import matching, unknown
from hpatch.lint.settings import SettingsFile

PANEL = "Which findings"

SeverityOf = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES=SEVERITY",
        help="Report findings of these rules as info, warning or error. Repeatable.",
        rich_help_panel=PANEL,
    ),
]
MinConfidence = Annotated[
    Confidence | None,
    typer.Option(help="Report findings of at least this confidence. The default is low.", rich_help_panel=PANEL),
]


def severities(given: list[str] | None) -> tuple[tuple[str, str], ...] | None:
    """The values of --severity-of: selectors with their severities. Raises UsageError."""
    if given is None:
        return None
    found = []
    for text in given:
        selectors, equals, severity = text.partition("=")
        named = [(selector.strip(), severity) for selector in selectors.split(",") if selector.strip()]
        if not equals or not named or severity not in SEVERITIES:
            raise UsageError(f"--severity-of: '{text}' is not RULES=SEVERITY, such as WK=error")
        found += named
    return tuple(found)


def refuse_unknown(read: SettingsFile, rules: tuple[Rule, ...]) -> None:
    """Raise UsageError if a selector in a settings file matches no rule. The command line's own are found later."""
    chosen = read.settings
    for field in ("select", "ignore"):
        for selector in getattr(chosen, field) or ():
            _refuse(selector, rules, field, read.origins[field])
    for selector, _ in chosen.severity_of or ():
        _refuse(selector, rules, "severity-of", read.rows["severity_of", selector])
    for pattern, selectors in chosen.per_file_ignores or ():
        for selector in selectors:
            _refuse(selector, rules, "per-file-ignores", read.rows["per_file_ignores", pattern])


def _refuse(selector: str, rules: tuple[Rule, ...], key: str, origin: str) -> None:
    if origin != COMMAND_LINE and not matching(selector, rules):
        raise UsageError(f"{origin}: {key}: {unknown(selector, rules)} (see 'hpatch rule')")
