"""Many configurations, one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hpatch.lint import registry, suppressions
from hpatch.lint.engine.occurrences import FixKey, fix_key
from hpatch.lint.engine.result import LintResult, ReadFile
from hpatch.lint.finding import Finding

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition, Problem, TemplateFile
    from hpatch.lint.engine.part import LintedPart
    from hpatch.lint.engine.task import LintTask
    from hpatch.lint.found import Found
    from hpatch.lint.suppressions import Suppression
    from hpatch.text import Source

UNUSED, MISTAKEN = "suppression-unused", "suppression-invalid"
"""The rules that only the engine can check, by name."""

_SHARED = "the file is used several times, and not each use has the fault"


def together(parts: Sequence[LintedPart], task: LintTask, base: str) -> LintResult:
    """The result for configurations from their parts. Reports make paths relative to `base`."""
    order: dict[str, int] = {}
    read: dict[str, ReadFile] = {}
    sources: dict[str, Source] = {}
    conditions: dict[Condition, None] = {}
    findings: list[Finding] = []
    unread: dict[Problem, None] = {}
    templates: dict[str, TemplateFile] = {}
    unsettled: dict[str, str] = {}
    comments: dict[Suppression, None] = {}
    used: set[Suppression] = set()
    mistakes: dict[Found, None] = {}
    for part in parts:
        for file in part.read:
            before = read.setdefault(file.name, file)
            if before.part and not file.part:
                read[file.name] = before._replace(part=False)
        for name in (*(file.name for file in part.read), *(finding.place.file for finding in part.findings)):
            order.setdefault(name, len(order))
        sources.update(part.sources)
        conditions.update(dict.fromkeys(part.conditions))
        unread.update(dict.fromkeys(part.unread))
        for name, template in part.templates.items():
            templates[name] = _both(templates.get(name), template)
        unsettled = {**part.unsettled, **unsettled}
        comments.update(dict.fromkeys(part.suppressions))
        used |= part.used
        mistakes.update(dict.fromkeys(part.mistakes))
    findings += _agreed(parts)
    unused = suppressions.unused((one for one in comments if one not in used), task.rules, registry.rules())
    for name, founds in ((UNUSED, unused), (MISTAKEN, list(mistakes))):
        rule = registry.by_name()[name]
        if rule in task.rules:
            findings += task.reported(Finding.of(rule, found) for found in founds)
    findings.sort(key=lambda one: (order[one.place.file], one.place[1:3], one.rule.code, one.message))
    return LintResult(
        findings=tuple(dict.fromkeys(findings)),
        files=len(read),
        directives=sum(part.directives for part in parts),
        sources=sources,
        conditions=tuple(conditions),
        rules=task.rules,
        root=base,
        unread=tuple(unread),
        read=tuple(read.values()),
        parts=tuple(dict.fromkeys(part.part for part in parts if part.part is not None)),
        templates=templates,
        unsettled=unsettled,
        unnumbered=any(part.unnumbered for part in parts),
        silencing=len({one.place[:2] for one in used}),
        silenced=tuple(dict.fromkeys(finding for part in parts for finding in part.silenced)),
        dumped=tuple(dict.fromkeys(part.root for part in parts if part.dumped)),
    )


def _both(one: TemplateFile | None, other: TemplateFile) -> TemplateFile:
    """What is known of a template from two configurations: they may read two parts of it, as of a ConfigMap's file."""
    if one is None or one.first == other.first:
        return other
    return one._replace(lines=one.lines + other.lines, unjudged=one.unjudged + other.unjudged)


def _agreed(parts: Sequence[LintedPart]) -> list[Finding]:
    """The findings of all parts, the fixes barred that would change what another use of the file has without fault."""
    barred = dict.fromkeys((key for part in parts for key in part.shared), _SHARED)
    if len(parts) > 1:
        found = [(number, key) for number, part in enumerate(parts) for one in part.findings if (key := fix_key(one))]
        files = {place.file for _, key in found for place in key[2]}
        readers: dict[str, set[int]] = {name: set() for name in files}
        for number, part in enumerate(parts) if files else ():
            for file in part.read:
                if file.name in files:
                    readers[file.name].add(number)
        having: dict[FixKey, set[int]] = {}
        for number, key in found:
            having.setdefault(key, set()).add(number)
        for key, numbers in having.items():
            if any(readers[place.file] - numbers for place in key[2]):
                barred.setdefault(key, _SHARED)
    if not barred:
        return [finding for part in parts for finding in part.findings]
    return [_barred(finding, barred) for part in parts for finding in part.findings]


def _barred(finding: Finding, barred: Mapping[FixKey, str]) -> Finding:
    key = fix_key(finding)
    if key is None or finding.fix is None or key not in barred:
        return finding
    return finding._replace(fix=finding.fix._replace(barred=finding.fix.barred or barred[key]))
