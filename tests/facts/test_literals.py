"""No release is written into the code that decides by it: it is a fact with a name and a source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.facts import table

NUMBER = re.compile(r"(?<![\w.])[12]\.\d+\.\d+(?![\w.]*\w)")
ASKING = {"since", "before", "maybe_before"}
ASKED = re.compile(rf"\b(?:{'|'.join(sorted(ASKING))})\(")
"""A call as ruff formats it: to parse what has none takes seconds."""
FREE_OF_NUMBERS = ("lint", "proxy", "conf")


def literals(code: str) -> Iterator[tuple[int, str]]:
    """The lines of code that hold a release: in a string that is no docstring, or as numbers given to Version."""
    tree = ast.parse(code)
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = id(node) not in documentation and "://" not in node.value and NUMBER.search(node.value)
        else:
            found = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Version" and _numbers(node.args)
        if found:
            yield node.lineno, ast.unparse(node)


def _numbers(arguments: list[ast.expr]) -> bool:
    return any(isinstance(word, ast.Constant) and isinstance(word.value, int) and word.value for word in arguments)


def names(code: str) -> Iterator[str]:
    """The changes that code asks for by name."""
    if ASKED.search(code) is None:
        return
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if called in ASKING and isinstance(node.args[0].value, str):
                yield node.args[0].value


@pytest.mark.parametrize("folder", FREE_OF_NUMBERS)
def test_no_release_in_the_code(root: Path, folder: str) -> None:
    files = sorted((root / "hpatch" / folder).rglob("*.py"))
    assert files
    stray = [(str(path.relative_to(root)), *found) for path in files for found in literals(path.read_text())]
    assert stray == []


@pytest.mark.parametrize(
    "code",
    [
        'if context.before("2.4.10"): pass',
        "FIRST = Version(2, 4, 8)",
        'message = f"httpd {version} is older than 2.4.47"',
        'help = "Run uWSGI 2.0.5 or later."',
    ],
)
def test_a_release_in_code_is_noticed(code: str) -> None:
    assert len(list(literals(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    """Since 2.4.10."""',
        'X = 1\n"""Since 2.4.10."""',
        "Version(*numbers)",
        'bind = "127.0.0.1:80"',
        'url = "https://httpd.apache.org/docs/2.4/mod/core.html"',
    ],
)
def test_what_is_no_release_passes(code: str) -> None:
    assert list(literals(code)) == []


def test_every_name_that_is_asked_for_is_in_the_table_and_every_row_is_asked_for(root: Path) -> None:
    code = [path.read_text() for path in (root / "hpatch").rglob("*.py")]
    asked = {name for text in code for name in names(text)}
    known = {row[0] for row in table.rows("versions")}
    assert asked - known == set()
    assert {name for name in known - asked if not any(f'"{name}"' in text for text in code)} == set()
