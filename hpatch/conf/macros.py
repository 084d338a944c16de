"""Macros, as mod_macro keeps and expands them (`modules/core/mod_macro.c`)."""

from __future__ import annotations

from itertools import islice

from hpatch.conf import words
from hpatch.records import NamedTuple
from hpatch.text import Source

MAX_LINE = 8192
"""mod_macro's line buffer, in bytes, its end included."""


class MacroError(Exception):
    """A definition or a use that httpd refuses."""


class BodyLine(NamedTuple):
    """A line of a macro's body, trimmed, and where it is written."""

    text: str
    start: int
    end: int


class Macro(NamedTuple):
    """A macro: `location` is the place of its definition, as httpd words it."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[BodyLine, ...]
    location: str
    source: Source


def signature(args: str) -> tuple[str, tuple[str, ...]]:
    """The name, in lower case, and the parameters of `<Macro name $a $b>`; `args` is what follows `<Macro`."""
    end = args.rfind(">")
    if end < 0:
        raise MacroError('<Macro> has no closing ">"')
    name, at = words.get_word(args[:end])
    if not name:
        raise MacroError("<Macro> needs a name")
    parameters = words.split(_without_flags(args[at:end]))
    seen: set[str] = set()
    for index, parameter in enumerate(parameters):
        if not parameter:
            raise MacroError(f'parameter {index + 1} of the macro "{name}" has no name')
        if parameter in seen:
            raise MacroError(f'two parameters of the macro "{name}" are named "{parameter}"')
        seen.add(parameter)
    return name.lower(), tuple(parameters)


def _without_flags(text: str) -> str:
    """The text after the flags that a definition may have since about 2.4.63 (tested on 2.4.71; 2.4.62 has none)."""
    text = text.lstrip(words.SPACE)
    while text.startswith("/"):
        for flag in ("/ignoreemptyargs", "/ignorebadnesting"):
            if text[: len(flag)].lower() == flag:
                text = text[len(flag) :]
        _, blank, rest = text.partition(" ")  # a tab does not end the word
        text = (rest if blank else text[1:]).lstrip(words.SPACE)
    return text


def shared_prefix(parameters: tuple[str, ...]) -> tuple[str, str] | None:
    """Two parameters of which one begins with the other (AH02797); None if there are none."""
    at = {parameter: index for index, parameter in enumerate(parameters)}
    ordered = sorted(parameters)  # those that begin with one stand directly behind it
    pairs: list[tuple[int, int]] = []
    for index, short in enumerate(ordered):
        for long in islice(ordered, index + 1, None):
            if not long.startswith(short):
                break
            pairs.append((min(at[short], at[long]), max(at[short], at[long])))
    if not pairs:
        return None
    first, second = min(pairs)
    return parameters[first], parameters[second]


def expand(macro: Macro, arguments: list[str]) -> list[str]:
    """The body's lines with the parameters replaced. Raises MacroError where mod_macro refuses the use."""
    if len(arguments) != len(macro.parameters):
        given = f"{len(arguments)} argument{'' if len(arguments) == 1 else 's'}"
        raise MacroError(
            f'the macro "{macro.name}" ({macro.location}) is used with {given} instead of {len(macro.parameters)}'
        )
    pairs = list(zip(macro.parameters, arguments, strict=True))
    return [_substitute(line.text, pairs, macro) for line in macro.body]


def _substitute(line: str, pairs: list[tuple[str, str]], macro: Macro) -> str:
    at = 0
    while True:
        chosen = -1
        found: tuple[str, str] | None = None
        for name, value in pairs:
            where = line.find(name, at)
            if where >= 0 and (found is None or where < chosen or (where == chosen and len(name) > len(found[0]))):
                chosen, found = where, (name, value)
        if found is None:
            return line
        name, value = found
        if name != value:
            text = f'"{_escape(value)}"' if name.startswith("@") else value
            line = line[:chosen] + text + line[chosen + len(name) :]
            if len(line) + 1 >= MAX_LINE:
                raise MacroError(f'a line of the macro "{macro.name}" expands to more than {MAX_LINE:,} bytes')
        at = chosen + len(value)


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
