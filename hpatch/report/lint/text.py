"""Findings for people: what is wrong, where it is written, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from hpatch.lint.finding import Finding
from hpatch.lint.found import SEVERITIES, Related
from hpatch.report.common.excerpt import MarkedPlace, excerpt
from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import file_address, linked, paint, visible, wrap
from hpatch.report.lint.files import passed_over
from hpatch.report.lint.folding import FoldedFinding, fold, places
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition, TemplateFile
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.known import Compared
    from hpatch.lint.roots import NotRead

Detail = Literal["findings", "summary", "all"]
"""How much text says: the findings only, with a summary, or with all that was not decided."""

STYLES = {"error": "red", "warning": "yellow", "info": "cyan"}
"""How a severity is painted."""

_LONGEST_LINE = 160
"""Where a source line is cut when the output has no width of its own."""
_MOST_RELATED = 8
_MOST_MODULES = 3
_KNOWN = "known"
"""The family of rules that need to know httpd's version."""
_OPTIONS = {
    "ifmodule": "--modules LIST or --httpd PATH",
    "ifversion": "--httpd-version VERSION",
    "ifdefine": "--define NAME",
}
"""What decides a conditional, by the first word of its text."""


def findings(result: LintResult, page: Page, full: bool = False, fixable: Collection[Finding] = ()) -> Iterator[str]:
    """All findings with their source lines; those like another one are folded, unless they are wanted in `full`.

    Those in `fixable` are marked.

    What one rule says several times of the same lines has them once. Without a width nothing is wrapped.
    """
    width, color = page.width, page.color
    links = {file.name: file.link for file in result.read if file.link is not None}
    before: Finding | None = None
    for finding, more in map(FoldedFinding, result.findings) if full else fold(result.findings):
        yield from _head(finding, page, fixable=finding in fixable)
        if before is not None and _says_more(before, finding):
            gutter = len(str(finding.place.end_line))
            yield f"{' ' * gutter}{paint('-->', 'blue', color)} {_linked(finding.place, page)}"
            yield from _notes(finding, gutter, width, color)
        else:
            yield from _body(finding, result, links, page)
        if more:
            text = f" and {len(more)} more like it: {visible(places(more))}"
            for line in wrap(text, width, 5):
                yield paint(line, "blue", color)
        yield ""
        before = finding


def summary(
    result: LintResult, page: Page, detail: Detail, not_read: Iterable[NotRead] = (), full: bool = False
) -> Iterator[str]:
    """What was found, read, passed over and not decided; in full, or nothing of it."""
    width, color = page.width, page.color
    if detail == "findings":
        return
    if detail == "all":
        yield from _conditions(result.conditions, width, color)
        yield from _parts(result.parts, color)
    yield from _summary(result, width, color)
    folded = 0 if full else len(result.findings) - len(fold(result.findings))
    if folded:
        text = f"{count(folded, 'finding')} folded into others like them; --full shows each."
        for line in wrap(text, width, 2):
            yield paint(line, "dim", color)
    yield from passed_over(not_read, page)
    yield from _undecided(result, detail, width, color)
    if result.findings:
        gravest = max(result.findings, key=lambda finding: SEVERITIES.index(finding.severity))
        yield paint(f"hpatch rule {gravest.rule.code} explains the first {gravest.severity}.", "dim", color)


def _says_more(before: Finding, finding: Finding) -> bool:
    """Whether a rule goes on about the lines of its finding before."""
    return (before.rule, before.place, before.related) == (finding.rule, finding.place, finding.related)


def _head(finding: Finding, page: Page, *, fixable: bool) -> Iterator[str]:
    width, color = page.width, page.color
    rule, style = finding.rule, STYLES[finding.severity]
    label = f"{finding.severity}[{rule.code}]"
    mark = " [*]" if fixable else ""
    head = f"{label}{mark} {rule.name}: "
    message, *more = wrap(visible(finding.message), width, 4, len(head))
    code = linked(paint(label, style, color), next(iter(rule.references), None), page.links)
    yield f"{code}{mark} {paint(f'{rule.name}: {message}'.rstrip(), 'bold', color)}"
    for line in more:
        yield paint(line, "bold", color)


def _body(finding: Finding, result: LintResult, links: Mapping[str, str], page: Page) -> Iterator[str]:
    width, color = page.width, page.color
    related = finding.related[:_MOST_RELATED]
    files = _by_file(finding.place, related, STYLES[finding.severity])
    gutter = max(len(str(mark.place.end_line)) for marks in files.values() for mark in marks)
    for file, marks in files.items():
        source = result.sources.get(file)
        arrow = "-->" if marks[0].main else ":::"
        if source is None:
            for mark in marks:
                text = _where(mark.place) + (f": {visible(mark.label)}" if mark.label else "")
                yield from _noted("-->" if mark.main else ":::", text, gutter, width, color)
        else:
            link = links.get(file)
            way = f" (through {visible(link)})" if link else ""
            where = _linked(marks[0].place, page)
            yield f"{' ' * gutter}{paint(arrow, 'blue', color)} {where}{paint(way, 'dim', color)}"
            yield from excerpt(source, marks, gutter, width or _LONGEST_LINE, color)
    notes = list(_notes(finding, gutter, width, color))
    if notes:
        yield paint(" " * gutter + " |", "blue", color)
    yield from notes


def _by_file(place: Place, related: Iterable[Related], style: str) -> dict[str, list[MarkedPlace]]:
    """The marks of each file, the finding's own first; what is said of the very same place joins its mark."""
    same = [other.message for other in related if other.place == place]
    files = {place.file: [MarkedPlace(place, "; ".join(same), True, style)]}
    for other in related:
        if other.place != place:
            files.setdefault(other.place.file, []).append(MarkedPlace(other.place, other.message))
    return files


def _notes(finding: Finding, gutter: int, width: int | None, color: bool) -> Iterator[str]:
    notes = []
    if len(finding.related) > _MOST_RELATED:
        notes.append(("note", f"{len(finding.related) - _MOST_RELATED} more places (--format json has them all)"))
    if finding.confidence != "high":
        notes.append(("confidence", finding.confidence))
    if finding.help:
        notes.append(("help", finding.help))
    if finding.fix:
        barred = f" (hpatch does not make it: {finding.fix.barred})" if finding.fix.barred else ""
        notes.append(("fix" if finding.fix.safe else "unsafe fix", finding.fix.title + barred))
    for name, text in notes:
        first, *more = wrap(f"{name}: {visible(text)}", width and width - gutter - 3, len(name) + 2)
        _, _, rest = first.partition(": ")
        yield f"{' ' * gutter} {paint('=', 'blue', color)} {paint(name + ':', 'bold', color)} {rest}"
        for line in more:
            yield " " * (gutter + 3) + line


def _noted(arrow: str, text: str, gutter: int, width: int | None, color: bool) -> Iterator[str]:
    first, *more = wrap(text, width, gutter + 4, gutter + 4)
    yield f"{' ' * gutter}{paint(arrow, 'blue', color)} {first}"
    yield from more


def _linked(place: Place, page: Page) -> str:
    return linked(_where(place), file_address(place.file) if page.links else None, page.links)


def _where(place: Place) -> str:
    return f"{visible(place.file)}:{place.line}:{place.column}"


def _conditions(conditions: Iterable[Condition], width: int | None, color: bool) -> Iterator[str]:
    undecided = [condition for condition in conditions if condition.verdict is None]
    if not undecided:
        return
    places: dict[str, list[Place]] = {}
    for condition in undecided:
        places.setdefault(condition.text, []).append(condition.place)
    yield "Undecided conditionals; hpatch linted both branches:"
    for text, where in places.items():
        more = f" and {count(len(where) - 1, 'more place')}" if len(where) > 1 else ""
        for line in wrap(f"  {visible(text)}  {visible(where[0].file)}:{where[0].line}{more}", width, 6):
            yield paint(line, "dim", color)
    yield ""


def _parts(parts: Iterable[str], color: bool) -> Iterator[str]:
    names = list(parts)
    if not names:
        return
    yield "Parts of a configuration; other files may have their modules, balancers and macros:"
    for name in names:
        yield paint(f"  {visible(name)}", "dim", color)
    yield ""


def _undecided(result: LintResult, detail: Detail, width: int | None, color: bool) -> Iterator[str]:
    """What was not decided, in one line."""
    told = []
    open_ones = [condition for condition in result.conditions if condition.verdict is None]
    if open_ones:
        kinds = {condition.text.lstrip("<").partition(" ")[0].rstrip(">").lower() for condition in open_ones}
        options = ", ".join(option for kind, option in _OPTIONS.items() if kind in kinds)
        told.append(count(len(open_ones), "conditional") + (f" (settle with {options})" if options else ""))
    if result.parts:
        told.append(f"what {count(len(result.parts), 'part')} of a configuration may take from other files")
    if result.unsettled:
        shown = [visible(f"{module} ({directive})") for module, directive in result.unsettled.items()]
        if detail != "all" and len(shown) > _MOST_MODULES:
            shown[_MOST_MODULES:] = [f"{len(shown) - _MOST_MODULES} more"]
        told.append(f"whether httpd loads {', '.join(shown)}: only its LoadModule lines tell")
    more = "; -v lists them" if told and detail != "all" else ""
    if result.unnumbered and (detail == "all" or not result.findings) and _looks_for_known(result):
        # "Found nothing" must not speak of them.
        told.insert(0, "which known problems of httpd are met (settle with --httpd-version VERSION)")
    if told:
        for line in wrap(f"Not decided: {'; '.join(told)}{more}.", width, 2):
            yield paint(line, "dim", color)


def _looks_for_known(result: LintResult) -> bool:
    return any(rule.family == _KNOWN for rule in result.rules)


def _summary(result: LintResult, width: int | None, color: bool) -> Iterator[str]:
    counts = [
        (count(number, severity), STYLES[severity])
        for severity in reversed(SEVERITIES)
        if (number := sum(finding.severity == severity for finding in result.findings))
    ]
    found = ", ".join(text for text, _ in counts) or ("nothing" if result.compared is None else "nothing new")
    read = f"in {count(result.files, 'file')}, {count(result.directives, 'directive')}."
    joint = "\n" if width is not None and len(f"Found {found} {read}") > width else " "
    yield f"Found {', '.join(paint(text, style, color) for text, style in counts) or found}{joint}{read}"
    if result.compared is not None:
        yield from _known(result.compared, width, color)
    if result.templates:
        for line in wrap(_templates(result.templates.values()), width):
            yield paint(line, "yellow", color)
    if result.unread:
        text = f"Some input could not be read ({count(len(result.unread), 'problem')}) and was not linted."
        for line in wrap(text, width):
            yield paint(line, "red", color)


def _known(compared: Compared, width: int | None, color: bool) -> Iterator[str]:
    """What the baseline hides, and what it need not have any more."""
    name, gone = visible(compared.file), len(compared.gone)
    if compared.written:
        text = f"Wrote {count(len(compared.known), 'finding')} to {name}"
        text += f"; dropped {gone} that {'is' if gone == 1 else 'are'} gone." if gone else "."
    else:
        text = f"{count(len(compared.known), 'known finding')} hidden by {name}."
    for line in wrap(text, width, 2):
        yield paint(line, "dim", color)
    if gone and not compared.written:
        text = f"{count(gone, 'finding')} of {name} {'is' if gone == 1 else 'are'} gone; --write-baseline {name} drops "
        for line in wrap(text + ("it." if gone == 1 else "them."), width, 2):
            yield paint(line, "yellow", color)


def _templates(files: Collection[TemplateFile]) -> str:
    """How much of the templates nothing was said about."""
    lines, unjudged = sum(file.lines for file in files), sum(file.unjudged for file in files)
    some = "A template" if len(files) == 1 else f"{len(files)} templates"
    return f"{some}: {unjudged} of {count(lines, 'line')} not judged." if unjudged else f"{some}: each line was judged."
