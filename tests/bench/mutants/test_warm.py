"""A mutant's code in a function that lives already."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

pytest.importorskip("cosmic_ray", reason="needs cosmic-ray: `make mutants` installs it")

from bench.mutants.generate import mutants
from bench.mutants.names import Mutant
from bench.mutants.warm import put

SOURCE = """\
LIMIT = 2
class A:
    @property
    def small(self):
        return self.size < LIMIT
    @property
    def twice(self):
        return 1
    @twice.setter
    def twice(self, value):
        self.size = value + 1
def outer(values):
    return [value for value in values if value > 0]
def closed(a):
    def inner():
        return a or 1
    return inner
"""


def loaded(tmp_path: Path) -> tuple[ModuleType, dict[tuple[str, str], list[FunctionType]]]:
    path = tmp_path / "loaded.py"
    path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("loaded", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    live = [module.A.small.fget, module.A.twice.fget, module.A.twice.fset, module.outer, module.closed]
    functions: dict[tuple[str, str], list[FunctionType]] = {}
    for function in live:
        functions.setdefault((str(path), function.__code__.co_qualname), []).append(function)
    return module, functions


def mutant(after: str) -> Mutant:
    (found,) = (one for one in mutants("loaded.py", SOURCE) if one.name.after == after)
    return found


def test_the_function_has_the_new_code(tmp_path: Path) -> None:
    module, functions = loaded(tmp_path)
    thing = module.A()
    thing.size = 2
    assert not thing.small
    assert put(mutant("return self.size <= LIMIT"), tmp_path, functions)
    assert thing.small
    assert put(mutant("return [value for value in values if True]"), tmp_path, functions)
    assert module.outer([0]) == [0]
    assert put(mutant("return a"), tmp_path, functions)
    assert module.closed(0)() == 0


@pytest.mark.parametrize("after", ["LIMIT = 3", "return 2", "self.size = value - 1"])
def test_what_cannot_be_put_for_sure(tmp_path: Path, after: str) -> None:
    _, functions = loaded(tmp_path)
    assert not put(mutant(after), tmp_path, functions)
