"""What every JSON answer shares: its form, and places in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hpatch.text import Place

_MANY = 1_000
"""More items than people look at."""


def dump(data: object) -> str:
    """The JSON of an answer, for people to look at too: indented, or if it has very many items, each item on one line.

    Python indents in Python, which takes ten times as long.
    """
    import json

    if not isinstance(data, dict) or not any(map(_is_long, data.values())):
        return json.dumps(data, indent=2) + "\n"
    encode = json.JSONEncoder().encode
    members = []
    for name, value in data.items():
        items = ",\n".join(map(encode, value)) if _is_long(value) else ""
        members.append(f"{encode(name)}: " + (f"[\n{items}\n]" if items else encode(value)))
    return "{\n" + ",\n".join(members) + "\n}\n"


def _is_long(value: object) -> bool:
    return isinstance(value, list) and len(value) > _MANY


def lines(lines: Iterable[bytes]) -> list[str]:
    """Lines of a file, with their ends; a byte that is not UTF-8 is a lone surrogate."""
    return [line.decode("utf-8", "surrogateescape") for line in lines]


def at(place: Place) -> dict[str, Any]:
    """A place."""
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }
