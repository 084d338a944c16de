"""Rules that the tests themselves keep to."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SHARED = ("tests.support", "tests.oracle")
"""Where helpers lie."""
CHECKS = frozenset({"raises", "warns", "fail", "validate"})
"""The functions of other packages that fail a test."""


def read(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def files() -> Iterator[Path]:
    yield from sorted(TESTS.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Module and name of each import, wherever it stands; the name is empty where the module is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def functions(tree: ast.AST) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def checks(function: ast.AST, known: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function can fail: by itself, or by one that it calls."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            if name in CHECKS and name not in known:
                return True
            if name in known and name not in seen and checks(known[name], known, seen | {name}):
                return True
    return False


def test_no_test_module_is_imported() -> None:
    """What tests share is in tests/support, so that each test module can be read, moved and run alone."""
    wrong = [
        (str(path.relative_to(TESTS)), module)
        for path in files()
        for module, name in imported(read(path))
        if module.startswith(".") or (module.split(".")[0] == "tests" and not f"{module}.{name}".startswith(SHARED))
    ]
    assert wrong == []


def test_tests_are_found_by_one_path() -> None:
    options = tomllib.loads((TESTS.parent / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert options["pythonpath"] == ["."]


def test_every_test_can_fail() -> None:
    helpers: dict[str, ast.FunctionDef] = {}
    for folder in ("support", "oracle"):
        for path in (TESTS / folder).rglob("*.py"):
            helpers |= functions(read(path))
    idle = []
    for path in files():
        tree = read(path)
        own = functions(tree)
        names = {name for module, name in imported(tree) if module.startswith(SHARED)}
        known = {name: helpers[name] for name in names if name in helpers} | own
        tests = [one for name, one in own.items() if name.startswith("test_") and path.name.startswith("test_")]
        idle += [f"{path.relative_to(TESTS)}::{one.name}" for one in tests if not checks(one, known)]
    assert idle == []


@pytest.mark.parametrize(
    ("where", "variables", "code", "said"),
    [
        ("tests/backends/uwsgi/test_real.py", {"CI": "true", "PATH": ""}, 1, "needs uwsgi (Debian: uwsgi-core)"),
        ("tests/backends/uwsgi/test_real.py", {"CI": "", "PATH": ""}, 0, "needs uwsgi (Debian: uwsgi-core)"),
        ("tests/patch/place/test_plan.py", {"CI": "true", "HPATCH_HTTPD_GIT": ""}, 0, "needs HPATCH_HTTPD_GIT"),
    ],
)
def test_what_is_missing_fails_in_ci_only(
    root: Path, where: str, variables: dict[str, str], code: int, said: str
) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", where]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert said in done.stdout
