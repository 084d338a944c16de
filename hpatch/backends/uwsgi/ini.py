"""The lines of an ini file, as uWSGI parses them (`core/ini.c`, tested on uWSGI 2.0.21).

uWSGI first replaces every `%` and the character after it in the whole text, line ends included, and only then
looks for lines: a `%` at a line's end joins the next line to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

BLANKS = " \t\r"
UNKNOWN_MAGIC = "bghijkotuvGIJOTUV"
"""Magic variables whose value only the running uWSGI knows (`%h` its host, `%v` its folder, `%o` how it was called)."""

_MAGIC = re.compile(r"%([\s\S])|%\Z")
_END = re.compile(r"[^%\n]*(?:%[\s\S]?[^%\n]*)*")


class IniLine(NamedTuple):
    """A `key = value` of the requested section, and its position in the text.

    `known` is False if the value contains a magic variable that only the running uWSGI knows.
    """

    key: str
    value: str
    start: int
    end: int
    known: bool


def magic(path: str, section: str) -> dict[str, str]:
    """The magic variables of a file that was called by `path` (`config_magic_table_fill` of `core/uwsgi.c`)."""
    full = str(Path(path).absolute() if Path(path).is_symlink() else Path(path).resolve())
    folder, _, name = full.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    table = {
        "%": "%", "(": "%(", "[": "\033",
        "p": full, "s": name, "d": folder + "/", "c": folder.rpartition("/")[2],
        "e": extension if dot else "", "n": stem if dot else name, "x": section,
    }  # fmt: skip
    table.update(zip("0123456789", filter(None, folder.split("/")), strict=False))
    return table


def _replace(match: re.Match[str], table: Mapping[str, str]) -> str:
    char = match.group(1)
    if char is None:
        return ""
    found = table.get(char)
    if found is not None:
        return found
    if char in UNKNOWN_MAGIC:
        return match.group(0)
    # uWSGI takes one byte: what is left of a longer character stays.
    return char.encode("utf-8", "surrogateescape")[1:].decode("utf-8", "surrogateescape")


def _unknown(raw: str, table: Mapping[str, str]) -> bool:
    return any(char in UNKNOWN_MAGIC and char not in table for char in _MAGIC.findall(raw) if char)


def raw_lines(text: str) -> Iterator[tuple[int, int]]:
    """The start and end of each line, as uWSGI splits lines."""
    at = 0
    while at < len(text):
        match = _END.match(text, at)
        assert match is not None
        yield at, match.end()
        at = match.end() + 1


def sections(text: str) -> set[str]:
    """The names of all sections."""
    return {
        stripped[1:-1]
        for start, end in raw_lines(text)
        if (stripped := text[start:end].strip(BLANKS)).startswith("[")
    }  # fmt: skip


def lines(text: str, section: str, table: Mapping[str, str]) -> Iterator[IniLine]:
    """The options of a section. Only a whole line can be a comment. uWSGI drops the last character of a section."""
    current = ""
    for start, end in raw_lines(text):
        raw = text[start:end]
        line = (_MAGIC.sub(lambda match: _replace(match, table), raw) if "%" in raw else raw).strip(BLANKS)
        if not line or line[0] in ";#":
            continue
        if line[0] == "[":
            current = line[1:-1]
        elif current == section:
            key, _, value = line.partition("=")
            known = "%" not in raw or not _unknown(raw, table)
            first = start + len(raw) - len(raw.lstrip(BLANKS))
            yield IniLine(
                key=key.rstrip(BLANKS),
                value=value.lstrip(BLANKS),
                start=first,
                end=start + len(raw.rstrip(BLANKS)),
                known=known,
            )
