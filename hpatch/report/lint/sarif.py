"""Findings as SARIF 2.1.0 (OASIS, errata 01), which code hosts and editors read.

Braces in messages are not doubled, though section 3.11.5 asks for it: no reader undoes it in a message without
arguments, and `${NAME}` is what a configuration says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpatch import __version__
from hpatch.lint.finding import Finding
from hpatch.lint.fingerprint import fingerprints, line_hashes
from hpatch.lint.found import Edit, Fix, Severity
from hpatch.lint.names import absolute, relative
from hpatch.lint.rule import Rule
from hpatch.report.common.json import compact, dump
from hpatch.report.common.terminal import visible
from hpatch.report.lint import manual
from hpatch.report.lint.paths import uri
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.report.common.renderer import Page

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "hpatch/v2"
"""Names what the fingerprint is made of: see `hpatch.lint.fingerprint`."""

_BASE = "%SRCROOT%"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
_FAMILIES = {"CF": "reading", "BE": "backend", "WK": "worker", "MP": "mapping"}


def render(result: LintResult, page: Page) -> str:
    """One log with one run. The rules in it are those with findings."""
    rules = list({finding.rule.code: finding.rule for finding in result.findings}.values())
    rules.sort(key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    lines = _line_hashes(result)
    run = {
        "tool": {
            "driver": {
                "name": "hpatch",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [_invocation(result)],
        "originalUriBaseIds": {_BASE: {"uri": uri(absolute(result.root, result.root).rstrip("/") + "/")}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, index, {FINGERPRINT: print_, **lines.get(finding.place[:2], {})}, result)
            for finding, print_ in zip(result.findings, fingerprints(result), strict=True)
        ],
    }
    if page.width is not None:
        return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    return f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [\n{"".join(compact(run))}]}}\n'


def _rule(rule: Rule) -> dict[str, Any]:
    links = [reference for reference in rule.references if reference.startswith(("https://", "http://"))]
    others = [reference for reference in rule.references if reference not in links]
    text = [manual.plain(rule.manual), *([f"See: {', '.join(rule.references)}"] if rule.references else [])]
    markdown = [manual.markdown(rule.manual)]
    if rule.references:
        markdown.append("\n".join([*(f"- <{link}>" for link in links), *(f"- {other}" for other in others)]))
    first = next((block.text for block in manual.blocks(rule.manual) if block.kind == "text"), rule.summary)
    return {
        "id": rule.code,
        "name": rule.name,
        **({"helpUri": links[0]} if links else {}),
        "shortDescription": {"text": rule.summary or rule.name},
        "fullDescription": {"text": first or rule.name},
        "help": {
            "text": "\n\n".join(filter(None, text)) or rule.name,
            "markdown": "\n\n".join(filter(None, markdown)) or rule.name,
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["httpd", _FAMILIES.get(rule.code[:2], "configuration")],
            "precision": rule.confidence,
            "problem.severity": _GITHUB[rule.severity],
        },
    }


def _invocation(result: LintResult) -> dict[str, Any]:
    """Unsuccessful where something was not read: then results may be missing."""
    invocation: dict[str, Any] = {"executionSuccessful": not result.unread}
    if result.unread:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": visible(problem.message)},
                "locations": [_location(problem.place, result)],
            }
            for problem in result.unread
        ]
    return invocation


def _result(finding: Finding, index: dict[str, int], prints: dict[str, str], result: LintResult) -> dict[str, Any]:
    lines = [visible(finding.message)]
    if finding.help:
        lines.append(f"Help: {visible(finding.help)}")
    # Code hosts show a related place only where the message links to it.
    lines += [f"[{_link(other.message)}]({number})" for number, other in enumerate(finding.related, 1)]
    data: dict[str, Any] = {
        "ruleId": finding.rule.code,
        "ruleIndex": index[finding.rule.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join(lines)},
        "locations": [_location(finding.place, result)],
        "partialFingerprints": prints,
        "properties": {"confidence": finding.confidence},
    }
    if finding.related:
        data["relatedLocations"] = [
            {"id": number, **_location(other.place, result), "message": {"text": visible(other.message)}}
            for number, other in enumerate(finding.related, 1)
        ]
    if finding.fix and finding.fix.edits and all(_is_unicode(edit.replacement) for edit in finding.fix.edits):
        data["fixes"] = [_fix(finding.fix, result)]
    return data


def _is_unicode(text: str) -> bool:
    """Whether it holds no bytes that are not UTF-8: many readers refuse a whole log for one lone surrogate."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _link(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\[]" else char for char in visible(text))


def _artifact(file: str, root: str) -> dict[str, str]:
    path = relative(file, root)
    if path is not None:
        return {"uri": uri(path), "uriBaseId": _BASE}
    return {"uri": uri(absolute(file, root))}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": max(place.line, 1),
        "startColumn": max(place.column, 1),
        "endLine": max(place.end_line, place.line, 1),
        "endColumn": max(place.end_column, 1),
    }


def _location(place: Place, result: LintResult) -> dict[str, Any]:
    """A place; the file alone where its text is not at hand, as for one that could not be read."""
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.file, result.root)}
    if place.file in result.sources:
        physical["region"] = _region(place)
    return {"physicalLocation": physical}


def _fix(fix: Fix, result: LintResult) -> dict[str, Any]:
    files: dict[str, list[Edit]] = {}
    for edit in sorted(fix.edits, key=lambda edit: edit.place):
        files.setdefault(edit.place.file, []).append(edit)
    return {
        "description": {"text": visible(fix.title)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file, result.root),
                "replacements": [
                    {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.replacement}}
                    for edit in edits
                ],
            }
            for file, edits in files.items()
        ],
        "properties": {"safe": fix.safe},
    }


def _line_hashes(result: LintResult) -> dict[tuple[Any, ...], dict[str, str]]:
    """By file and line, the fingerprint by which GitHub knows a finding."""
    lines: dict[str, set[int]] = {}
    for finding in result.findings:
        lines.setdefault(finding.place.file, set()).add(finding.place.line)
    return {
        (file, line): {"primaryLocationLineHash": print_}
        for file, numbers in lines.items()
        if file in result.sources
        for line, print_ in line_hashes(result.sources[file].text, numbers).items()
    }
