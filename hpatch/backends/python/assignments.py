"""The plain assignments of a Python file. Nothing is executed: what is not a literal is not known."""

from __future__ import annotations

import ast
import re
import warnings

from hpatch.records import NamedTuple
from hpatch.text import Place, Source

_DEPTH = 200
_OPENING = re.compile(r"[(\[{]")


class Assigned(NamedTuple):
    """The value of a name at the end of the file; `known` is False if it is not a plain literal."""

    value: object
    place: Place
    known: bool


class SyntaxFault(NamedTuple):
    """Why a file cannot be read, and where."""

    place: Place
    message: str


def read(source: Source) -> dict[str, Assigned] | SyntaxFault:
    """What the names at the top of a module are. A name that is set in a branch, a loop or a call is not known."""
    if _too_deep(source.text):
        return SyntaxFault(source.place(0, 0), "brackets are nested too deeply")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except (RecursionError, MemoryError):
        return SyntaxFault(source.place(0, 0), "an expression is nested too deeply")
    except UnicodeEncodeError as error:
        at = error.start
        return SyntaxFault(source.place(at, at), "the file is not UTF-8, which Python wants")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        at = source.offset(min(line, source.text.count("\n") + 1))
        return SyntaxFault(
            source.place(at, at), f"Python cannot read this line: {getattr(error, 'msg', None) or error}"
        )
    found: dict[str, Assigned] = {}
    for statement in tree.body:
        _statement(statement, found, source)
    return found


def _too_deep(text: str) -> bool:
    """Whether brackets may be nested so deeply that the parser of Python fails in its own ways."""
    depth = most = 0
    for char in text:
        if char in "([{":
            depth += 1
            most = max(most, depth)
        elif char in ")]}":
            depth = max(0, depth - 1)
    return most > _DEPTH


def _statement(statement: ast.stmt, found: dict[str, Assigned], source: Source) -> None:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign):
        if statement.value is None:
            return
        targets, value = [statement.target], statement.value
    elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        found[statement.name] = Assigned(None, _place(statement, source), False)
        return
    elif isinstance(statement, (ast.Import, ast.Expr, ast.Pass)):
        return
    else:
        # Whatever it is, its names are not known after it; `from x import *` may set any.
        every = isinstance(statement, ast.ImportFrom) and any(one.name == "*" for one in statement.names)
        for name in [*found] if every else _names(statement):
            found[name] = Assigned(None, _place(statement, source), False)
        return
    known, literal = _literal(value)
    for target in targets:
        if isinstance(target, ast.Name):
            found[target.id] = Assigned(literal, _place(statement, source), known)
        else:
            for name in _names(target):
                found[name] = Assigned(None, _place(statement, source), False)


def _names(node: ast.AST) -> set[str]:
    """Every name that a statement may set."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)}
    if isinstance(node, ast.ImportFrom):
        names |= {one.asname or one.name for one in node.names}
    return names


def _literal(value: ast.expr) -> tuple[bool, object]:
    try:
        return True, ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False, None


def _place(node: ast.stmt, source: Source) -> Place:
    """Where a statement stands. Python counts columns in bytes."""
    start = source.offset(node.lineno)
    end = source.offset(node.end_lineno or node.lineno)
    first = source.line(node.lineno).encode("utf-8", "surrogateescape")[: node.col_offset]
    last = source.line(node.end_lineno or node.lineno).encode("utf-8", "surrogateescape")[: node.end_col_offset]
    decoded = [len(part.decode("utf-8", "surrogateescape")) for part in (first, last)]
    return source.place(start + decoded[0], end + decoded[1])
