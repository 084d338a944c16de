"""Fix in passes, on texts only: choose fixes, make them, lint the texts that result, and keep what did no harm."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.finding import Finding
from hpatch.lint.fixes.choose import apart, by_file, chosen, lines_of, usable
from hpatch.lint.fixes.edits import LineOrigins, applied
from hpatch.lint.fixes.verdict import Verdict, judged
from hpatch.records import NamedTuple
from hpatch.text import Source

MOST_TRIALS = 100
"""How often texts are linted at most. A pass of fixes that do no harm needs one trial."""

_STAYS = "the finding would stay"
_UNREADABLE = "httpd could not read the result"
_RETURNS = "it would undo another fix"
_UNTRIED = f"hpatch stopped after {MOST_TRIALS} trials"


class Left(NamedTuple):
    """A finding whose fix is not made though it was asked for, and the reason."""

    finding: Finding
    reason: str


class Mended(NamedTuple):
    """A file's text before and after, the name by which it is shown, and its path without links."""

    name: str
    path: str
    before: str
    after: str


class Fixing(NamedTuple):
    """What fixing gives: what linting finds in the end, the findings whose fixes were made, and those that were left.

    `more` counts the fixes that only `unsafe` would make, `files` are those that change, in the order of their names.
    """

    result: LintResult
    fixed: tuple[Finding, ...]
    left: tuple[Left, ...]
    more: int
    files: tuple[Mended, ...]


Linter = Callable[[Mapping[str, str]], LintResult]
"""Lints the configurations, with texts in the place of what files have, by their real paths or the names of texts."""


def linter(
    roots: Sequence[Root], task: LintTask, *, jobs: int = 1, base: str = "", start: LintResult | None = None
) -> Linter:
    """What lints these configurations. `start` is the result without any changed text, if it is known."""

    def run(texts: Mapping[str, str]) -> LintResult:
        if not texts and start is not None:
            return start
        return lint([_with(root, texts) for root in roots], task, jobs=jobs, base=base)

    return run


def _with(root: Root, texts: Mapping[str, str]) -> Root:
    source = root.source
    if source is not None and source.name in texts:
        source = Source(source.name, texts[source.name])
    options = root.options._replace(texts={**root.options.texts, **texts})
    return root._replace(options=options, source=source, configuration=None, checked=None)


def fix(
    run: Linter,
    *,
    unsafe: bool,
    bar: Callable[[str], str | None],
    hidden: Callable[[LintResult], frozenset[Finding]] = lambda _: frozenset(),
    texts: frozenset[str] = frozenset(),
) -> Fixing:
    """Make fixes in texts until none is left that does no harm. No file is written.

    `bar` says why a file, by its name, must not be changed; None if it may. What `hidden` tells of a result is not
    fixed, and does not count as left. `texts` are the names of those that are no
    files.
    """
    return _Passes(run, unsafe, bar, hidden, texts).all()


class _Passes:
    """The texts as they are after the passes so far, and what is known of fixes."""

    def __init__(
        self,
        run: Linter,
        unsafe: bool,
        bar: Callable[[str], str | None],
        hidden: Callable[[LintResult], frozenset[Finding]],
        texts: frozenset[str],
    ) -> None:
        self.run = run
        self.unsafe = unsafe
        self.bar = bar
        self.hidden = hidden
        self.unreal = texts
        self.now = run({})
        self.first: dict[str, tuple[str, str]] = {}
        self.texts: dict[str, str] = {}
        self.seen: set[frozenset[tuple[str, str]]] = {frozenset()}
        self.fixed: list[Finding] = []
        self.rejected: dict[object, tuple[str, int]] = {}
        self.doubtful: set[object] = set()
        self.codes: list[str] = []
        self.bars: dict[str, str | None] = {}
        self.trials = 0

    def all(self) -> Fixing:
        """Run the passes."""
        most = 0
        while self.trials < MOST_TRIALS:
            candidates = self._candidates()
            if self.codes:
                candidates = [finding for finding in candidates if finding.rule.code == self.codes[0]]
                if not candidates:
                    del self.codes[0]
                    most = 0
                    continue
            if most:
                candidates = candidates[:most]
            if not candidates:
                # What did harm before other fixes may do none after them: a second run would find out.
                again = [key for key, (_, number) in self.rejected.items() if number < len(self.seen)]
                if not again:
                    break
                for key in again:
                    del self.rejected[key]
                continue
            most = self._try(candidates, most)
        return self._result()

    def _candidates(self) -> list[Finding]:
        """The findings whose fixes are to be tried together. Those that may have done harm come last, and apart."""
        open_ones = [
            finding
            for finding in self._shown()
            if usable(finding, unsafe=self.unsafe) and self._why_not(finding) is None
        ]
        sure = [finding for finding in open_ones if self._key(finding) not in self.doubtful]
        return chosen(sure or apart(open_ones), self.now.sources)

    def _shown(self) -> list[Finding]:
        hidden = self.hidden(self.now)
        return [finding for finding in self.now.findings if finding not in hidden]

    def _try(self, candidates: list[Finding], most: int) -> int:
        """Try fixes together and keep them if they do no harm; how many to try next, 0 for all."""
        self.trials += 1
        sources = self.now.sources
        made = by_file(candidates, sources) or {}
        texts = dict(self.texts)
        origins = {}
        for name, changes in made.items():
            before = sources[name]
            after = applied(before.text, changes)
            origins[name] = LineOrigins(before, Source(name, after), changes)
            path = self._path(name)
            texts[path] = after
            if path in self.first and self.first[path][1] == after:
                del texts[path]
        state = frozenset(texts.items())
        if state in self.seen:
            return self._split(candidates, _RETURNS)
        after_all = self.run(texts)
        verdict = judged(self.now, after_all, candidates, origins)
        if not verdict.good:
            return most if self._blame(candidates, verdict) else self._split(candidates, _reason(verdict))
        for name in made:
            self.first.setdefault(self._path(name), (name, sources[name].text))
        self.seen.add(state)
        self.texts, self.now = texts, after_all
        self.fixed += candidates
        return most * 2

    def _split(self, candidates: list[Finding], reason: str) -> int:
        """Try less at once, as nothing tells which fix does harm: one rule's fixes, then half of them, then one."""
        codes = list(dict.fromkeys(finding.rule.code for finding in candidates))
        if len(candidates) == 1:
            self._reject(candidates[0], reason)
            return 1
        if len(codes) > 1:
            self.codes = codes
            return 0
        return len(candidates) // 2

    def _blame(self, candidates: list[Finding], verdict: Verdict) -> bool:
        """Leave out the fixes that did harm, by the lines that findings are about; whether there are more such now.

        Where several fixes change these lines, each is tried without the others later.
        """
        by_line: dict[tuple[str, int], list[Finding]] = {}
        for finding in candidates:
            for line in lines_of(finding):
                by_line.setdefault(line, []).append(finding)
        harms = [(frozenset(lines_of(finding)), _STAYS) for finding in verdict.stay]
        for new, lines in zip(verdict.new, verdict.origins, strict=True):
            harms.append((lines, f"it would bring {new.rule.code} {new.rule.name}"))
        before = len(self.rejected), len(self.doubtful)
        for lines, reason in harms:
            suspects = list(dict.fromkeys(finding for line in lines for finding in by_line.get(line, ())))
            if len(suspects) == 1:
                self._reject(suspects[0], reason)
            else:
                self.doubtful.update(map(self._key, suspects))
        return (len(self.rejected), len(self.doubtful)) != before

    def _reject(self, finding: Finding, reason: str) -> None:
        self.rejected[self._key(finding)] = reason, len(self.seen)

    def _why_not(self, finding: Finding) -> str | None:
        """Why a fix is not made: for what it is, or for a file that it changes."""
        assert finding.fix is not None
        if finding.fix.barred is not None:
            return finding.fix.barred
        for edit in finding.fix.edits:
            name = edit.place.file
            if name not in self.bars:
                self.bars[name] = None if name in self.unreal else self.bar(name)
            if self.bars[name] is not None:
                return self.bars[name]
        rejected = self.rejected.get(self._key(finding))
        return None if rejected is None else rejected[0]

    def _key(self, finding: Finding) -> object:
        """What makes a finding the same in the next pass, though lines move."""
        source = self.now.sources.get(finding.place.file)
        line = "" if source is None else source.line(finding.place.line)
        title = "" if finding.fix is None else finding.fix.title
        return finding.rule.code, finding.place.file, finding.message, title, line

    def _path(self, name: str) -> str:
        return name if name in self.unreal else os.path.realpath(name)

    def _result(self) -> Fixing:
        left = []
        more = 0
        for finding in self._shown():
            if finding.fix is None or not finding.fix.edits:
                continue
            reason = self._why_not(finding)
            if not self.unsafe and not finding.fix.safe:
                more += reason is None
            else:
                left.append(Left(finding, reason or _UNTRIED))
        files = [
            Mended(name=name, path=path, before=before, after=self.texts[path])
            for path, (name, before) in self.first.items()
            if path in self.texts
        ]
        return Fixing(result=self.now, fixed=tuple(self.fixed), left=tuple(left), more=more, files=tuple(sorted(files)))


def _reason(verdict: Verdict) -> str:
    if verdict.stay:
        return _STAYS
    if verdict.new:
        rule = verdict.new[0].rule
        return f"it would bring {rule.code} {rule.name}"
    return _UNREADABLE
