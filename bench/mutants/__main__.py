"""Run `python -m bench.mutants AREA…`: the score of an area's tests, and the changes that they do not notice.

Exit status: 0 every survivor is listed, 1 a survivor is not listed or an entry names no mutant, 2 wrong usage,
4 the tests fail without any change, or the kernel cannot confine a mutant.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.mutants import generate, listed, sandbox, tables
from bench.mutants.names import Mutant, Name
from bench.mutants.tests import Reach, attempt, prepare, read_survey, survey
from bench.mutants.warm import Warm, run

TOP = Path(__file__).parent.parent.parent
KNOWN = Path(__file__).with_name("survivors")
RESULTS = TOP / ".mutants"
COPIED = ("hpatch", "grammars", "patches", "examples", "docs", "bench", "tests", "pyproject.toml", "README.md")
PRELOADED = ("pytest", "hypothesis", "lark", "unidiff", "rich.console", "rich.table", "typer", "typer.testing")
KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"


@dataclass(frozen=True)
class Area:
    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    """Arguments for pytest."""
    lines: str
    """Only mutants that change a line with this pattern, for an area that is a matter of some lines."""


@dataclass(frozen=True)
class Result:
    name: Name
    line: int
    outcome: str
    by: str
    """The first test that failed."""
    seconds: float


def areas() -> dict[str, Area]:
    """What pyproject.toml says under [tool.mutants]."""
    tables = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["tool"]["mutants"]
    return {
        name: Area(
            name=name,
            files=tuple(
                sorted(
                    path.relative_to(TOP).as_posix()
                    for pattern in table["files"]
                    for path in TOP.glob(pattern)
                    if path.read_text("utf-8").count("\n") > 1
                )
            ),
            tests=tuple(table["tests"]),
            lines=table.get("lines", ""),
        )
        for name, table in tables.items()
    }


def mutants(area: Area) -> Iterator[Mutant]:
    """All of an area, file by file."""
    for file in area.files:
        make = tables.mutants if file.endswith(".tsv") else generate.mutants
        for mutant in make(file, (TOP / file).read_text("utf-8")):
            if re.search(area.lines, mutant.name.before):
                yield mutant


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for the copy and for what the mutants write; in memory where there is room, since applying syncs."""
    memory = Path("/dev/shm")
    folder = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=folder, ignore_cleanup_errors=True) as made:
        yield Path(made)


class Bench:
    """A copy of the tree, in which one mutant at a time runs the tests that reach it."""

    def __init__(self, area: Area, place: Path) -> None:
        self._area = area
        self._root = place / "tree"
        self._private = place / "private"
        skipped = shutil.ignore_patterns("__pycache__", "*.egg-info")
        self._root.mkdir()
        for name in COPIED:
            source = TOP / name
            if source.is_dir():
                shutil.copytree(source, self._root / name, ignore=skipped)
            else:
                shutil.copy2(source, self._root / name)
        self._reach: dict[str, Reach] = {}

    def survey(self) -> str:
        """Learn which tests reach which lines. The answer is a complaint, where the tests fail without a change."""
        note, output = self._private / "reach.json", self._private / "output"
        self._private.mkdir()

        def work() -> int:
            prepare(self._root, self._private, output, write_bytecode=True)
            return survey(self._root, self._area.files, self._area.tests, note)

        ended = sandbox.run(work, writable=[self._private, self._root, Path("/dev")], cpu=900, wall=1800)
        if ended.status != 0:
            return f"pytest ended with {ended.status}:\n{output.read_text(errors='replace')[-3000:]}"
        self._reach = read_survey(note)
        sandbox.remove(self._private)
        return ""

    def tests(self, mutant: Mutant) -> dict[str, float]:
        """The tests that run the line, the fastest first; all, for a line that runs on import. With their seconds."""
        reaching = [name for name, reach in self._reach.items() if self._reaches(reach, mutant)]
        seconds = {name: self._reach[name].seconds for name in reaching or self._reach}
        return dict(sorted(seconds.items(), key=lambda test: test[1]))

    def _reaches(self, reach: Reach, mutant: Mutant) -> bool:
        lines = reach.lines.get(mutant.name.file, ())
        return any(line in lines for line in range(mutant.line, mutant.line + 1 + mutant.name.before.count("\n")))

    def run(self, mutant: Mutant) -> Result:
        """Whether a test notices the mutant."""
        tests = self.tests(mutant)
        note, output = self._private / "failed", self._private / "output"
        self._private.mkdir()
        target = self._root / mutant.name.file
        original, times = target.read_bytes(), target.stat()
        target.write_text(mutant.text, "utf-8")

        def work() -> int:
            prepare(self._root, self._private, output, write_bytecode=False)
            return attempt(tests, self._area.tests, note)

        cpu, wall = _limits(tests)
        try:
            ended = sandbox.run(work, writable=[self._private, Path("/dev")], cpu=cpu, wall=wall)
            by = note.read_text() if note.exists() else ""
        finally:
            target.write_bytes(original)
            os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
            sandbox.remove(self._private)
        return Result(name=mutant.name, line=mutant.line, outcome=_outcome(ended.status), by=by, seconds=ended.seconds)

    def run_warm(self, chosen: Sequence[Mutant], told: Callable[[], None]) -> list[Result]:
        """The mutants that a test notices when their code is put into the function: quick, but not the last word."""
        self._private.mkdir()
        tests = {at: self.tests(mutant) for at, mutant in enumerate(chosen)}
        limits = {at: _limits(reaching) for at, reaching in tests.items()}
        warm = Warm(self._root, chosen, tests, limits, self._private, told)

        def work() -> int:
            prepare(self._root, self._private, self._private / "output", write_bytecode=False)
            return run(warm, self._area.tests)

        sandbox.run(work, writable=[self._private, Path("/dev")], cpu=3600, wall=4 * 3600)
        rows = map(json.loads, (self._private / "results").read_text().splitlines())
        results = [
            Result(name=chosen[at].name, line=chosen[at].line, outcome=_outcome(status), by=by, seconds=seconds)
            for at, status, by, seconds in rows
            if status is not None  # a machine that was busy or asleep: once more
        ]
        sandbox.remove(self._private)
        return [result for result in results if result.outcome != SURVIVED]


def _limits(tests: Mapping[str, float]) -> tuple[float, float]:
    """Seconds of processor and of the clock that these tests may take."""
    expected = sum(tests.values())
    return 8 + 3 * expected, 40 + 10 * expected


def _outcome(status: int | None) -> str:
    if status in {0, 5}:  # passed, or no test there
        return SURVIVED
    return TIMED_OUT if status is None or status < 0 else KILLED


class Progress:
    """A line on stderr that counts the mutants."""

    def __init__(self, area: Area, count: int) -> None:
        self._start, self._count, self._done = area.name, count, 0
        self._stream = os.dup(2)
        self._terminal = os.isatty(2)

    def step(self) -> None:
        self._done += 1
        if self._terminal or self._done % 50 == 0 or self._done == self._count:
            end = "\r" if self._terminal and self._done < self._count else "\n"
            os.write(self._stream, f"{self._start}: {self._done} of {self._count}{end}".encode())


def measure(area: Area, chosen: Sequence[Mutant]) -> list[Result] | str:
    """The result of each mutant, or a complaint."""
    with workplace() as place:
        bench = Bench(area, place)
        complaint = bench.survey()
        if complaint:
            return complaint
        code = [mutant for mutant in chosen if mutant.name.file.endswith(".py")]
        results = bench.run_warm(code, Progress(area, len(code)).step) if code else []
        noticed = {result.name for result in results}
        others = [mutant for mutant in chosen if mutant.name not in noticed]
        progress = Progress(area, len(others))
        for mutant in others:
            results.append(bench.run(mutant))
            save(area, results)
            progress.step()
    rank = {mutant.name: at for at, mutant in enumerate(chosen)}
    return sorted(results, key=lambda result: rank[result.name])


def save(area: Area, results: Sequence[Result]) -> None:
    """Keep the results, and those of mutants that were not tried this time: `--again` starts from them."""
    RESULTS.mkdir(exist_ok=True)
    tried = {result.name for result in results}
    rows = [row for row in _rows(area) if Name(**row["name"]) not in tried]
    rows += [asdict(result) for result in results]
    (RESULTS / f"{area.name}.json").write_text(json.dumps(rows, indent=1))


def survivors_of(area: Area) -> set[Name]:
    """Those of the last runs."""
    return {Name(**row["name"]) for row in _rows(area) if row["outcome"] == SURVIVED}


def _rows(area: Area) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = json.loads((RESULTS / f"{area.name}.json").read_text())
    except FileNotFoundError:
        return []
    return rows


def show(area: Area, results: Sequence[Result], known: dict[Name, listed.Listed], seconds: float) -> bool:
    """Print the score and the survivors; whether all of them are listed."""
    count = {outcome: sum(result.outcome == outcome for result in results) for outcome in (KILLED, TIMED_OUT, SURVIVED)}
    fresh = [result for result in results if result.outcome == SURVIVED and result.name not in known]
    noticed = count[KILLED] + count[TIMED_OUT]
    print(
        f"{area.name}: {len(results)} mutants, {count[KILLED]} killed, {count[TIMED_OUT]} timed out, "
        f"{count[SURVIVED]} survived ({count[SURVIVED] - len(fresh)} listed, {len(fresh)} not): "
        f"score {100 * noticed / max(1, len(results)):.1f} % in {seconds / 60:.1f} minutes"
    )
    for result in fresh:
        print(f"\n# {result.name.file}:{result.line}\n{listed.entry(result.name)}", end="")
    return not fresh


def main() -> int:
    known_areas = areas()
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__)
    parser.add_argument("area", nargs="*", metavar="AREA", help=f"one of {', '.join(known_areas)}; all by default")
    parser.add_argument("--again", action="store_true", help="only the survivors of the last run")
    parser.add_argument("--file", default="*", metavar="GLOB", help="only mutants of these files")
    options = parser.parse_args()
    unknown = set(options.area) - set(known_areas)
    if unknown:
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    try:
        sandbox.check()
        known = listed.read(KNOWN)
    except sandbox.UnavailableError:
        print("This kernel has no Landlock: a mutant could write anywhere. Use Linux 5.13 or later.", file=sys.stderr)
        return 4
    except listed.BadListError as error:
        print(f"{KNOWN.name}: {error}", file=sys.stderr)
        return 4
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for module in PRELOADED:
        __import__(module)
    sound = True
    for each in options.area or known_areas:
        began = time.monotonic()
        area = replace(known_areas[each], files=tuple(fnmatch.filter(known_areas[each].files, options.file)))
        chosen = made = list(mutants(area))
        if options.again:
            last = survivors_of(area)
            chosen = [mutant for mutant in chosen if mutant.name in last]
        results = measure(area, chosen)
        if isinstance(results, str):
            print(f"{area.name}: the tests fail without any change.\n{results}", file=sys.stderr)
            return 4
        save(area, results)
        sound &= show(area, results, known, time.monotonic() - began)
        names = {mutant.name for mutant in made}
        for name in known:
            if name.file in area.files and name not in names:
                sound = False
                print(
                    f"\n# {KNOWN.name}/{area.name}.toml lists what is no mutant any more\n{listed.entry(name)}", end=""
                )
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
