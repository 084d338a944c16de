"""How the package is written: what holds for all of its files and no linter checks."""

from __future__ import annotations

import ast
import gc
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "hpatch"
MANY = 4
"""An answer with more fields than this is built by keyword."""
BY_POSITION = {"Place": 5, "Found": 2}
"""How many fields may be given by position: a place is a span of text, and a rule yields a place and a message."""


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ast.Module]]:
    """Every file of the package, by its path, as its syntax tree; a million objects, none of which is garbage yet."""
    files = sorted(PACKAGE.rglob("*.py"))
    gc.disable()
    try:
        yield {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}
    finally:
        gc.enable()


def classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def fields(one: ast.ClassDef) -> list[str]:
    """The fields of a NamedTuple or a dataclass."""
    plain = any(isinstance(base, ast.Name) and base.id == "NamedTuple" for base in one.bases)
    if not plain and not any("dataclass" in ast.dump(decorator) for decorator in one.decorator_list):
        return []
    return [
        node.target.id for node in one.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


def ours(nodes: list[ast.AST]) -> set[str]:
    """The names in a file that stand for classes of this package: defined there, or imported."""
    names = {one.name for one in nodes if isinstance(one, ast.ClassDef)}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hpatch"):
            names.update(alias.name for alias in node.names)
    return names


def by_position(trees: dict[str, ast.Module]) -> list[str]:
    """The calls that give more fields of a large answer by position than they may."""
    walked = {path: list(ast.walk(tree)) for path, tree in trees.items()}
    classes = (node for nodes in walked.values() for node in nodes if isinstance(node, ast.ClassDef))
    large = {one.name for one in classes if len(fields(one)) > MANY}
    return [
        f"{path}:{node.lineno}: {node.func.id}"
        for path, nodes in walked.items()
        for names in [large & ours(nodes)]
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
        if len(node.args) > BY_POSITION.get(node.func.id, 1) and not any(isinstance(a, ast.Starred) for a in node.args)
    ]


def test_no_class_name_stands_for_two_things(modules: dict[str, ast.Module]) -> None:
    where = defaultdict(list)
    for path, tree in modules.items():
        for one in classes(tree):
            if not one.name.startswith("_"):
                where[one.name].append(path)
    assert where
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def test_large_answers_are_built_by_keyword(modules: dict[str, ast.Module]) -> None:
    assert by_position(modules) == []


def test_a_call_by_position_is_found() -> None:
    text = (
        "class Five(NamedTuple):\n"
        + "".join(f"    {name}: int\n" for name in "abcde")
        + "\nFive(1, 2, c=3, d=4, e=5)\n"
    )
    assert by_position({"five.py": ast.parse(text)}) == ["five.py:8: Five"]
