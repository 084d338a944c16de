"""RewriteRule and RewriteCond."""

from __future__ import annotations

import re
from collections.abc import Callable

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, listed, suggestion, unknown
from hpatch.conf.walk.values.numbers import c_atoi
from hpatch.conf.walk.values.regex import miscompiled
from hpatch.conf.walk.values.responses import CODES
from hpatch.conf.words import SPACE

_FLAGS = {
    "B": ("", "ackrefescaping", "NE", "NP", "ackrefernoplus", "CTLS"),
    "C": ("", "hain", "O", "ookie"),
    "E": ("", "nv", "nd"),
    "F": ("", "orbidden"),
    "G": ("", "one"),
    "H": ("", "andler"),
    "L": ("", "ast"),
    "N": ("E", "oescape", "", "ext", "S", "osubreq", "C", "ocase"),
    "P": ("", "roxy", "T", "assthrough"),
    "Q": ("SA", "sappend", "SD", "sdiscard", "SL", "slast"),
    "R": ("", "edirect"),
    "S": ("", "kip"),
    "T": ("", "ype"),
    "U": ("nsafePrefixStat", "nsafeAllow3F", "NC"),
}
"""By the first letter, what may stand behind it (`cmd_rewriterule_setflag`). Behind a D anything may."""
_NAMES = (
    "B", "BNE", "BNP", "BCTLS", "C", "CO", "DPI", "E", "END", "F", "G", "H", "L", "N", "NC", "NE", "NS", "P", "PT",
    "QSA", "QSD", "QSL", "R", "S", "T", "UNC",
)  # fmt: skip
_ALLOWED = {letter: frozenset(rest.lower() for rest in rests) for letter, rests in _FLAGS.items()}
_CONDITION_FLAGS = ("NC", "nocase", "OR", "ornext", "NV", "novary")
_COMPARISONS = r"(?s)-(?:[fsdxhLlUF]$|(?:lt|le|gt|ge|eq|ne).)|[<>=]."


def split(text: str) -> list[str] | None:
    """`parseargline`: two or three arguments; None where there are fewer. What follows the third is dropped."""
    found: list[str] = []
    at, length = 0, len(text)
    for number in range(3):
        while at < length and text[at] in SPACE:
            at += 1
        if number == 2 and at >= length:
            break
        quote = text[at] if at < length and text[at] in "\"'" else ""
        at += len(quote)
        start = at
        while at < length and not (text[at] in SPACE and not quote) and text[at] != quote:
            at += 2 if text[at] == "\\" and at + 1 < length and text[at + 1] in SPACE else 1
        at = min(at, length)
        found.append(text[start:at])
        if at >= length:
            if number == 0:
                return None
            break
        at += 1
    return found


def rule(_: str) -> Judge:
    """`cmd_rewriterule` (mod_rewrite.c)."""

    def judged(given: Arguments) -> Wrong | None:
        if unknown(given.node.args):
            return None
        parts = split(given.node.args.strip(SPACE))
        if parts is None:
            return Wrong(None, "needs a pattern and a substitution")
        if len(parts) == 3:
            wrong = _flags(parts[2], _rule_flag)
            if wrong is not None:
                return wrong
        return miscompiled(parts[0].removeprefix("!"), 0)

    return judged


def rewrite_condition(_: str) -> Judge:
    """`cmd_rewritecond` (mod_rewrite.c)."""

    def judged(given: Arguments) -> Wrong | None:
        if unknown(given.node.args):
            return None
        parts = split(given.node.args.strip(SPACE))
        if parts is None:
            return Wrong(None, "needs a test string and a condition")
        if len(parts) == 3:
            wrong = _flags(parts[2], _condition_flag)
            if wrong is not None:
                return wrong
        pattern = parts[1].removeprefix("!")
        if parts[0].lower() == "expr" or (len(pattern) > 1 and re.match(_COMPARISONS, pattern)):
            return None
        return miscompiled(pattern, 1)

    return judged


def _flags(text: str, check: Callable[[str, str], Wrong | None]) -> Wrong | None:
    if len(text) < 2 or text[0] != "[" or text[-1] != "]":
        help_ = "Write the flags without blanks, or put them in quotes." if text.startswith("[") else None
        return Wrong(2, f'takes flags in [ ], not "{text}"', help_)
    for part in text[1:-1].split(","):
        flag = part.strip(SPACE)
        if not flag:
            return Wrong(2, f'has an empty flag in "{text}"', "Remove the comma too many.")
        key, _, value = flag.partition("=")
        wrong = check(key, value)
        if wrong is not None:
            return wrong
    return None


def _rule_flag(key: str, value: str) -> Wrong | None:
    letter, rest = key[:1].upper(), key[1:].lower()
    if letter == "D":
        return None
    if rest not in _ALLOWED.get(letter, ()):
        return Wrong(2, f'knows no flag "{key}"', suggestion(key, _NAMES))
    if letter == "B" and rest == "ne" and not value:
        return Wrong(2, "needs characters behind the flag BNE=")
    if letter == "R" and value[:1].isascii() and value[:1].isdigit() and c_atoi(value) not in CODES:
        return Wrong(2, f'takes the code of an HTTP status behind R=, not "{value}"')
    return None


def _condition_flag(key: str, _value: str) -> Wrong | None:
    if key.lower() in {flag.lower() for flag in _CONDITION_FLAGS}:
        return None
    help_ = None if key.lower() not in {name.lower() for name in _NAMES} else "It is a flag of RewriteRule."
    return Wrong(2, f'knows no flag "{key}": it has {listed(_CONDITION_FLAGS[::2], "and")}', help_)
