"""The quick way to try mutants: collect the tests once, then fork for each mutant and put its code into the function.

Most mutants change the body of one function. A test that fails with the new body notices the mutant. One that passes
proves little: what ran on import, and what runs in another process, still has the old code. So a survivor here is only
a candidate; `__main__` runs it again from the changed file.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from bench.mutants import sandbox
from bench.mutants.names import Mutant
from bench.mutants.tests import ALWAYS, Limit, set_private


class Warm:
    """A plugin for pytest that tries mutants instead of running the tests. `results` gets a line of JSON for each.

    `tests` are those of each mutant, with the seconds that they take without a change.
    """

    def __init__(
        self,
        root: Path,
        mutants: Sequence[Mutant],
        tests: Mapping[int, Mapping[str, float]],
        limits: Mapping[int, tuple[float, float]],
        place: Path,
        told: Callable[[], None],
    ) -> None:
        self._root = root
        self._mutants = mutants
        self._tests = tests
        self.seconds = {name: seconds for chosen in tests.values() for name, seconds in chosen.items()}
        self._limits = limits
        self._place = place
        self._told = told
        self._failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._failed:
            self._failed = report.nodeid

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for file in sorted({mutant.name.file for mutant in self._mutants}):
            importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        functions = _functions(self._root)
        gc.freeze()  # the forked processes share the memory as long as nobody writes to it
        with (self._place / "results").open("w") as results:
            for at, mutant in enumerate(self._mutants):
                private = self._place / str(at)
                private.mkdir()

                def work(mutant: Mutant = mutant, at: int = at, private: Path = private) -> int:
                    if not put(mutant, self._root, functions):
                        return 0
                    set_private(private)
                    chosen = [items[name] for name in self._tests[at]]
                    for item, after in zip(chosen, [*chosen[1:], None], strict=True):
                        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                        if self._failed:
                            (private / "failed").write_text(self._failed)
                            return 1
                    return 0

                cpu, wall = self._limits[at]
                ended = sandbox.run(work, writable=[private, Path("/dev")], cpu=cpu, wall=wall)
                by = (private / "failed").read_text() if (private / "failed").exists() else ""
                print(json.dumps([at, ended.status, by, ended.seconds]), file=results, flush=True)
                sandbox.remove(private)
                self._told()
        return True


def run(warm: Warm, arguments: Sequence[str]) -> int:
    """Collect the tests and try the mutants; pytest's exit status."""
    return int(pytest.main([*ALWAYS, *arguments], plugins=[warm, Limit(warm.seconds)]))


def _functions(root: Path) -> dict[tuple[str, str], list[FunctionType]]:
    """The functions of the copy that live in this process, by file and qualified name."""
    found: dict[tuple[str, str], list[FunctionType]] = {}
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(f"{root}{os.sep}"):
            found.setdefault((thing.__code__.co_filename, thing.__code__.co_qualname), []).append(thing)
    return found


def put(mutant: Mutant, root: Path, functions: Mapping[tuple[str, str], Sequence[FunctionType]]) -> bool:
    """Put the mutant's code into the function that it changes. False where that cannot be done for sure."""
    path = str(root / mutant.name.file)
    names = mutant.name.function.split(".")
    prefixes = {".".join(names[: count + 1]) for count in range(len(names))}
    bodies = [
        code
        for code in _codes(compile(mutant.text, path, "exec", dont_inherit=True))
        if code.co_qualname in prefixes and code.co_flags & inspect.CO_OPTIMIZED
    ]
    if len(bodies) != 1:
        return False
    live = functions.get((path, bodies[0].co_qualname), ())
    for function in live:
        if function.__code__.co_freevars != bodies[0].co_freevars:
            return False
        function.__code__ = bodies[0]
    return bool(live)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of classes and outermost functions."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            if not constant.co_flags & inspect.CO_OPTIMIZED:
                yield from _codes(constant)
