"""Options that decide which findings are reported, and how grave they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from hpatch.cli.options.configuration import COMMAND_LINE
from hpatch.errors import UsageError
from hpatch.lint import registry
from hpatch.lint.found import SEVERITIES, Confidence
from hpatch.lint.rule import Rule
from hpatch.lint.selection import matching, perhaps_plugins, unknown
from hpatch.lint.settings import Settings, SettingsFile

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
            raise UsageError(f"--severity-of: '{text}' is not RULES=SEVERITY, such as WK=error (or info, warning)")
        found += named
    return tuple(found)


def known(read: SettingsFile) -> Settings:
    """The settings, if each selector in a settings file matches a rule. Raises UsageError.

    With --no-plugins, those that may be a plugin's are left out. The command line's own are looked at later.
    """
    chosen, rules = read.settings, registry.rules()

    def keep(selectors: Sequence[str], key: str, origin: str) -> tuple[str, ...]:
        return tuple(one for one in selectors if origin == COMMAND_LINE or _matches(one, rules, key, origin))

    if chosen.select is not None:
        origin = read.origins["select"]
        chosen = chosen._replace(select=keep(chosen.select, "select", origin))
        if read.settings.select and not chosen.select:
            raise UsageError(f"{origin}: select: only rules of plugins are selected, and --no-plugins leaves these out")
    if chosen.ignore is not None:
        chosen = chosen._replace(ignore=keep(chosen.ignore, "ignore", read.origins["ignore"]))
    if chosen.severity_of is not None:
        chosen = chosen._replace(
            severity_of=tuple(
                (selector, severity)
                for selector, severity in chosen.severity_of
                if keep((selector,), "severity-of", read.rows["severity_of", selector])
            )
        )
    if chosen.per_file_ignores is not None:
        chosen = chosen._replace(
            per_file_ignores=tuple(
                (pattern, keep(selectors, "per-file-ignores", read.rows["per_file_ignores", pattern]))
                for pattern, selectors in chosen.per_file_ignores
            )
        )
    return chosen


def _matches(selector: str, rules: tuple[Rule, ...], key: str, origin: str) -> bool:
    """Whether a selector matches a rule. Raises UsageError, unless it may be that of a plugin that is left out."""
    if matching(selector, rules):
        return True
    if not registry.has_plugins() and perhaps_plugins(selector, rules):
        return False
    raise UsageError(f"{origin}: {key}: {unknown(selector, rules)} (see 'hpatch rule')")
