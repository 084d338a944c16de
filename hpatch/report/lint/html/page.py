"""Findings as one page that loads nothing: within their sources, with filters by severity, rule, file and text.

The page holds lines of the sources. Whoever may not read these must not have the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hpatch.lint.found import SEVERITIES, Severity
from hpatch.lint.gateway.model import fold
from hpatch.report.common import html
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.lint import text
from hpatch.report.lint.gateway import words
from hpatch.report.lint.gateway.svg import draw
from hpatch.report.lint.html.script import SCRIPT, STYLE
from hpatch.report.lint.html.sources import addresses, files

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.gateway.model import GatewayMap

_SMALL = 15
"""A map of so many paths is open from the start."""


def render(result: LintResult, maps: Sequence[GatewayMap] = ()) -> str:
    """The page, with pictures of gateways before the findings."""
    return "\n".join(_lines(result, maps))


def _lines(result: LintResult, maps: Sequence[GatewayMap]) -> Iterator[str]:
    counts = Counter(finding.severity for finding in result.findings)
    found = ", ".join(count(counts[one], one) for one in reversed(SEVERITIES) if counts[one])
    yield html.head(f"hpatch lint: {found or 'nothing found'}", style=STYLE, script=SCRIPT if result.findings else "")
    if result.findings:
        yield '<a class="skip" href="#findings">Skip to the findings</a>'
    yield "<h1>hpatch lint</h1>"
    summary = list(text.summary(result, Page(), "all", full=True))
    verdict = next(at for at, line in enumerate(summary) if line.startswith("Found "))
    yield f"<p{_verdict(result)}>{html.text(summary.pop(verdict))}</p>"
    yield from (f"<p>{html.text(line)}</p>" for line in (*summary[verdict:], *summary[:verdict]) if line)
    if result.unread:
        yield "<ul>"
        for problem in result.unread:
            yield f"<li>{html.text(f'{problem.place.file}:{problem.place.line}: {problem.message}')}</li>"
        yield "</ul>"
    for one in maps:
        yield f'<details class="map"{" open" if one.paths <= _SMALL else ""}>'
        yield f"<summary>Map of {html.text(one.name)}: {html.text(words.summary(one))}</summary>"
        yield f'<div class="picture" tabindex="0" role="region" aria-label="Map of {html.text(one.name)}">'
        yield "".join(draw(fold(one), addresses(result)))
        yield "</div></details>"
    if result.findings:
        yield from _filter(result, counts)
        yield '<div id="findings">'
        yield from files(result)
        yield "</div>"
        yield f"</main><script>{SCRIPT}</script></body></html>\n"
    else:
        yield html.END


def _verdict(result: LintResult) -> str:
    gravest = max((SEVERITIES.index(finding.severity) for finding in result.findings), default=-1)
    style = "bad" if result.unread or gravest == 2 else "doubt" if gravest == 1 else "" if gravest == 0 else "good"
    return f' class="verdict {style}"'


def _filter(result: LintResult, counts: Counter[Severity]) -> Iterator[str]:
    """The form; the script shows it, for without it the form does nothing."""
    rules = Counter(finding.rule.code for finding in result.findings)
    names = {finding.rule.code: finding.rule.name for finding in result.findings}
    in_files = Counter(finding.place.file for finding in result.findings)
    yield '<form id="filter" role="search" hidden autocomplete="off">'
    yield '<input type="search" name="q" placeholder="Search (press /)" aria-label="Search in the findings">'
    yield "<fieldset><legend>Severity</legend>"
    for one in reversed(SEVERITIES):
        if counts[one]:
            yield (
                f'<label><input type="checkbox" name="severity" value="{one}" checked>'
                f'<b class="{one}">{one}</b> {counts[one]:,}</label>'
            )
    yield "</fieldset>"
    yield '<label>Rule <select name="rule"><option value="">all</option>'
    for code, number in sorted(rules.items()):
        yield f'<option value="{code}">{code} {html.text(names[code])} ({number:,})</option>'
    yield "</select></label>"
    yield '<label>File <select name="file"><option value="">all</option>'
    for at, (name, number) in enumerate(in_files.items()):
        yield f'<option value="f{at}">{html.text(name)} ({number:,})</option>'
    yield "</select></label>"
    yield '<button type="reset">Reset</button><output id="shown" aria-live="polite"></output></form>'
