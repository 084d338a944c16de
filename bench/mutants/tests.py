"""Run chosen tests in this process: once with a note of the lines that each one reaches, then once for each mutant."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

ALWAYS = (
    *("-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-p", "no:randomly", "--hypothesis-seed=0", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)

LEAST = 5
"""The seconds of the processor that each test may take."""


@dataclass(frozen=True)
class Reach:
    """Of one test: the seconds that it took and the lines of the mutated files that it ran."""

    seconds: float
    lines: dict[str, set[int]]


class _Tracer:
    """Notes the lines of `files` that each test runs; those that run on import belong to no test."""

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        self._files = {str(root / file): file for file in files}
        self.reached: dict[str, dict[str, set[int]]] = {}
        self.seconds: dict[str, float] = {}
        self._now: dict[str, set[int]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._now = self.reached[item.nodeid] = defaultdict(set)
        sys.settrace(self._enter)
        try:
            return (yield)
        finally:
            sys.settrace(None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        file = self._files.get(frame.f_code.co_filename)
        if file is None:
            return None
        lines = self._now[file]
        lines.add(frame.f_lineno)

        def step(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
            lines.add(frame.f_lineno)
            return step

        return step


class Limit:
    """Ends the process where a test takes far longer than it does without a change: most such mutants never end.

    `seconds` are those of each test without a change. Only the processor's count, so that a busy machine ends nothing.
    """

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self._seconds = seconds

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        signal.setitimer(signal.ITIMER_PROF, LEAST + 6 * self._seconds[item.nodeid])  # its signal ends the process


class _Chosen:
    """Keeps the chosen tests, in the order in which they are named; notes the first that fails."""

    def __init__(self, names: Sequence[str], note: Path) -> None:
        self._rank = {name: rank for rank, name in enumerate(names)}
        self._note = note

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._rank), key=lambda item: self._rank[item.nodeid]
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._note.exists():
            self._note.write_text(report.nodeid)


def survey(root: Path, files: Sequence[str], arguments: Sequence[str], note: Path) -> int:
    """Run all tests of the area and write to `note` what each reached; pytest's exit status."""
    tracer = _Tracer(root, files)
    status = int(pytest.main([*ALWAYS, *arguments], plugins=[tracer]))
    tests = {
        name: {"seconds": tracer.seconds.get(name, 0.0), "lines": {file: sorted(of) for file, of in lines.items()}}
        for name, lines in tracer.reached.items()
    }
    note.write_text(json.dumps(tests))
    return status


def read_survey(note: Path) -> dict[str, Reach]:
    """What `survey` wrote."""
    return {
        name: Reach(seconds=test["seconds"], lines={file: set(lines) for file, lines in test["lines"].items()})
        for name, test in json.loads(note.read_text()).items()
    }


def attempt(tests: Mapping[str, float], arguments: Sequence[str], note: Path) -> int:
    """Run these tests until one fails, which `note` then names; pytest's exit status. `tests` are as in `Limit`."""
    files = sorted({name.partition("::")[0] for name in tests})
    options = [argument for argument in arguments if not (Path.cwd() / argument).exists()]
    return int(pytest.main([*ALWAYS, "-x", *options, *files], plugins=[_Chosen(list(tests), note), Limit(tests)]))


def set_private(private: Path) -> None:
    """Let this process and its children keep all that they write in one folder."""
    for name in ("home", "tmp"):
        (private / name).mkdir(exist_ok=True)
    os.environ.update(
        HOME=str(private / "home"),
        TMPDIR=str(private / "tmp"),
        XDG_CACHE_HOME=str(private / "home/.cache"),
        HYPOTHESIS_STORAGE_DIRECTORY=str(private / "hypothesis"),
    )
    tempfile.tempdir = None


def prepare(root: Path, private: Path, output: Path, *, write_bytecode: bool) -> None:
    """Make this process one that knows the copy at `root` only, and writes to `private`."""
    set_private(private)
    os.environ["PYTHONPATH"] = str(root)
    if not write_bytecode:
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = not write_bytecode
    # Without httpd's history the tests that want it are skipped: the score is the same on every machine.
    for name in ("HPATCH_HTTPD_GIT", "HPATCH_UWSGI_GIT", "CI"):
        os.environ.pop(name, None)
    os.chdir(root)
    others = [entry for entry in sys.path if entry and not (Path(entry) / "hpatch/__init__.py").is_file()]
    sys.path[:] = [str(root), *others]
    nowhere = os.open(os.devnull, os.O_RDONLY)
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for source, target in ((nowhere, 0), (written, 1), (written, 2)):
        os.dup2(source, target)
