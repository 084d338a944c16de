"""Findings in templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.lint.engine.occurrences import less

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Problem
    from hpatch.lint.finding import Finding

_BARRED = "hpatch does not change templates"


def finding_of(finding: Finding, configuration: Configuration) -> Finding:
    """A finding with the pieces of template code as the user wrote them.

    In a template it is one step less sure, and its fix is not safe: a loop or a condition may make other lines of it.
    """
    written = configuration.as_written
    if written is None:
        return finding
    fix = finding.fix
    if fix is not None:
        edits = tuple(edit._replace(replacement=written(edit.replacement)) for edit in fix.edits)
        fix = fix._replace(title=written(fix.title), edits=edits, safe=False, barred=_BARRED)
    return finding._replace(
        message=written(finding.message),
        related=tuple(other._replace(message=written(other.message)) for other in finding.related),
        help=None if finding.help is None else written(finding.help),
        fix=fix,
        confidence=less(finding.confidence) if finding.place.file in configuration.templates else finding.confidence,
    )


def problem_of(problem: Problem, configuration: Configuration) -> Problem:
    """A problem with the pieces of template code as the user wrote them."""
    written = configuration.as_written
    return problem if written is None else problem._replace(message=written(problem.message))
