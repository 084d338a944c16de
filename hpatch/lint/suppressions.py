"""Comments that silence findings.

`# hpatch: ignore[CODE,NAME] reason` silences these rules on the directive that follows (of a section, the opening
line). Other comments may stand between them, but no blank lines. `# hpatch: ignore-file[CODE] reason` silences the
rules in the whole file, and must stand above its first directive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from hpatch.lint.found import Edit, Fix, Found
from hpatch.lint.rule import Rule
from hpatch.lint.selection import like_plugins_code, matching, perhaps_plugins, suggestion, unknown
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

_COMMENT = r"(?m)^[ \t]*([#;])[ \t]*hpatch:[ \t]*(.*?)[ \t\r\\]*$"
_FORM = r"(ignore|ignore-file)[ \t]*\[([^\]]*)\](?![^\s])"
_CODE = r"[A-Za-z]{2,6}[0-9]{3}"
_BARE = re.compile(
    rf"(ignore(?:-file)?)[ \t]*[:=]?[ \t]*\[?[ \t]*({_CODE}(?:[ \t]*,[ \t]*{_CODE})*)[ \t]*\]?(?![ \t]*\]|\S)"
)
_HELP = 'Write "# hpatch: ignore[CODE] reason" on the line above a directive.'


class Suppression(NamedTuple):
    """One selector of a comment. It covers the lines `first` to `last` of its file, or all lines if `first` is 0.

    `removal` takes the selector out of the comment, or the whole comment if it is the only one; None where other lines
    belong to the comment.
    """

    place: Place
    selector: str
    first: int
    last: int
    removal: Edit | None = None


class Suppressions:
    """All suppressions of a configuration, and which of them were used.

    `mistakes` are comments that silence nothing because their form or place is wrong. `rules` are all that there are,
    and with `more`, perhaps others: a selector that may be theirs is no mistake.
    """

    def __init__(self, sources: Iterable[Source], rules: Iterable[Rule], *, more: bool = False) -> None:
        self.rules = tuple(rules)
        self.more = more
        self.all: list[Suppression] = []
        self.used: set[Suppression] = set()
        self.mistakes: list[Found] = []
        self._on_line: dict[tuple[str, int], list[Suppression]] = {}
        self._in_file: dict[str, list[Suppression]] = {}
        self._codes: dict[str, frozenset[str]] = {}
        self._selected: dict[str, tuple[Rule, ...]] = {}
        self._at_uses: dict[int, tuple[Sequence[Place], tuple[Suppression, ...]]] = {}
        for source in sources:
            if "hpatch:" in source.text:
                self._scan(source)

    def silences(self, code: str, place: Place, uses: Sequence[Place] = ()) -> bool:
        """Whether a finding of a rule at its place, or where its macro was used, is silenced."""
        if not self.all:
            return False
        silenced = False
        for suppression in (*self._at(place), *(self._at_all(uses) if uses else ())):
            if code in self._codes[suppression.selector]:
                self.used.add(suppression)
                silenced = True
        return silenced

    def _at(self, place: Place) -> Iterator[Suppression]:
        yield from self._on_line.get((place.file, place.line), ())
        yield from self._in_file.get(place.file, ())

    def _at_all(self, uses: Sequence[Place]) -> tuple[Suppression, ...]:
        """Those at the places that use a macro; all its findings come with the same ones, which may be many."""
        known = self._at_uses.get(id(uses))
        if known is None:
            found = dict.fromkeys(one for place in uses for one in self._at(place))
            known = self._at_uses[id(uses)] = uses, tuple(found)
        return known[1]

    def _matching(self, selector: str) -> tuple[Rule, ...]:
        if selector not in self._selected:
            self._selected[selector] = matching(selector, self.rules)
        return self._selected[selector]

    def _scan(self, source: Source) -> None:
        lines = source.text.split("\n")
        marks = "#;" if source.name.endswith(".ini") else "#"
        directives = _Directives(lines, marks)
        for match in re.finditer(_COMMENT, source.text):
            if match[1] not in marks:
                continue
            place = source.place(match.start(1), match.end(2))
            form = re.match(_FORM, match[2])
            if place.line > 1 and _continues(lines[place.line - 2]):
                self._mistake(place, "this comment is part of the line before it, which ends with a backslash")
            elif form is None:
                fix = _reformed(source, match.start(2), match[2], self.rules)
                self._mistake(place, f'"{match[2]}" is not a suppression', fix)
            else:
                selectors = form[2].split(",")
                start = match.start(2) + form.start(2)
                named = zip(
                    selectors, _removals(source, start, selectors), _words(source, start, selectors), strict=True
                )
                self._add(place, form[1] == "ignore-file", list(named), directives)

    def _add(
        self,
        place: Place,
        whole_file: bool,
        selectors: list[tuple[str, Edit | None, Place | None]],
        directives: _Directives,
    ) -> None:
        if whole_file and directives.first < place.line - 1:
            self._mistake(place, '"ignore-file" must stand above the first directive of the file')
            return
        first = last = 0
        if not whole_file:
            first = directives.after(place.line) + 1
            if first == 0:
                self._mistake(place, "no directive directly follows this comment")
                return
            last = first
            while last < len(directives.lines) and _continues(directives.lines[last - 1]):
                last += 1
        for selector, removal, word in selectors:
            found = self._matching(selector)
            if not found and self.more and perhaps_plugins(selector, self.rules):
                continue
            if not found:
                self._mistake(place, unknown(selector, self.rules), self._corrected(selector, word))
                continue
            suppression = Suppression(place=place, selector=selector.strip(), first=first, last=last, removal=removal)
            self._codes[suppression.selector] = frozenset(rule.code for rule in found)
            self.all.append(suppression)
            if whole_file:
                self._in_file.setdefault(place.file, []).append(suppression)
            for line in range(first, last + 1) if first else ():
                self._on_line.setdefault((place.file, line), []).append(suppression)

    def _corrected(self, selector: str, place: Place | None) -> Fix | None:
        """The change of a misspelt selector, at its place, to what it resembles. What looks like a plugin's stays."""
        near = suggestion(selector, self.rules)
        if near is None or place is None or like_plugins_code(selector):
            return None
        return Fix(f"write {near}", (Edit(place, near),), safe=False)

    def _mistake(self, place: Place, message: str, fix: Fix | None = None) -> None:
        self.mistakes.append(Found(place, message, help=_HELP, fix=fix))


def _removals(source: Source, start: int, selectors: list[str]) -> list[Edit | None]:
    """How each selector of a comment, the first of which is at `start`, can be taken out."""
    text = source.text
    end = text.find("\n", start) + 1 or len(text)
    if source.name.endswith(".ini") or _continues(text[start:end].removesuffix("\n")):
        return [None for _ in selectors]
    if len(selectors) == 1:
        return [Edit(source.place(text.rfind("\n", 0, start) + 1, end), "")]
    found: list[Edit | None] = []
    for number, selector in enumerate(selectors):
        after = start + len(selector)
        span = (start - 1, after) if number else (start, after + 1)
        found.append(Edit(source.place(*span), ""))
        start = after + 1
    return found


def _words(source: Source, start: int, selectors: list[str]) -> list[Place | None]:
    """The place of each selector, the first of which is at `start`; None in a file that fixes do not change."""
    found: list[Place | None] = []
    for selector in selectors:
        first = start + len(selector) - len(selector.lstrip())
        last = start + len(selector.rstrip())
        found.append(None if source.name.endswith(".ini") else source.place(first, last))
        start += len(selector) + 1
    return found


def _reformed(source: Source, start: int, text: str, rules: Iterable[Rule]) -> Fix | None:
    """The brackets for a comment, at `start`, that names rules without them: `ignore WK001`, `ignore: WK001, MP001`."""
    match = _BARE.match(text)
    if match is None or source.name.endswith(".ini"):
        return None
    selectors = [one.strip() for one in match[2].split(",")]
    if not all(matching(one, rules) for one in selectors):
        return None
    edit = Edit(source.place(start, start + match.end()), f"{match[1]}[{','.join(selectors)}]")
    return Fix(f"write {edit.replacement}", (edit,), safe=False)


def unused(suppressions: Iterable[Suppression], selected: Iterable[Rule], rules: Sequence[Rule]) -> list[Found]:
    """Findings for the suppressions that surely silence nothing: all their rules have run."""
    ran = {rule.code for rule in selected}
    return [
        Found(
            place,
            f'"{selector}" silences nothing {"on the next directive" if first else "in this file"}',
            help="Remove it.",
            fix=None if removal is None else Fix("remove it", (removal,), safe=True),
        )
        for place, selector, first, _, removal in suppressions
        if all(rule.code in ran for rule in matching(selector, rules))
    ]


def _continues(line: str) -> bool:
    return line.removesuffix("\r").endswith("\\")


class _Directives:
    """Where the directives of a text are, for its comments."""

    def __init__(self, lines: list[str], marks: str) -> None:
        self.lines = lines
        self._marks = marks
        self._after: dict[int, int] = {}

    @cached_property
    def first(self) -> int:
        """The index of the first line that is neither a comment nor blank; the number of lines if there is none."""
        index = 0
        while index < len(self.lines) and (self._is_comment(index) or not self.lines[index].strip()):
            index = self._next(index)
        return index

    def after(self, index: int) -> int:
        """The index of the first line from `index` on that is not a comment; -1 if it is blank, or there is none.

        It is the same for all comments of a block, which may be long.
        """
        passed = []
        while index < len(self.lines) and index not in self._after and self._is_comment(index):
            passed.append(index)
            index = self._next(index)
        if index in self._after:
            found = self._after[index]
        else:
            found = index if index < len(self.lines) and self.lines[index].strip() else -1
        self._after.update(dict.fromkeys(passed, found))
        return found

    def _is_comment(self, index: int) -> bool:
        text = self.lines[index].strip()
        return text[:1] in self._marks and text != ""

    def _next(self, index: int) -> int:
        """The index of the line behind a line and its continuations."""
        if self._is_comment(index):
            while index < len(self.lines) and _continues(self.lines[index]):
                index += 1
        return index + 1
