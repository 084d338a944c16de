"""Findings as JSON for programs: `hpatch.lint/1`, described in docs/output.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hpatch.lint.finding import Finding
from hpatch.lint.fingerprint import fingerprints
from hpatch.lint.found import SEVERITIES, Fix
from hpatch.lint.known import TEXTS
from hpatch.report.common.json import at
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition
    from hpatch.lint.engine.result import LintResult


def data(result: LintResult) -> dict[str, Any]:
    """The whole result; a byte that is not UTF-8 is a lone surrogate `\\udc80`…`\\udcff`."""
    summary: dict[str, int] = {
        name: sum(one.severity == name for one in result.findings) for name in reversed(SEVERITIES)
    }
    links = {file.name: file.link for file in result.read}
    found = {
        "findings": [
            _finding(finding, links.get(finding.place.file), print_)
            for finding, print_ in zip(result.findings, fingerprints(result), strict=True)
        ],
        "files": result.files,
        "directives": result.directives,
        "conditions": list(_conditions(result.conditions)),
        "parts": list(result.parts),
        "templates": [
            {"file": name, "languages": list(file.languages), "lines": file.lines, "unjudged": file.unjudged}
            for name, file in result.templates.items()
        ],
        "summary": {**summary, "unread": len(result.unread)},
    }
    if result.compared is not None:
        file, known, gone, _, written = result.compared
        found["baseline"] = {
            "file": file,
            "known": len(known),
            "gone": [{name: getattr(entry, name) for name in TEXTS} for entry in gone],
            "written": written,
        }
    return found


def _finding(finding: Finding, link: str | None, fingerprint: str) -> dict[str, Any]:
    rule, place, message, severity, confidence, related, help, fix, _ = finding
    file, line, column, end_line, end_column = place
    return {
        "rule": rule.code,
        "name": rule.name,
        "severity": severity,
        "confidence": confidence,
        "message": message,
        "file": file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "link": link,
        "related": [{**at(place), "message": message} for place, message in related] if related else (),
        "help": help,
        "references": rule.references,
        "fix": _fix(fix) if fix else None,
        "fingerprint": fingerprint,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**at(edit.place), "replacement": edit.replacement} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "barred": fix.barred, "edits": edits}


def _conditions(conditions: Iterable[Condition]) -> Iterable[dict[str, Any]]:
    """Conditionals that went the same way for the same reason, as one, with the first one's place."""
    groups: dict[tuple[str, bool | None, str], list[Place]] = {}
    for text, place, verdict, reason in conditions:
        groups.setdefault((text, verdict, reason), []).append(place)
    for (text, verdict, reason), places in groups.items():
        first = places[0]
        yield {
            "text": text,
            "verdict": verdict,
            "reason": reason,
            "count": len(places),
            "file": first.file,
            "line": first.line,
        }
