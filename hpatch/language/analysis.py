"""What an editor's files come to: the configurations of its folders, linted again where what they read has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from hpatch.conf.parts import MAIN
from hpatch.conf.tree import Configuration
from hpatch.errors import HpatchError, InputError
from hpatch.language.documents import Document
from hpatch.language.texts import DiskTexts, EditorTexts, Mark
from hpatch.lint.engine.backends import forget_backends
from hpatch.lint.engine.part import LintedPart, part_of
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root, read
from hpatch.lint.engine.task import LintTask
from hpatch.lint.engine.together import together
from hpatch.lint.settings import Settings
from hpatch.records import NamedTuple

_LANGUAGES = ("apache", "httpd", "htaccess", "conf")
"""How the names of languages begin that editors have for httpd's files."""

_ROUNDS = 3
"""How often a folder is looked through again because an Include changed what belongs together."""


class SupersededError(Exception):
    """A newer request has come: what is being done is of no use."""


class FoundRoots(NamedTuple):
    """The configurations that a path stands for, and how to lint them. Other settings mean that all is linted again.

    `judge` takes what is known already out of a result. Raises HpatchError.
    """

    roots: tuple[Root, ...]
    task: LintTask
    settings: Settings
    judge: Callable[[LintResult], LintResult]


Find = Callable[[str, Mapping[str, str]], FoundRoots]
"""Finds what a path stands for; the texts stand for what files have on disk. Raises HpatchError."""


class AnalysisRequest(NamedTuple):
    """What to analyze: the folders and the open documents.

    `touched` are files, by their real paths, that may have changed whatever their status says. With `again`, files may
    have come or gone, or the settings may be others.
    """

    folders: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    touched: frozenset[str] = frozenset()
    again: bool = False

    def after(self, other: AnalysisRequest) -> AnalysisRequest:
        """This request, with what the one before it asked for if that was not done."""
        return self._replace(touched=self.touched | other.touched, again=self.again or other.again)


class LintedUnit(NamedTuple):
    """A configuration that was linted. `seen` are the states of its files, by their real paths."""

    root: Root
    configuration: Configuration
    part: LintedPart
    seen: Mapping[str, Mark]

    @property
    def incomplete(self) -> bool:
        """Whether a file is missing that may come."""
        return any(problem.kind in ("unreadable", "include") for problem in self.configuration.problems)


class AnalysisAnswer(NamedTuple):
    """What was found. `results` are those of folders, then of single files; `units` all configurations.

    `texts` are those that were linted, `request` is what was asked. `faults` say what kept a folder from being linted.
    """

    request: AnalysisRequest
    results: tuple[LintResult, ...]
    units: tuple[LintedUnit, ...]
    texts: EditorTexts
    faults: tuple[str, ...]


class _Area:
    """A folder, or a file by itself, and what is known of it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.chosen: FoundRoots | None = None
        self.units: dict[object, LintedUnit] = {}
        self.result: LintResult | None = None
        self.fault = ""


class Analysis:
    """All that is known from one request to the next. `tell` is given what deserves a line in the log."""

    def __init__(self, find: Find, tell: Callable[[str], None]) -> None:
        self._find = find
        self._tell = tell
        self._disk = DiskTexts()
        self._folders: dict[str, _Area] = {}
        self._files: dict[str, _Area] = {}
        self._opened: frozenset[str] = frozenset()
        self._real = os.path.realpath

    def run(self, request: AnalysisRequest, check: Callable[[], None]) -> AnalysisAnswer:
        """Analyze what has changed. `check` is called often, and may raise SupersededError: the next run goes on."""
        opened = {self._real(one.path): one.text for one in request.documents if one.path is not None}
        texts = EditorTexts(opened, self._disk)
        forget_backends()
        others = frozenset(opened) != self._opened
        self._folders = {path: self._folders.get(path) or _Area(path) for path in request.folders}
        for area in self._folders.values():
            self._bring_up(area, request, texts, others, check)
        read = {path for area in self._folders.values() for unit in area.units.values() for path in unit.seen}
        alone = dict.fromkeys(
            one.path
            for one in request.documents
            if one.path is not None and self._real(one.path) not in read and _is_httpds(one)
        )
        self._files = {path: self._files.get(path) or _Area(path) for path in alone}
        for area in self._files.values():
            self._bring_up(area, request, texts, others, check)
        self._opened = frozenset(opened)
        areas = [*self._folders.values(), *self._files.values()]
        units = tuple(unit for area in areas for unit in area.units.values())
        self._disk.keep({path for unit in units for path in unit.seen})
        return AnalysisAnswer(
            request=request,
            results=tuple(area.result for area in areas if area.result is not None),
            units=units,
            texts=texts,
            faults=tuple(dict.fromkeys(area.fault for area in areas if area.fault)),
        )

    def _bring_up(
        self, area: _Area, request: AnalysisRequest, texts: EditorTexts, others: bool, check: Callable[[], None]
    ) -> None:
        """Bring an area up to date."""
        fresh = False
        if area.chosen is None or request.again:
            self._look(area, texts)
            fresh = request.again
        for _ in range(_ROUNDS):
            if area.chosen is None:
                return
            before = _files(area)
            changed = False
            for root in area.chosen.roots:
                key = _key(root)
                unit = area.units.get(key)
                if unit is not None and not self._stale(unit, request, texts, fresh or others):
                    continue
                check()
                changed = True
                made = self._unit(root, area.chosen.task, texts, check)
                if made is not None:
                    area.units[key] = made
            if changed or area.result is None:
                parts = [area.units[key].part for key in map(_key, area.chosen.roots) if key in area.units]
                self._judge(area, together(parts, area.chosen.task, os.getcwd()))  # noqa: PTH109 - text only
            if not changed or not before or _files(area) == before:
                return
            fresh = False
            request = request._replace(touched=frozenset(), again=False)
            self._look(area, texts)

    def _judge(self, area: _Area, result: LintResult) -> None:
        area.result = result
        if area.chosen is not None:
            try:
                area.result = area.chosen.judge(result)
            except HpatchError as error:
                self._tell(str(error))
                area.fault = str(error)

    def _look(self, area: _Area, texts: EditorTexts) -> None:
        """Find the configurations of an area; those that are known stay."""
        area.fault = ""
        area.result = None
        before, area.chosen = area.chosen, None
        try:
            area.chosen = self._find(area.path, texts)
        except HpatchError as error:
            self._tell(str(error))
            area.fault = "" if isinstance(error, InputError) else str(error)
        except Exception as error:
            self._tell(f"internal error: {type(error).__name__}: {error}, while {area.path} was looked through")
        wanted = set() if area.chosen is None else set(map(_key, area.chosen.roots))
        if before is None or area.chosen is None or area.chosen.settings != before.settings:
            wanted = set()
        area.units = {key: unit for key, unit in area.units.items() if key in wanted}

    def _stale(self, unit: LintedUnit, request: AnalysisRequest, texts: EditorTexts, maybe_more: bool) -> bool:
        if maybe_more and (request.again or unit.incomplete):
            return True
        if not request.touched.isdisjoint(unit.seen):
            return True
        return any(texts.mark(path) != seen for path, seen in unit.seen.items())

    def _unit(self, root: Root, task: LintTask, texts: EditorTexts, check: Callable[[], None]) -> LintedUnit | None:
        """Read and lint a configuration; None for a defect of hpatch: it costs this configuration's findings only."""
        root = root._replace(options=root.options._replace(texts=texts), configuration=None)
        try:
            configuration = read(root)
            check()
            part = part_of(root._replace(configuration=configuration), task, check)
        except SupersededError:
            raise
        except HpatchError as error:  # such as a rule of a plugin that fails
            self._tell(str(error))
            return None
        except Exception as error:
            self._tell(f"internal error: {type(error).__name__}: {error}, while {root.path} was linted")
            return None
        names = [root.path, *(file.name for file in part.read)]
        seen = {path: texts.mark(path) for path in map(self._file, names)}
        return LintedUnit(root=root, configuration=configuration, part=part, seen=seen)

    def _file(self, name: str) -> str:
        """The real path of a file that was read; of one in a ConfigMap, that of the YAML file."""
        folder = os.path.dirname(name)  # noqa: PTH120 - text only
        return self._real(folder if os.path.isfile(folder) else name)  # noqa: PTH113 - the path stays text


def _files(area: _Area) -> dict[object, frozenset[str]]:
    """The files that each configuration reads. Where they change, an Include has come or gone."""
    return {key: frozenset(unit.seen) for key, unit in area.units.items()}


def _key(root: Root) -> object:
    """What makes a configuration the same one in the next run."""
    options = root.options
    environment = tuple(sorted(options.environment.items()))
    return (root.path, root.uwsgi, root.fpm, root.backends, options.given.home, environment)


def _is_httpds(document: Document) -> bool:
    """Whether a document by itself is to be read as a configuration of httpd."""
    name = os.path.basename(document.path or "")  # noqa: PTH119 - text only
    return (
        document.language.lower().startswith(_LANGUAGES)
        or name in MAIN
        or name == ".htaccess"
        or name.endswith(".conf")
    )


def units_of(answer: AnalysisAnswer | None, path: str | None) -> Iterator[LintedUnit]:
    """The configurations that read a file."""
    if answer is None or path is None:
        return
    real = os.path.realpath(path)
    for unit in answer.units:
        if real in unit.seen:
            yield unit
