"""Split what follows `ExecStart=` or `Environment=` into words, as systemd does (`config_parse_exec`, systemd 252).

Quotes may stand anywhere in a word. A backslash escapes as in C; one that systemd does not know stays. After that come
specifiers (`%i`), and in command lines variables: `${NAME}` in a word, and `$NAME` as a whole word, which may become
several words or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from hpatch.records import NamedTuple

_BLANKS = " \t\n\r"
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " ",
    "\\": "\\", '"': '"', "'": "'",
}  # fmt: skip
_CODE = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})")
_PREFIXES = "@-:+!|"
_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_]\w*)\}")
_WHOLE = re.compile(r"\$([A-Za-z_]\w*)")
_SPECIFIER = re.compile(r"%(.)", re.S)


class CommandWord(NamedTuple):
    """A word as the program gets it, and the part of the text that it was made of.

    `known` is False if a part depends on what is not in the files; `text` then has that part as written.
    """

    text: str
    start: int
    end: int
    known: bool = True


class CommandLine(NamedTuple):
    """A program and the words after its name. `program` is the file that is run."""

    program: CommandWord
    words: tuple[CommandWord, ...]


def split(text: str) -> list[CommandWord]:
    """The words of a text, without quotes and escapes. An open quote ends with the text (systemd ignores such a line).

    The places of the words are offsets into the text.
    """
    words = []
    at = 0
    while at < len(text):
        if text[at] in _BLANKS:
            at += 1
            continue
        start, value, at = at, *_word(text, at)
        words.append(CommandWord(value, start, at))
    return words


def _word(text: str, at: int) -> tuple[str, int]:
    """A word's value, and where it ends."""
    parts: list[str] = []
    quote = ""
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            value, at = _escape(text, at + 1)
            parts.append(value)
            continue
        if quote:
            if char == quote:
                quote = ""
            else:
                parts.append(char)
        elif char in "'\"":
            quote = char
        elif char in _BLANKS:
            break
        else:
            parts.append(char)
        at += 1
    return "".join(parts), at


def _escape(text: str, at: int) -> tuple[str, int]:
    """What a backslash before `at` makes of what follows, and where that ends."""
    simple = _ESCAPES.get(text[at])
    if simple is not None:
        return simple, at + 1
    match = _CODE.match(text, at)
    if match is None:
        return "\\" + text[at], at + 1
    number = int(match[4], 8) if match[4] else int(match[1] or match[2] or match[3], 16)
    # systemd refuses zero, and what is not a character.
    if number == 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000 or (match[4] and number > 0xFF):
        return "\\" + text[at], at + 1
    if number > 0x7F and (match[1] or match[4]):
        return bytes([number]).decode("utf-8", "surrogateescape"), match.end()
    return chr(number), match.end()


def specified(word: CommandWord, specifiers: Mapping[str, str]) -> CommandWord:
    """A word with `%x` replaced. `specifiers` has the values by letter; another letter is not known."""
    if "%" not in word.text:
        return word
    known = word.known

    def value(match: re.Match[str]) -> str:
        nonlocal known
        if match[1] == "%":
            return "%"
        found = specifiers.get(match[1])
        if found is None:
            known = False
            return match[0]
        return found

    return word._replace(text=_SPECIFIER.sub(value, word.text), known=known)


def commands(
    text: str,
    specifiers: Mapping[str, str],
    variable: Callable[[str], str | None],
) -> list[CommandLine]:
    r"""The command lines after an `ExecStart=`; a word `;` parts them, and `\;` is a semicolon.

    `variable` gives a variable's value, "" for one that is not set, None for one that is not known.
    """
    found = []
    raw: list[CommandWord] = []
    for word in [*split(text), CommandWord(";", len(text), len(text))]:
        if text[word.start : word.end] in (";", ""):
            line = _command(raw, specifiers, variable)
            if line is not None:
                found.append(line)
            raw = []
        else:
            raw.append(word._replace(text=";") if text[word.start : word.end] == "\\;" else word)
    return found


def _command(
    raw: list[CommandWord], specifiers: Mapping[str, str], variable: Callable[[str], str | None]
) -> CommandLine | None:
    if not raw:
        return None
    first, *rest = raw
    prefixes = first.text[: len(first.text) - len(first.text.lstrip(_PREFIXES))]
    program = specified(first._replace(text=first.text[len(prefixes) :]), specifiers)
    if "@" in prefixes:
        rest = rest[1:]
    words: list[CommandWord] = []
    for word in rest:
        one = specified(word, specifiers)
        words += [one] if ":" in prefixes else _with_variables(one, variable)
    return CommandLine(program=program, words=tuple(words))


def _with_variables(word: CommandWord, variable: Callable[[str], str | None]) -> list[CommandWord]:
    """A word with its variables replaced."""
    whole = _WHOLE.fullmatch(word.text)
    if whole is not None:
        value = variable(whole[1])
        if value is None:
            return [word._replace(known=False)]
        return [word._replace(text=one.text) for one in split(value)]
    known = word.known

    def replaced(match: re.Match[str]) -> str:
        nonlocal known
        if match[0] == "$$":
            return "$"
        value = variable(match[1])
        if value is None:
            known = False
            return match[0]
        return value

    return [word._replace(text=_VARIABLE.sub(replaced, word.text), known=known)]
