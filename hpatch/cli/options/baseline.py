"""Findings that are known already."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated

import typer

from hpatch.cli import interrupt, output
from hpatch.errors import InputError
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.task import LintTask
from hpatch.lint.finding import Finding
from hpatch.lint.known import Baseline as KnownFindings

_PANEL = "Which findings"

Baseline = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Hide the findings in this baseline, and tell which of them are gone.",
        rich_help_panel=_PANEL,
    ),
]
WriteBaseline = Annotated[
    str | None,
    typer.Option(
        "--write-baseline",
        metavar="FILE",
        help="Write all findings into this baseline, and drop those that are gone. Findings of files that are not "
        "linted stay in it.",
        rich_help_panel=_PANEL,
    ),
]
IgnoreSuppressions = Annotated[
    bool,
    typer.Option(
        "--ignore-suppressions",
        help='Report what comments ("# hpatch: ignore[…]") silence, too.',
        rich_help_panel=_PANEL,
    ),
]


def hiding(task: LintTask, baseline: str | None) -> Callable[[LintResult], frozenset[Finding]]:
    """What tells which findings of a result a baseline hides. Raises InputError if it cannot be read."""
    if baseline is None:
        return lambda _: frozenset()
    from hpatch.lint.baseline import compare, read  # only who has one pays for it

    known = read(baseline)

    def hidden(result: LintResult) -> frozenset[Finding]:
        compared = compare(result, task, baseline, known).compared
        return frozenset() if compared is None else frozenset(compared.known)

    return hidden


def judged(result: LintResult, task: LintTask, baseline: str | None, written: str | None) -> LintResult:
    """The result without what is known. Raises InputError if a baseline cannot be read, or nothing can be known."""
    if baseline is None and written is None:
        return result
    from hpatch.lint.baseline import compare, read, renew, text  # only who has one pays for it

    if written is None:
        assert baseline is not None
        return compare(result, task, baseline, read(baseline))
    known = read(written) if os.path.lexists(written) else KnownFindings(entries={})
    if result.unread:
        raise InputError(f"{written}: not written, because some input could not be read: {result.unread[0].message}")
    result, new = renew(result, task, written, known)
    output.write(text(new), written)
    interrupt.standing(lambda: f"the baseline was written, and {interrupt.UNREPORTED}")
    return result
