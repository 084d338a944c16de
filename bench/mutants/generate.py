"""The mutants of a file: each a whole text, with a name that survives changes elsewhere in the file."""

from __future__ import annotations

import ast
import copy
import difflib
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.plugins import get_operator

from bench.mutants.names import Mutant, Name
from bench.mutants.operators import COSMIC_RAY, OWN


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a file that Python can read and that does not mean the same, from the top of the file down."""
    tree = ast.parse(source)
    meanings = {_meaning(source)}
    seen: Counter[tuple[str, str, str]] = Counter()
    for text in _texts(source):
        try:
            meaning = _meaning(text)
        except (SyntaxError, ValueError):
            continue
        if meaning in meanings:
            continue
        meanings.add(meaning)
        line, before, after = _change(source, text)
        if before == "if TYPE_CHECKING:":
            continue
        function = _function(tree, line)
        seen[function, before, after] += 1
        nth = seen[function, before, after]
        yield Mutant(name=Name(file=file, function=function, before=before, after=after, nth=nth), line=line, text=text)


def _texts(source: str) -> list[str]:
    operators: list[Any] = [*OWN.values(), *(get_operator(f"core/{name}")() for name in COSMIC_RAY)]
    starts = [0, *itertools.accumulate(map(len, source.splitlines(keepends=True)))]
    found: list[tuple[tuple[int, int], str]] = []
    for node in ast_nodes(get_ast(source)):
        (first, left), (last, right) = node.get_start_pos_of_prefix(), node.end_pos
        head, tail = source[: starts[first - 1] + left], source[starts[last - 1] + right :]
        for operator in operators:
            for index, (start, _) in enumerate(operator.mutation_positions(node)):
                # The copy keeps the original's parent, which some operators ask.
                changed = operator.mutate(copy.deepcopy(node, {id(node.parent): node.parent}), index)
                found.append((start, head + changed.get_code() + tail))
    return [text for _, text in sorted(found, key=lambda pair: pair[0])]


class _Unmeaning(ast.NodeTransformer):
    """Takes out what no test can notice: annotations and docstrings."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)


def _meaning(text: str) -> str:
    return ast.dump(_Unmeaning().visit(ast.parse(text)))


def _change(source: str, text: str) -> tuple[int, str, str]:
    before, after = source.splitlines(), text.splitlines()
    steps = [step for step in difflib.SequenceMatcher(None, before, after, False).get_opcodes() if step[0] != "equal"]
    low, high = steps[0], steps[-1]
    old, new = before[low[1] : high[2]], after[low[3] : high[4]]
    return low[1] + 1, "\n".join(map(str.strip, old)), "\n".join(map(str.strip, new))


def _function(tree: ast.Module, line: int) -> str:
    names: list[str] = []

    def enter(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                if first <= line <= (child.end_lineno or child.lineno):
                    names.append(child.name)
                    enter(child)

    enter(tree)
    return ".".join(names)
