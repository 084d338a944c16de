"""Formats and levels of logs."""

from __future__ import annotations

import re

from hpatch.conf.walk import names
from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, suggestion, unknown
from hpatch.conf.walk.values.numbers import strtol
from hpatch.facts import names as names_of

_LEVELS = (
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug", "trace1", "trace2", "trace3", "trace4",
    "trace5", "trace6", "trace7", "trace8",
)  # fmt: skip
_LETTERS = "haAlutfbBionLeVvpPHmqXCkrDTUsR"
"""Of mod_log_config's own (`log_pre_config`)."""
_MORE = {"I": "mod_logio", "O": "mod_logio", "S": "mod_logio", "c": "mod_ssl", "x": "mod_ssl", "^FB": "mod_logio"}
"""Those of other modules."""
_LONG = ("^ti", "^to")
_ERROR_LETTERS = "aAeEFiklLmnPtTvV"
_MOST_VERBOSE = 15
_ITEM = re.compile(r"(?:[!<>,]|[0-9]+|\{[^}]*(?:\}+|$))*")
_ERROR_ITEM = re.compile(r"((?:[+-]|[0-9]+|\{[^}]*(?:\}+|$))*)")


def level(_: str) -> Judge:
    """`set_loglevel` (server/core.c): a level, or a module's name and its level."""

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            if unknown(word):
                continue
            module, colon, text = word.rpartition(":")
            if text.lower() not in _LEVELS:
                says = f'takes a level behind "{module}:"' if colon else "takes a level"
                return Wrong(
                    index, f'{says} (emerg to debug, trace1 to trace8), not "{text}"', suggestion(text, _LEVELS)
                )
            wrong = _module(given, module, index) if colon else None
            if wrong is not None:
                return wrong
        return None

    return judged


def _module(given: Arguments, name: str, index: int) -> Wrong | None:
    """A module that has a level: httpd looks for the name, and then for the name with `_module`, with their case.

    Where not all modules are known, only a name that looks like one of httpd's misspelt is reported.
    """
    modules = given.configuration.modules
    tried = (name, f"{name}_module")
    has = [modules.has(one) for one in tried]
    if unknown(name) or True in has:
        return None
    complete = names.listed(given.configuration) and not any(map(modules.undecided, tried))
    sources = [source for one in tried if (source := _source(one)) is not None]
    if sources:
        if not complete or (not modules.static and not names.OFTEN_BUILT_IN.isdisjoint(sources)):
            return None
        return Wrong(
            index, f'sets a level for "{name}", which is not loaded', f"Load {sources[0]}, or remove the word."
        )
    plain = name.removeprefix("mod_").removesuffix(".c").lower()
    near = f'Did you mean "{plain}"?' if _source(f"{plain}_module") else suggestion(plain, _short_names())
    certain = complete and bool(modules.static)
    if not certain and (near is None or _foreign(plain)):
        return None
    return Wrong(index, f'finds no module "{name}"', near, certain=certain)


def _source(name: str) -> str | None:
    """The source file of one of httpd's modules, by its identifier or, with `.c`, the file's own name."""
    if not name.endswith(".c"):
        return names_of.source(name)
    return name.removesuffix(".c") if names_of.identifier(name.removesuffix(".c")) else None


def _short_names() -> list[str]:
    from hpatch.facts import modules  # only faults pay for it

    return [one.identifier.removesuffix("_module") for one in modules.everything()]


def _foreign(name: str) -> bool:
    from hpatch.facts import thirdparty  # only faults pay for it

    return f"mod_{name}" in thirdparty.modules()


def format(parameters: str) -> Judge:
    """`parse_log_string` (mod_log_config.c), of the argument with this index."""
    index = int(parameters)

    def judged(given: Arguments) -> Wrong | None:
        words = given.words
        if len(words) > index and not unknown(words[index]):
            wrong = _format(given, words[index], index)
            if wrong is not None:
                return wrong
        if index == 1 and len(words) > 2 and not unknown(words[2]):
            return _condition(words[2])
        return None

    return judged


def _condition(word: str) -> Wrong | None:
    lower = word.lower()
    if not lower.startswith(("env=", "expr=")) or lower in ("env=", "env=!", "expr="):
        return Wrong(2, f'takes env=name, env=!name or expr=expression as a condition, not "{word}"')
    return None


def _format(given: Arguments, text: str, index: int) -> Wrong | None:
    at = text.find("%")
    while at >= 0:
        at += 1
        if text[at : at + 1] == "%":
            at = text.find("%", at + 1)
            continue
        match = _ITEM.match(text, at)
        assert match is not None
        at = match.end()
        if at >= len(text):
            return Wrong(index, f'has a % without a letter at the end of "{text}"', "Write %% for a percent sign.")
        long = text[at : at + 3]
        letter = long if long in _LONG or long in _MORE else text[at]
        wrong = _letter(given, letter, index)
        if wrong is not None:
            return wrong
        at = text.find("%", at + len(letter))
    return None


def _letter(given: Arguments, letter: str, index: int) -> Wrong | None:
    if letter in _LONG or letter in _LETTERS:
        return None
    configuration = given.configuration
    owner = _MORE.get(letter)
    if owner is not None:
        missing = names.listed(configuration) and configuration.modules.has(f"{owner}.c") is False
        if not missing or not configuration.modules.static:
            return None
        return Wrong(
            index,
            f"has %{letter}, which belongs to {owner}, and {owner} is not loaded",
            f"Load {owner}, or remove %{letter}.",
        )
    known = names.listed(configuration) and not names.strangers(configuration)
    return Wrong(index, f'knows no "%{letter}"', "Write %% for a percent sign.", certain=known)


def error_format(_: str) -> Judge:
    """`set_errorlog_format` (server/core.c)."""

    def judged(given: Arguments) -> Wrong | None:
        words = given.words[:1] if given.words[1:] == [""] else given.words
        if not words or any(map(unknown, words)) or not words[0]:
            return None
        if len(words) == 1:
            return _error_format(words[0], 0, main=True)
        if words[0].lower() not in ("connection", "request"):
            return Wrong(0, f'takes connection or request before a format, not "{words[0]}"')
        return _error_format(words[1], 1, main=False)

    return judged


def _error_format(text: str, index: int, *, main: bool) -> Wrong | None:
    message = False
    at = text.find("%")
    while at >= 0:
        at += 1
        if text[at : at + 1] not in ("%", " "):
            match = _ERROR_ITEM.match(text, at)
            assert match is not None
            at = match.end()
            letter = text[at : at + 1]
            message = message or letter == "M"
            says = _error_item(match[0], letter, main=main)
            if says is not None:
                return Wrong(index, f'{says}, as in "%{match[0]}{letter}"')
        at = text.find("%", at + 1)
    if main and not message:
        return Wrong(index, f'needs %M, the message itself, not "{text}"')
    return None


def _error_item(modifiers: str, letter: str, *, main: bool) -> str | None:
    flags = re.sub(r"\{[^}]*\}*", "", modifiers)
    levels = [strtol(number)[0] for number in re.findall(r"[0-9]+", flags)]
    if not letter or (letter != "M" and letter not in _ERROR_LETTERS):
        return "has a % without a letter that it knows"
    if main:
        says = "takes no + in the main format" if "+" in flags else None
    elif letter == "M":
        says = "takes no %M in the format of a request or a connection"
    else:
        says = "takes no level in the format of a request or a connection" if levels and levels[-1] else None
    return says or ("takes levels from 0 to 15" if levels and levels[-1] > _MOST_VERBOSE else None)
