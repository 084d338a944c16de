"""What `httpd -t -D DUMP_CONFIG` prints: the directives that a server reads, with their files and lines (mod_info).

Comments in it name the file and the line of what follows:

    # In file: /etc/apache2/ports.conf
    #   5:
    Listen 80

Includes, conditionals, macros and variables are resolved in it; LoadModule and Define are left out.
"""

from __future__ import annotations

import re

from hpatch.conf import words
from hpatch.records import NamedTuple
from hpatch.text import Source

_FILE = re.compile(r"# In file: (.+)")
_LINE = re.compile(r"[ \t]*#[ \t]+(\d{1,8}):[ \t]*")
_START = re.compile(r"(?:(?:AH\d{5}:|\[|Syntax OK)[^\n]*\n)*# In file: [^\n]+\n[ \t]*#[ \t]+\d+:[ \t]*\n")
_USED = re.compile(r'used on line (\d{1,8}) of "([^"]+)"+$')
_MOST_LINES = 2_000_000
"""A line number above this is not believed: the empty lines before it would fill the memory."""
_SAID = ("AH0", "Syntax OK", "#")
"""How lines begin that are no directives: httpd prints them beside the dump."""


class DumpedLine(NamedTuple):
    """A line of the dump: its text, and `source.text[start:end]`, where it stands in its own file."""

    text: str
    source: Source
    start: int
    end: int


class _File:
    """A file of the server, as far as the dump shows it: the texts of its lines, each once."""

    def __init__(self) -> None:
        self.lines: dict[int, dict[str, int]] = {}

    def add(self, line: int, text: str) -> None:
        texts = self.lines.setdefault(line, {})
        if text not in texts:
            texts[text] = sum(len(other) + 1 for other in texts)

    def source(self, name: str) -> tuple[Source, dict[int, int]]:
        """The file, and the offset of each of its lines."""
        out: list[str] = []
        offsets: dict[int, int] = {}
        at = 0
        for number in range(1, max(self.lines) + 1):
            offsets[number] = at
            out.append(" ".join(self.lines.get(number, ())))
            at += len(out[-1]) + 1
        return Source(name, "\n".join(out) + "\n"), offsets


def is_dump(text: str) -> bool:
    """Whether a text is such a dump."""
    return _START.match(text) is not None


def entries(source: Source) -> list[DumpedLine]:
    """The lines of a dump, each in its own file.

    A file's text is what the dump shows of it, in its lines. What a macro makes stands at the line that uses it.
    """
    read: list[tuple[str, int, str]] = []
    file, line, fixed = source.name, 1, False
    for raw in source.text.split("\n"):
        if (named := _FILE.fullmatch(raw)) is not None:
            file, fixed = named[1], False
            if (used := _USED.search(file)) is not None:
                file, line, fixed = used[2], int(used[1]), True
        elif (numbered := _LINE.fullmatch(raw)) is not None:
            line = line if fixed else int(numbered[1])
        elif (text := raw.strip(words.SPACE)) and not text.startswith(_SAID) and 0 < line <= _MOST_LINES:
            read.append((file, line, text))
    files: dict[str, _File] = {}
    for name, number, text in read:
        files.setdefault(name, _File()).add(number, text)
    made = {name: one.source(name) for name, one in files.items()}
    found = []
    for name, number, text in read:
        where, offsets = made[name]
        start = offsets[number] + files[name].lines[number][text]
        found.append(DumpedLine(text=text, source=where, start=start, end=start + len(text)))
    return found
