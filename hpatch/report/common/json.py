"""What every JSON answer shares: its form, and places in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hpatch.text import Place

_MANY = 1_000
"""More items than people look at."""

_CHUNK = 100
"""How many of them are written at once: what is written is in memory three times."""


def dump(data: object) -> str:
    """The JSON of an answer, for people to look at too: indented, or if it has very many items, each item on one line.

    Python indents in Python, which takes ten times as long.
    """
    return "".join(pieces(data))


def pieces(data: object) -> Iterator[str]:
    """The same, piece by piece. No answer contains itself; to look for that takes half of the time of writing."""
    import json

    if isinstance(data, dict) and any(map(_is_long, data.values())):
        yield from compact(data)
    else:
        yield json.dumps(data, indent=2, check_circular=False) + "\n"


def compact(data: Mapping[str, object]) -> Iterator[str]:
    """The JSON of an answer for programs, piece by piece: a line a key, and a line an item of a list."""
    import json

    encode = json.JSONEncoder(check_circular=False).encode
    before = "{\n"
    for name, value in data.items():
        yield f"{before}{encode(name)}: "
        before = ",\n"
        if not value or not isinstance(value, list):
            yield encode(value)
            continue
        yield "[\n"
        for start in range(0, len(value), _CHUNK):
            yield (",\n" if start else "") + _items(value[start : start + _CHUNK], encode)
        yield "\n]"
    yield "\n}\n"


def _items(items: list[object], encode: Callable[[object], str]) -> str:
    """The items, each on a line.

    They are encoded at once, which takes less time, and then parted where an item begins: no text has a quote
    that is not escaped. If a list in an item looks the same, each is encoded by itself.
    """
    first = items[0]
    if isinstance(first, dict) and first:
        key = next(iter(first))
        if all(isinstance(item, dict) and next(iter(item), None) == key for item in items):
            begin = "{" + encode(key) + ": "
            parts = encode(items)[1:-1].split("}, " + begin)
            if len(parts) == len(items):
                return ("},\n" + begin).join(parts)
    return ",\n".join(map(encode, items))


def _is_long(value: object) -> bool:
    return isinstance(value, list) and len(value) > _MANY


def lines(lines: Iterable[bytes]) -> list[str]:
    """Lines of a file, with their ends; a byte that is not UTF-8 is a lone surrogate."""
    return [line.decode("utf-8", "surrogateescape") for line in lines]


def at(place: Place) -> dict[str, Any]:
    """A place."""
    file, line, column, end_line, end_column = place
    return {
        "file": file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }
