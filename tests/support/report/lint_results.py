"""Lint results made by hand: a folder of cases/ holds files and, in case.json, what was found in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hpatch.conf.tree import Condition, Problem
from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.found import Edit, Fix, Related
from hpatch.lint.rule import Rule
from hpatch.report.lint.forms import FORMS, FindingsReport
from hpatch.text import Place, Source
from tests.support.report.shown import shown

CASES = Path(__file__).parents[2] / "report" / "lint" / "cases"
NAMES = sorted(folder.name for folder in CASES.iterdir())
ROOT = "/srv/conf"


def check(context: object) -> tuple[()]:
    """What the rule is about.

    Why it matters, in
    two lines with <angles> and `code`.

    - an item
      that goes on
    - another

    Fires on::

        ProxyPass "/a" "http://a/"

        # a comment

    Silent on (an `example`)::

        ProxyPass "/a" "http://b/"

    Source: the manual page.
    """
    return ()


def result(name: str) -> LintResult:
    """The result of one case."""
    folder = CASES / name
    data = json.loads((folder / "case.json").read_text())
    sources = {path.name: Source.read(path, path.name) for path in sorted(folder.glob("*.conf"))}
    findings = tuple(finding(each, sources) for each in data.get("findings", ()))
    return LintResult(
        findings,
        files=data.get("files", 1),
        directives=data.get("directives", 1),
        sources=sources,
        conditions=tuple(
            Condition(text, place(at, sources), verdict, reason)
            for text, verdict, reason, *at in data.get("conditions", ())
        ),
        rules=tuple(finding.rule for finding in findings),
        root=ROOT,
        unread=tuple(
            Problem(kind="unreadable", message=message, place=place(at, sources))
            for message, *at in data.get("unread", ())
        ),
    )


def finding(data: dict[str, Any], sources: dict[str, Source]) -> Finding:
    code, name = data["rule"].split(" ")
    references = tuple(data.get("references", ()))
    rule = Rule(code, name, data["severity"], "high", references, check)  # type: ignore[arg-type]
    fix = data.get("fix")
    return Finding(
        rule=rule,
        place=place(data["at"], sources),
        message=data["message"],
        severity=data["severity"],
        confidence=data.get("confidence", "high"),
        related=tuple(Related(place(at, sources), message) for message, *at in data.get("related", ())),
        help=data.get("help"),
        fix=fix and Fix(fix["title"], tuple(Edit(place(at, sources), text) for text, *at in fix["edits"]), fix["safe"]),
    )


def place(at: list[Any], sources: dict[str, Source]) -> Place:
    """Where a text stands from a line on: `[file, line, text]`; without a text, the line's start."""
    file, line, *texts = at
    if file not in sources or not texts:
        return Place(file, line, 1, line, 1)
    source = sources[file]
    start = source.text.index(texts[0], source.offset(line))
    return source.place(start, start + len(texts[0]))


def findings(format: str, result: LintResult, *, width: int | None = None, color: bool = False) -> str:
    """A result as `hpatch lint` shows it."""
    return shown(FindingsReport(result), format, width=width, color=color, forms=FORMS)
