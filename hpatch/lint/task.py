"""What to look for, from the user's settings."""

from __future__ import annotations

from hpatch.lint import registry
from hpatch.lint.engine.task import LintTask
from hpatch.lint.selection import matching, select, severities
from hpatch.lint.settings import Settings
from hpatch.versions import Version


def task(chosen: Settings, uwsgi_version: Version | None = None) -> LintTask:
    """The rules to run, and what to report of what they find. Raises UsageError for a selector without a rule."""
    rules = registry.rules()
    ignored = chosen.ignore or ()
    return LintTask(
        rules=select(rules, chosen.select, ignored, advice=bool(chosen.advice)),
        ignored=frozenset(rule.code for selector in ignored for rule in matching(selector, rules)),
        severity=chosen.severity or "info",  # type: ignore[arg-type] # both its sources have checked it
        severities=severities(rules, chosen.severity_of or ()),
        confidence=chosen.min_confidence or "low",  # type: ignore[arg-type] # as above
        uwsgi_version=uwsgi_version,
        ignored_in=tuple(
            (pattern, frozenset(rule.code for selector in selectors for rule in matching(selector, rules)))
            for pattern, selectors in chosen.per_file_ignores or ()
        ),
    )
