"""What every JSON answer shares: its form, and places in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hpatch.text import Place


def dump(data: object) -> str:
    """The JSON of an answer, for people to look at too."""
    import json

    return json.dumps(data, indent=2) + "\n"


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
