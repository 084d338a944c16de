"""Numbers in sentences."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `150,000 directives`."""
    return f"{number:,} {noun}" if number == 1 or noun == "more" else f"{number:,} {noun}s"
