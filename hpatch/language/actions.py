"""What an editor offers to do about a finding: its fix, or a comment that silences it with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from hpatch.language.diagnostics import ShownFinding
from hpatch.language.outline import entry_at
from hpatch.lint.engine.together import MISTAKEN, UNUSED
from hpatch.lint.finding import Finding
from hpatch.lint.fixes.choose import by_file, usable
from hpatch.lint.fixes.edits import TextChange
from hpatch.records import NamedTuple
from hpatch.report.common.terminal import visible
from hpatch.text import Source

REASON = "TODO: say why"


class QuickFix(NamedTuple):
    """Something to do about a diagnostic: changes of texts, by the names of their files.

    It is preferred if it mends the fault and changes nothing else.
    """

    title: str
    shown: ShownFinding
    changes: Mapping[str, Sequence[TextChange]]
    preferred: bool = False
    fixes: bool = False


def actions(shown: ShownFinding, sources: Mapping[str, Source]) -> Iterator[QuickFix]:
    """What can be done about a finding. `sources` are the texts, by name, of the files that may be changed."""
    finding = shown.finding
    if finding is None:
        return
    fix = _fix(shown, finding, sources)
    if fix is not None:
        yield fix
    silence = _silence(shown, finding, sources)
    if silence is not None:
        yield silence


def _fix(shown: ShownFinding, finding: Finding, sources: Mapping[str, Source]) -> QuickFix | None:
    changes = by_file([finding], sources) if usable(finding, unsafe=True) else None
    if finding.fix is None or not changes:
        return None
    safe = finding.fix.safe
    title = f"Fix {finding.rule.code}: {visible(finding.fix.title)}" + ("" if safe else " (may change what httpd does)")
    return QuickFix(title=title, shown=shown, changes=changes, preferred=safe, fixes=True)


def _silence(shown: ShownFinding, finding: Finding, sources: Mapping[str, Source]) -> QuickFix | None:
    """A comment above the directive. There is none above what is no directive, nor in a file that has no comments."""
    source = sources.get(finding.place.file)
    if source is None or finding.rule.name in (UNUSED, MISTAKEN):
        return None
    entry = entry_at(source.text, source.offset(finding.place.line, finding.place.column))
    if entry is None or not entry.name or entry.closes:
        return None
    line = source.text.rfind("\n", 0, entry.start) + 1
    indent = re.match(r"[ \t]*", source.text[line : entry.start])
    ending = "\r\n" if "\r\n" in source.text else "\n"
    text = f"{indent[0] if indent else ''}# hpatch: ignore[{finding.rule.code}] {REASON}{ending}"
    title = f"Silence {finding.rule.code} ({finding.rule.name}) here, with a reason"
    return QuickFix(title=title, shown=shown, changes={source.name: [TextChange(line, line, text)]})
