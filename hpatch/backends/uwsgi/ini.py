"""The lines of an ini file, as uWSGI parses them (`core/ini.c`, tested on uWSGI 2.0.21).

uWSGI first replaces every `%` and the character after it in the whole text, line ends included, and only then
looks for lines: a `%` at a line's end joins the next line to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hpatch.backends.uwsgi import magic
from hpatch.backends.uwsgi.line import OptionLine

BLANKS = " \t\r"

_END = re.compile(r"[^%\n]*(?:%[\s\S]?[^%\n]*)*")


def raw_lines(text: str) -> Iterator[tuple[int, int]]:
    """The start and end of each line, as uWSGI splits lines."""
    at = 0
    while at < len(text):
        match = _END.match(text, at)
        assert match is not None
        yield at, match.end()
        at = match.end() + 1


def _unknown(raw: str, known: Mapping[str, str]) -> bool:
    return any(char in magic.UNKNOWN and char not in known for char in magic.PATTERN.findall(raw) if char)


def lines(text: str, section: str, known: Mapping[str, str]) -> Iterator[OptionLine]:
    """The options of a section. Only a whole line can be a comment. uWSGI drops the last character of a section."""
    current = ""
    for start, end in raw_lines(text):
        raw = text[start:end]
        line = (magic.PATTERN.sub(lambda match: magic.replace(match, known), raw) if "%" in raw else raw).strip(BLANKS)
        if not line or line[0] in ";#":
            continue
        if line[0] == "[":
            current = line[1:-1]
        elif current == section:
            key, _, value = line.partition("=")
            first = start + len(raw) - len(raw.lstrip(BLANKS))
            yield OptionLine(
                key=key.rstrip(BLANKS),
                value=value.lstrip(BLANKS),
                start=first,
                end=start + len(raw.rstrip(BLANKS)),
                known="%" not in raw or not _unknown(raw, known),
            )
