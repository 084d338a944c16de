"""Rules: a table of all, the manual of one, and both as JSON (`hpatch.rules/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpatch.lint.rule import Rule
from hpatch.report.common.json import dump
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.lint.manual import blocks
from hpatch.report.lint.text import STYLES

_MEASURE = 100
"""The longest line of running text, however wide the terminal is."""


def render_table(rules: Iterable[Rule], *, width: int | None = None, color: bool = False) -> str:
    """All rules, one a row."""
    headers = ("code   name", "summary", "severity")
    rows = [(f"{rule.code}  {rule.name}", rule.summary, _weight(rule)) for rule in rules]
    return "".join(f"{line}\n" for line in table(headers, rows, width, color, bold=True))


def _weight(rule: Rule) -> str:
    return rule.severity if rule.confidence == "high" else f"{rule.severity} ({rule.confidence})"


def render_manual(rule: Rule, *, width: int | None = None, color: bool = False) -> str:
    """One rule's manual."""
    return "\n".join(_manual(rule, min(width or _MEASURE, _MEASURE), color)) + "\n"


def _manual(rule: Rule, width: int, color: bool) -> Iterator[str]:
    head = f"{paint(rule.code, STYLES[rule.severity], color)} {paint(rule.name, 'bold', color)}"
    yield f"{head}  ({rule.severity}, {rule.confidence} confidence)"
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


def render_json(rules: Iterable[Rule]) -> str:
    """Rules with their manuals."""
    return dump(
        {
            "schema": "hpatch.rules/1",
            "rules": [
                {
                    "rule": rule.code,
                    "name": rule.name,
                    "severity": rule.severity,
                    "confidence": rule.confidence,
                    "summary": rule.summary,
                    "manual": rule.manual,
                    "references": list(rule.references),
                }
                for rule in rules
            ],
        }
    )
