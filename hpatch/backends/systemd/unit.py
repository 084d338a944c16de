"""A unit file with its drop-ins: sections and assignments, as systemd's `config_parse` reads them.

Nothing is executed. A line that ends with a backslash goes on in the next; lines that start with `#` or `;` are
comments, also between such lines. An empty value takes back what stood before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hpatch.backends.systemd.commandline import CommandWord, specified, split
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

_HEADER = re.compile(r"\[([^\]\n]*)\]")
_BLANKS = " \t\r"
_TRUE = frozenset({"1", "yes", "y", "true", "t", "on"})
_FALSE = frozenset({"0", "no", "n", "false", "f", "off"})


class Assignment(NamedTuple):
    """A `Key=value`. `value` is as long as it is in the file: what joins lines has become blanks.

    `start` is the offset of the value in `source`.
    """

    section: str
    key: str
    value: str
    source: Source
    start: int

    @property
    def place(self) -> Place:
        """Where the value is written; an empty one, where it would be."""
        text = self.value.rstrip()
        return self.source.place(self.start, self.start + len(text))

    def part(self, word: CommandWord) -> Place:
        """Where a word of the value is written."""
        return self.source.place(self.start + word.start, self.start + word.end)


class Unit:
    """A unit: its name (`app@shop.service`), and its assignments, those of drop-ins last."""

    __slots__ = ("assignments", "name", "problems", "sources", "specifiers")

    def __init__(self, name: str) -> None:
        self.name = name
        self.assignments: list[Assignment] = []
        self.sources: dict[str, Source] = {}
        self.problems: list[tuple[Place, str]] = []
        self.specifiers = specifiers(name)

    def add(self, source: Source) -> None:
        """Read a file of the unit."""
        self.sources[source.name] = source
        self.assignments += _assignments(source, self.problems)

    def every(self, section: str, key: str) -> list[Assignment]:
        """The assignments of a key that hold."""
        found: list[Assignment] = []
        for one in self.assignments:
            if (one.section, one.key) == (section, key):
                if one.value.strip():
                    found.append(one)
                else:
                    found.clear()
        return found

    def last(self, section: str, key: str) -> Assignment | None:
        """The assignment of a key that counts."""
        return next(reversed(self.every(section, key)), None)

    def word(self, section: str, key: str) -> str | None:
        """The value of a key, specifiers replaced; None if it is not set, or not known."""
        one = self.last(section, key)
        return None if one is None else self.known(one.value.strip())

    def words(self, section: str, key: str) -> Iterator[tuple[Assignment, CommandWord]]:
        """The words of all assignments of a key, specifiers replaced."""
        for one in self.every(section, key):
            for word in split(one.value):
                yield one, specified(word, self.specifiers)

    def flag(self, section: str, key: str) -> bool | None:
        """A key's truth value; None if it is not set, or is neither."""
        text = (self.word(section, key) or "").lower()
        return True if text in _TRUE else False if text in _FALSE else None

    def known(self, text: str) -> str | None:
        """A text with its specifiers replaced; None if one is not known."""
        word = specified(CommandWord(text, 0, len(text)), self.specifiers)
        return word.text if word.known else None


def specifiers(name: str) -> dict[str, str]:
    """The values of `%x` that a system unit's name decides, and those that are the same everywhere."""
    stem, _, _ = name.rpartition(".")
    prefix, at, instance = stem.partition("@")
    table = {
        "n": name, "N": stem, "p": prefix, "P": _unescaped(prefix), "j": prefix.rpartition("-")[2],
        "t": "/run", "S": "/var/lib", "C": "/var/cache", "L": "/var/log", "E": "/etc", "T": "/tmp", "V": "/var/tmp",
    }  # fmt: skip
    table["J"] = _unescaped(table["j"])
    if not at:
        table |= {"i": "", "I": ""}
    elif instance:
        table |= {"i": instance, "I": _unescaped(instance)}
    else:  # a template: its instances are named when they start
        for letter in "nN":
            del table[letter]
    return table


def _unescaped(text: str) -> str:
    """A part of a name as `systemd-escape --unescape` prints it."""
    text = text.replace("-", "/")
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)


def _assignments(source: Source, problems: list[tuple[Place, str]]) -> Iterator[Assignment]:
    section = ""
    unread: list[tuple[Place, str]] = []
    for start, text in _lines(source.text):
        line = text.strip(_BLANKS)
        at = start + len(text) - len(text.lstrip(_BLANKS))
        header = _HEADER.fullmatch(line)
        if header is not None:
            section = header[1]
            continue
        key, equals, value = line.partition("=")
        if not equals or not section or not key.strip():
            place = source.place(at, at + len(line.partition("\n")[0]))
            unread.append((place, "systemd does not read this line"))
            continue
        yield Assignment(
            section=section,
            key=key.rstrip(_BLANKS),
            value=value.lstrip(_BLANKS),
            source=source,
            start=at + len(line) - len(value.lstrip(_BLANKS)),
        )
    if unread and not section:
        # One fault: the file is something else.
        unread = [(source.place(0, 0), "no unit of systemd: the file has no section such as [Service]")]
    problems += unread


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each logical line and where it starts. The lines keep their length: what joins them becomes blanks."""
    start, joined = 0, ""
    at = 0
    for number, whole in enumerate(text.split("\n")):
        # systemd takes a byte order mark away.
        line = f" {whole[1:]}" if number == 0 and whole.startswith("\ufeff") else whole
        here, at = at, at + len(line) + 1
        bare = line.strip(_BLANKS)
        if bare.startswith(("#", ";")) or not (bare or joined):
            if joined:
                joined += " " * (len(line) + 1)
            continue
        if not joined:
            start = here
        if line.endswith("\\"):
            joined += line[:-1] + "  "
            continue
        yield start, joined + line
        joined = ""
    if joined.strip():
        yield start, joined
