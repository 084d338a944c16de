"""Sections that take a path or a regular expression, and what takes its path from the section around it."""

from __future__ import annotations

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, unknown
from hpatch.conf.walk.values.regex import miscompiled


def path(_: str) -> Judge:
    """`<Directory>`, `<Files>` and `<Location>`: a path, or `~` and a regular expression (server/core.c)."""
    return lambda given: _single(given, 1 if given.words[:1] == ["~"] else 0, regex=given.words[:1] == ["~"])


def condition(_: str) -> Judge:
    """`<If>` and `<ElseIf>`: one expression. One that does not parse has a finding of its own."""

    def judged(given: Arguments) -> Wrong | None:
        wrong = _single(given, 0, regex=False)
        if wrong is None:
            return None
        from hpatch.conf.expressions.parse import parse  # only faults pay for it

        return wrong if parse(given.words[0], string=False).mistake is None else None

    return judged


def pattern(_: str) -> Judge:
    """The sections whose names end in Match: a regular expression."""
    return lambda given: _single(given, 0, regex=True)


def _single(given: Arguments, index: int, *, regex: bool) -> Wrong | None:
    """The word `index`, the only one."""
    words = given.words
    if len(words) <= index or any(map(unknown, words)):
        return None
    wrong = miscompiled(words[index], index) if regex else None
    if wrong is None and len(words) > index + 1:
        help_ = "If the words are one argument, put it in quotes."
        return Wrong(index + 1, f"takes one argument, not {len(words) - index}", help_)
    return wrong


def alias(_: str) -> Judge:
    """`add_alias_internal` (mod_alias.c): outside of sections for paths, a path and a folder."""

    def judged(given: Arguments) -> Wrong | None:
        found, node = given.words, given.node
        if len(found) > 2 or not found or not found[0] or any(map(unknown, found)) or all(found[1:2] or [""]):
            return None
        server = node.parent is None and given.configuration.whole
        if server or (node.parent is not None and node.parent.key == "<virtualhost"):
            return Wrong(None, "needs a path and a folder outside of a Location")
        return None

    return judged
