"""Findings with a line each, as compilers write them: for editors, grep and a quick look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.report.common.terminal import visible

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.report.common.renderer import Page


def render(result: LintResult, page: Page) -> str:
    """`file:line:column: severity[CODE] message`, a line a finding."""
    return "".join(
        f"{visible(place.file)}:{place.line}:{place.column}: {severity}[{rule.code}] {visible(message)}\n"
        for rule, place, message, severity, *_ in result.findings
    )
