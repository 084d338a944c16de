"""A command line's options, as Python's argparse and click take them: `--name VALUE`, `--name=VALUE`, `-nVALUE`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hpatch.backends.python.process import ProgramWord
from hpatch.records import NamedTuple


class OptionTable(NamedTuple):
    """The options of a program: long names that take a value, and those that take none; letters with their long name.

    `shortens` tells that a long name may be shortened to what no other begins with.
    """

    valued: frozenset[str]
    flags: frozenset[str]
    letters: Mapping[str, str]
    shortens: bool


class TakenOptions(NamedTuple):
    """The values by long name, in their order, and the words that are no option.

    A value is None for an option that takes none. `complete` is False if a word could not be understood, so that any
    option may have been given.
    """

    values: dict[str, list[ProgramWord]]
    rest: list[ProgramWord]
    complete: bool

    def last(self, name: str) -> ProgramWord | None:
        """The value that counts."""
        return self.values[name][-1] if name in self.values else None


def taken(words: Sequence[ProgramWord], table: OptionTable) -> TakenOptions:
    """The options in the words after the program's name."""
    values: dict[str, list[ProgramWord]] = {}
    rest: list[ProgramWord] = []
    complete = True
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        text = word.text
        if text == "--":
            rest += words[at:]
            break
        if not word.known and "=" not in text:
            # It may be an option, several, or none.
            complete = False
        if not text.startswith("-") or text == "-":
            rest.append(word)
            continue
        name, given, value = _named(text, table)
        if name is None:
            complete = False
        elif name in table.flags:
            values.setdefault(name, []).append(word)
        elif given:
            values.setdefault(name, []).append(word._replace(text=value))
        elif at < len(words):
            values.setdefault(name, []).append(words[at])
            at += 1
    return TakenOptions(values, rest, complete)


def _named(text: str, table: OptionTable) -> tuple[str | None, bool, str]:
    """The long name of an option, whether its value is in the same word, and the value. None for an unknown one."""
    if not text.startswith("--"):
        name = table.letters.get(text[1])
        return name, len(text) > 2, text[2:].removeprefix("=")
    name, equals, value = text[2:].partition("=")
    known = table.valued | table.flags
    if name not in known:
        longer = {one for one in known if one.startswith(name)} if table.shortens else set()
        if len(longer) != 1:
            return None, bool(equals), value
        name = longer.pop()
    return name, bool(equals), value
