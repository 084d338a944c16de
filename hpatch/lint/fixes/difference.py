"""A unified diff of two texts, as `diff -u`, `patch` and `git apply` understand it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

_CONTEXT = 3
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def unified(name: str, before: str, after: str) -> Iterator[str]:
    """The lines of the diff, each with its end; none where the texts are the same."""
    if before == after:
        return
    old, new = _lines(before), _lines(after)
    top = _same(old, new)
    end = _same(old[top:][::-1], new[top:][::-1])
    # The middle is compared alone: most of a large file is the same at both ends.
    start = max(0, top - _CONTEXT)
    tail = max(0, end - _CONTEXT)
    here, there = old[start : len(old) - tail], new[start : len(new) - tail]
    yield f"--- {_quoted(name)}\n"
    yield f"+++ {_quoted(name)}\n"
    for group in SequenceMatcher(None, here, there).get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(start + first[1], start + last[2])} +{_range(start + first[3], start + last[4])} @@\n"
        for kind, old_start, old_end, new_start, new_end in group:
            if kind == "equal":
                yield from _marked(" ", here[old_start:old_end])
                continue
            yield from _marked("-", here[old_start:old_end])
            yield from _marked("+", there[new_start:new_end])


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a line feed ends one."""
    lines = text.split("\n")
    last = lines.pop()
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _same(one: list[str], other: list[str]) -> int:
    number = 0
    for line, same in zip(one, other, strict=False):
        if line != same:
            break
        number += 1
    return number


def _range(start: int, end: int) -> str:
    """A range of lines as in diff -u: from 1, without a length of 1; of no lines, the line before."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _quoted(name: str) -> str:
    """A file's name, in quotation marks where it has a sign that a diff's head cannot have as it is."""
    if not any(sign in _ESCAPES or ord(sign) < 32 or ord(sign) == 127 for sign in name):
        return name
    return (
        '"'
        + "".join(
            _ESCAPES.get(sign, f"\\{ord(sign):03o}" if ord(sign) < 32 or ord(sign) == 127 else sign) for sign in name
        )
        + '"'
    )
