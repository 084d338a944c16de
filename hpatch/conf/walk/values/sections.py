"""Sections that take a path or a regular expression."""

from __future__ import annotations

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, unknown
from hpatch.conf.walk.values.regex import miscompiled


def path(_: str) -> Judge:
    """`<Directory>`, `<Files>` and `<Location>`: a path, or `~` and a regular expression (server/core.c)."""
    return lambda given: _single(given, 1 if given.words[:1] == ["~"] else 0, regex=given.words[:1] == ["~"])


def pattern(_: str) -> Judge:
    """The sections whose names end in Match: a regular expression."""
    return lambda given: _single(given, 0, regex=True)


def _single(given: Arguments, index: int, *, regex: bool) -> Wrong | None:
    """The word `index`, the only one."""
    words = given.words
    if len(words) <= index or any(map(unknown, words)) or "" in words:
        return None
    wrong = miscompiled(words[index], index) if regex else None
    if wrong is None and len(words) > index + 1:
        help_ = "If the words are one argument, put it in quotes."
        return Wrong(index + 1, f"takes one argument, not {len(words) - index}", help_)
    return wrong
