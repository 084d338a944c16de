"""Header, RequestHeader, SetEnvIf and BrowserMatch."""

from __future__ import annotations

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, listed, suggestion, unknown
from hpatch.conf.walk.values.regex import miscompiled

_ACTIONS = ("add", "append", "echo", "edit", "edit*", "merge", "note", "set", "setifempty", "unset")
_EDITS = ("edit", "edit*")
_NEEDS = {2: "a header and a value", 3: "a header, a regular expression and a replacement"}
_TAGS = "Dteslib"
_REGEX_CHARACTERS = "^.$|()[]*+?{}"


def header(_: str) -> Judge:
    """`header_cmd` and `header_inout_cmd` (mod_headers.c)."""
    return lambda given: _header(given, response=True)


def request_header(_: str) -> Judge:
    """The same for RequestHeader."""
    return lambda given: _header(given, response=False)


def _header(given: Arguments, *, response: bool) -> Wrong | None:
    words = given.words
    if unknown(given.node.args):
        return None
    at = 1 if response and words and words[0].lower() in ("always", "onsuccess") else 0
    if len(words) <= at:
        return Wrong(None, f"needs an action ({listed(_ACTIONS)}) and a header")
    action = words[at].lower()
    if action not in _ACTIONS:
        return Wrong(at, f'takes {listed(_ACTIONS)}, not "{words[at]}"', suggestion(action, _ACTIONS))
    return _acted(action, at, words[at + 1 :], response=response)


def _acted(action: str, at: int, rest: list[str], *, response: bool) -> Wrong | None:
    """The words behind an action, which is the word `at`."""
    if action in ("echo", "note") and not response:
        return Wrong(at, f"has no {action}: it belongs to Header")
    clause = 1 if action in ("unset", "echo") else 3 if action in _EDITS else 2
    if len(rest) < clause and clause > 1:
        return Wrong(None, f"{action} needs {_NEEDS[clause]}")
    pattern = 0 if action == "echo" and rest else 1 if action in _EDITS else None
    wrong = None if pattern is None else miscompiled(rest[pattern], at + 1 + pattern)
    if wrong is None and len(rest) > clause + 1:
        wrong = Wrong(at + 2 + clause, f"{action} has too many arguments", _quotes(rest))
    if wrong is None and len(rest) > clause:
        wrong = _clause(rest[clause], at + 1 + clause, rest)
    if wrong is None and clause > 1:
        wrong = _format(rest[clause - 1], at + clause)
    return wrong


def _quotes(words: list[str]) -> str | None:
    return "If the words are one value, put it in quotes." if len(words) > 2 else None


def _clause(word: str, index: int, words: list[str]) -> Wrong | None:
    lower = word.lower()
    if lower == "early" or lower.startswith("expr="):
        return None
    if not lower.startswith("env="):
        return Wrong(index, f'takes early, env=name, env=!name or expr=expression last, not "{word}"', _quotes(words))
    return Wrong(index, f'needs a variable behind "{word}"') if lower in ("env=", "env=!") else None


def _format(text: str, index: int) -> Wrong | None:
    if text.startswith("expr="):
        return None
    at = text.find("%")
    while at >= 0:
        at += 1
        if text[at : at + 1] in ("%", ""):
            at = text.find("%", at + 1)
            continue
        if text[at] == "{":
            end = text.find("}", at)
            at = end if end >= 0 else len(text)
            while text[at : at + 1] == "}":
                at += 1
        letter = text[at : at + 1]
        if not letter or letter not in _TAGS:
            return Wrong(index, f'knows no "%{letter}" in a value', "Write %% for a percent sign.")
        at = text.find("%", at + 1)
    return None


def setenvif(_: str) -> Judge:
    """`add_setenvif` (mod_setenvif.c)."""
    return lambda given: _setenvif(given, 1)


def browser(_: str) -> Judge:
    """`add_browser` (mod_setenvif.c)."""
    return lambda given: _setenvif(given, 0)


def _setenvif(given: Arguments, pattern_at: int) -> Wrong | None:
    words = given.words
    if unknown(given.node.args):
        return None
    what = "a regular expression and a variable"
    if not all(words[: pattern_at + 2]) or len(words) < pattern_at + 2:
        return Wrong(None, f"needs {'a header or attribute, ' if pattern_at else ''}{what}")
    for index in range(pattern_at, -1, -1):
        pattern = words[index]
        if not any(character in pattern for character in _REGEX_CHARACTERS):
            continue
        wrong = miscompiled(pattern, index)
        if wrong is not None:
            return wrong
    return None
