"""Lines that no compiler sees: those between `#if 0` and its end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_DIRECTIVE = re.compile(rb"\s*#\s*(if|ifdef|ifndef|else|elif|endif)\b\s*(.*?)\s*(?:/[/*].*)?$", re.DOTALL)
_TOKEN = re.compile(rb"/\*|//|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


def dead(lines: Sequence[bytes]) -> frozenset[int]:
    """The lines (from 0) of a text in C that stand within `#if 0`. What other conditions leave out is unknown."""
    return frozenset(_dead(lines))


def _dead(lines: Sequence[bytes]) -> Iterator[int]:
    comment = False
    # For each conditional whose end is not reached: whether its present branch is left out for certain.
    out: list[bool] = []
    for number, line in enumerate(lines):
        directive = None if comment else _DIRECTIVE.match(line)
        if directive is not None:
            word, condition = directive[1], directive[2]
            if word.startswith(b"if"):
                out.append(word == b"if" and condition == b"0")
            elif out and word == b"endif":
                out.pop()
            elif out:
                # After `#if 0` any branch can count.
                out[-1] = word == b"elif" and condition == b"0"
            continue
        if any(out):
            yield number
        comment = _commented(line, within=comment)


def _commented(line: bytes, *, within: bool) -> bool:
    """Whether a comment is open at a line's end; `within`: one is at its start."""
    at = 0
    while True:
        if within:
            end = line.find(b"*/", at)
            if end < 0:
                return True
            at, within = end + 2, False
        found = _TOKEN.search(line, at)
        if found is None or found[0] == b"//":
            return False
        at, within = found.end(), found[0] == b"/*"
