"""What a RewriteCond compares without a regular expression: `=text`, `<text`, `-gt5` and their like."""

from __future__ import annotations

import re


def by_number(sign: str, value: str, number: str) -> bool:
    """`-eq` and its like: a value compared with a number, both as C reads them."""
    return _compared(sign, _atoi(value), _atoi(number))


def _atoi(text: str) -> int:
    match = re.match(r"\s*([+-]?[0-9]+)", text)
    return int(match[1][:18]) if match else 0


def _compared(name: str, one: int, other: int) -> bool:
    return {
        "eq": one == other, "ne": one != other, "ge": one >= other, "gt": one > other, "le": one <= other,
        "lt": one < other,
    }[name]  # fmt: skip


def ordered(pattern: str, value: str, nocase: bool) -> bool:
    """`=text`, `<text`, `>=text` and their like, in the order of bytes."""
    sign = pattern[: 2 if pattern[:2] in ("<=", ">=") else 1]
    text = pattern[len(sign) :]
    if sign == "=" and len(text) > 1 and text == '""':
        text = ""
    if nocase:
        value, text = value.lower(), text.lower()
    if sign == "=":
        return value == text
    one, other = (len(value), value), (len(text), text)
    if nocase:
        return {"<": value < text, ">": value > text, "<=": value <= text, ">=": value >= text}[sign]
    return {"<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}[sign]
