"""Changes to code that Cosmic Ray does not make: a guard that is gone, an operand or a statement that is dropped.

Each class has the two methods that Cosmic Ray asks of an operator: where a node of parso's tree can be changed, and the
changed node for one of these places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosmic_ray.ast import get_ast

Node = Any
"""A node of parso's tree, which has no types."""
Span = tuple[tuple[int, int], tuple[int, int]]


def _span(node: Node) -> Span:
    return (node.start_pos, node.end_pos)


def _instead(node: Node, text: str) -> Node:
    return get_ast(node.get_first_leaf().prefix + text)


class ConditionSettled:
    """A condition that is always true, or always false: what an `if` guards against is let through."""

    def _conditions(self, node: Node) -> list[tuple[int, str]]:
        if node.type == "if_stmt":
            heads = [at + 1 for at, child in enumerate(node.children) if child in ("if", "elif")]
            return [(at, value) for at in heads for value in ("True", "False")]
        if node.type == "while_stmt":
            return [(1, "False")]
        if node.type == "comp_if":
            return [(1, "True"), (1, "False")]
        if node.type == "test":  # A if B else C
            return [(2, "True"), (2, "False")]
        return []

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        for at, _ in self._conditions(node):
            yield _span(node.children[at])

    def mutate(self, node: Node, index: int) -> Node:
        at, value = self._conditions(node)[index]
        node.children[at] = _instead(node.children[at], value)
        return node


class OperandDropped:
    """`a and b` becomes `a`, and `b`; the same for `or`."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        if node.type in ("and_test", "or_test"):
            for operand in node.children[::2]:
                yield _span(operand)

    def mutate(self, node: Node, index: int) -> Node:
        kept = [operand for at, operand in enumerate(node.children[::2]) if at != index]
        word = "and" if node.type == "and_test" else "or"
        prefix = node.get_first_leaf().prefix
        text = f" {word} ".join(operand.get_code(include_prefix=False) for operand in kept)
        return get_ast(prefix + text)


class MembershipNegated:
    """`in` becomes `not in`, and the other way round."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        if node.type == "comparison":
            for word in node.children[1::2]:
                if self._negated(word):
                    yield _span(word)

    def mutate(self, node: Node, index: int) -> Node:
        places = [at for at, word in enumerate(node.children) if at % 2 and self._negated(word)]
        word = node.children[places[index]]
        node.children[places[index]] = _instead(word, self._negated(word))
        return node

    def _negated(self, word: Node) -> str:
        code = " ".join(word.get_code(include_prefix=False).split())
        return {"in": "not in", "not in": "in"}.get(code, "")


class ExceptionReplaced:
    """An exception that nobody raises, instead of one that is caught. Cosmic Ray does not read `except (a.B, C)`."""

    def _caught(self, node: Node) -> tuple[Node, list[int]]:
        """Where the exceptions of an `except` stand: a node, and which of its children they are."""
        if node.type != "except_clause":
            return node, []
        what = node.children[1]
        if what.type != "atom":
            return node, [1]
        within = what.children[1]
        if within.type != "testlist_comp":
            return what, [1]
        return within, [at for at, child in enumerate(within.children) if child != ","]

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        parent, places = self._caught(node)
        for at in places:
            yield _span(parent.children[at])

    def mutate(self, node: Node, index: int) -> Node:
        parent, places = self._caught(node)
        at = places[index]
        parent.children[at] = _instead(parent.children[at], "CosmicRayTestingException")
        return node


class StatementDropped:
    """A call for its effect, a `del`, or a change of a value in place is left out."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        if node.type == "simple_stmt" and self._has_effect(node.children[0]):
            yield _span(node.children[0])

    def mutate(self, node: Node, index: int) -> Node:
        node.children[0] = _instead(node.children[0], "pass")
        return node

    def _has_effect(self, statement: Node) -> bool:
        if statement.type in ("atom_expr", "del_stmt", "yield_expr"):
            return True
        if statement.type != "expr_stmt":
            return False
        target, sign = statement.children[0], statement.children[1]
        return bool(sign.type == "operator" and sign.value != "=") or target.type == "atom_expr"


OWN = {
    "ConditionSettled": ConditionSettled(),
    "ExceptionReplaced": ExceptionReplaced(),
    "MembershipNegated": MembershipNegated(),
    "OperandDropped": OperandDropped(),
    "StatementDropped": StatementDropped(),
}

COSMIC_RAY = (
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Add",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_Mod_Add",
    "ReplaceBinaryOperator_BitOr_BitAnd",
    "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "ZeroIterationForLoop",
)
"""Cosmic Ray's operators in use. The others make the same change in a weaker way, or one that ends every run at once.

None of them touches a text, so the wording of a message is never a mutant by itself.
"""
