"""`$(ENV)`, `@(file)` and `%(option)` in values, as `uwsgi_apply_config_pass` of uWSGI's `core/utils.c` finds them."""

from __future__ import annotations

import re
from collections.abc import Callable

from hpatch.text import whole_number

_LIMIT = 1000
_LENGTH = 1 << 16
_INTEGER = re.compile(r"\s*([+-]?\d+)")


def replace(value: str, symbol: str, lookup: Callable[[str], str | None]) -> tuple[str, bool]:
    """A value with each `symbol(name)` replaced, and whether all of them were replaced.

    A name that `lookup` does not know stays as it is. After a replacement uWSGI starts again at the second character,
    so it does not see a reference that a replacement puts at the very start. A value that refers to itself never ends
    in uWSGI; here it ends as not known.
    """
    known, rounds = True, 0
    at = seen = depth = start = 0
    while at < len(value):
        char = value[at]
        if char == symbol:
            seen = 1
        elif seen == 1 and char == "(":
            seen, depth, start = 2, 0, at + 1
        elif seen < 2:
            seen = 0
        elif char == ")" and depth == 0:
            seen = 0
            if at > start:
                found = lookup(value[start:at])
                if found is None:
                    known = False
                else:
                    value = value[: start - 2] + found + value[at + 1 :]
                    at, rounds = 0, rounds + 1
                    if rounds > _LIMIT or len(value) > _LENGTH:
                        return value, False
        else:
            depth += (char == "(") - (char == ")")
        at += 1
    return value, known


def _integer(text: str) -> int:
    match = _INTEGER.match(text)
    return whole_number(match.group(1)) if match else 0


def _apply(operator: str, left: str, right: str) -> str:
    if not operator:
        return left + right
    one, two = _integer(left), _integer(right)
    if operator == "+":
        return str(one + two)
    if operator == "-":
        return str(one - two)
    if operator == "*":
        return str(one * two)
    return str(int(one / two) if two else 0)


def compute(expression: str, lookup: Callable[[str], str | None]) -> str | None:
    """`%(a b + 2)`: adjacent operands are joined, and an operator applies to everything on its left.

    None if an operand is not known, or if there is none (`uwsgi_manage_placeholder` of `core/config.c`).
    """
    result: str | None = None
    operator = ""
    for token in expression.split(" "):
        if not token:
            continue
        if token in ("++", "--"):
            result = None if result is None else _apply(token[0], result, "1")
            operator = ""
        elif token in ("+", "-", "*", "/"):
            operator = token
        else:
            operand = token if token.isdecimal() else lookup(token)
            if operand is None:
                return None
            result = _apply(operator, result or "", operand)
            operator = ""
    return result
