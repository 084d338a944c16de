"""Rules: a table of all, the manual of one, and both as JSON (`hpatch.rules/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lint.rule import Rule
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.lint.manual import blocks
from hpatch.report.lint.text import STYLES


@dataclass(frozen=True)
class RulesReport:
    """Rules, one a row."""

    schema: ClassVar[str] = "hpatch.rules/1"
    rules: Sequence[Rule]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        families = list(dict.fromkeys(rule.family for rule in self.rules))
        for number, family in enumerate(families):
            if number:
                yield ""
            headers = (f"{family}", "summary", "severity")
            here = [rule for rule in self.rules if rule.family == family]
            rows = [(f"{rule.code}  {rule.name}", rule.summary, _weight(rule)) for rule in here]
            yield from table(headers, rows, page.width, page.color, bold=True)

    def data(self) -> dict[str, Any]:
        """For programs, with their manuals."""
        return {
            "rules": [
                {
                    "rule": rule.code,
                    "name": rule.name,
                    "family": rule.family,
                    "severity": rule.severity,
                    "confidence": rule.confidence,
                    "advice": rule.advice,
                    "fix": rule.fix,
                    "summary": rule.summary,
                    "manual": rule.manual,
                    "references": list(rule.references),
                }
                for rule in self.rules
            ]
        }


@dataclass(frozen=True)
class RuleReport:
    """One rule's manual."""

    schema: ClassVar[str] = RulesReport.schema
    rule: Rule

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _manual(self.rule, page.measure, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return RulesReport((self.rule,)).data()


def _weight(rule: Rule) -> str:
    weight = "advice" if rule.advice else rule.severity
    sure = "" if rule.confidence == "high" else f" ({rule.confidence})"
    return f"{weight}{sure}{_FIXES[rule.fix]}"


_FIXES = {None: "", "safe": ", fix", "unsafe": ", unsafe fix"}
"""What is said of a rule's fixes."""


def _manual(rule: Rule, width: int, color: bool) -> Iterator[str]:
    head = f"{paint(rule.code, STYLES[rule.severity], color)} {paint(rule.name, 'bold', color)}"
    weight = "advice" if rule.advice else rule.severity
    yield f"{head}  ({rule.family}; {weight}, {rule.confidence} confidence{_FIXES[rule.fix]})"
    yield ""
    for line in wrap(visible(rule.summary), width):
        yield paint(line, "bold", color)
    before = ""
    for block in blocks(rule.manual):
        if (before, block.kind) != ("list", "list"):
            yield ""
        before = block.kind
        if block.kind == "code":
            yield from (f"    {paint(visible(line), 'cyan', color)}".rstrip() for line in block.text.split("\n"))
        else:
            text = f"- {block.text}" if block.kind == "list" else block.text
            yield from wrap(visible(text), width, 2 if block.kind == "list" else 0)
    if rule.references:
        yield ""
        yield "See:"
        yield from (f"    {visible(reference)}" for reference in rule.references)
