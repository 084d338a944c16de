"""Regular expressions as httpd compiles them (`ap_pregcomp`, with PCRE)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hpatch.text import whole_number

# Texts, compiled when they are first used.
_ATOM = r"(?:[\w/~%:,=&@.-]|\\[./dws~-]|\[\^?(?:a-z|A-Z|0-9|[\w./])+\])[*+?]?"
_INNER = rf"\((?:\?:)?(?:\||{_ATOM})*\)[*+?]?"
_SOUND = rf"\^?(?:{_ATOM}|\((?:\?:)?(?:\||{_ATOM}|{_INNER})*\)[*+?]?)*\$?"
"""Patterns that certainly compile and need no further check."""
_OTHERWISE = r"\(\*|\\Q|\{,"
"""Syntax that Python's regular expressions read differently from PCRE."""
_HIDDEN = r"\\.|\[\^?\]?(?:\[:[^]]*:\]|\\.|[^]\\])*\]"
"""Escapes and classes, in which a parenthesis stands for itself."""
_STARRED = r"\(\*(?![A-Za-z:])"
"""A star that opens a group, and no verb of PCRE's."""
_FAULTS = (
    ("missing ), unterminated", "a parenthesis is not closed"),
    ("unbalanced parenthesis", "a parenthesis is closed that was not opened"),
    ("unterminated character set", "a [ is not closed"),
    ("nothing to repeat", "a *, + or ? has nothing before it to repeat"),
    ("multiple repeat", "a repetition stands behind another"),
    ("redefinition of group name", "two groups have the same name"),
    ("min repeat greater", "the numbers in the braces are in the wrong order"),
)
_MOST = 65535
"""The greatest number in the braces of a repetition."""
_POSIX_CLASSES = frozenset(
    "alpha lower upper alnum ascii blank cntrl digit graph print punct space word xdigit < >".split()
)
_POSIX = r"\[:\^?([a-z<>]*):\]"
_ALONE = r"\[:[a-z]+:\]"
_EXTENDED = r"\(\?[a-zA-Z^]*[xJ]|\(\?\||\(\?\("
"""Options that change what stands for what, groups with the same number, and conditions."""
_NAME = r"[A-Za-z_]\w*"
_PIECE = (
    r"(?P<case>\\[LlUu])|"
    rf"(?P<reference>\\(?:(?P<number>[1-9])(?!\d)|k[<{{'](?P<called>{_NAME})[>}}']))|"
    r"(?:\\.)|(?P<class_>\[\^?\]?(?:\[:[^]]*:\]|\\.|[^]\\])*\])|"
    rf"(?P<group>\(\?P?[<'](?P<name>{_NAME})[>'])|\(\?|\(\*|\(|"
    r"(?P<count>\{(?P<least>\d+)(?:,(?P<most>\d*))?\})"
)
"""The parts of a pattern that are looked at, and those that hide others from that."""
_TOKEN = r"\\.|\[\^?\]?(?:\\.|[^]\\])*\]?|[()|]"
_BAD_RANGE = r"bad character range [^\\]-[^\\] at"


def fault(regex: str) -> str | None:
    """The fault of a pattern that surely does not compile; None if it compiles, or may compile.

    It reports only what every dialect refuses. Each fault was tried on httpd 2.4.71 with PCRE2 10.42.
    """
    if re.fullmatch(_SOUND, regex) is not None:
        return None
    if re.search(_OTHERWISE, regex) is not None:
        return _starred(regex)
    return _of_python(regex) or _of_pcre(regex)


def _starred(regex: str) -> str | None:
    """Whether a group begins with a star, which Python, too, refuses in each dialect."""
    if "\\Q" in regex or "(?#" in regex or re.search(_EXTENDED, regex) is not None:
        return None
    return dict(_FAULTS)["nothing to repeat"] if re.search(_STARRED, re.sub(_HIDDEN, "", regex, flags=re.S)) else None


def _of_python(regex: str) -> str | None:
    """The faults that Python finds, and that PCRE has, too."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(regex)
        except re.error as error:
            for text, meaning in _FAULTS:
                if error.msg.startswith(text):
                    return meaning
            if error.msg.isascii() and re.match(_BAD_RANGE, f"{error.msg} at"):
                return "the ends of a range in [ ] are in the wrong order"
        except (OverflowError, RecursionError, ValueError):
            pass
    return None


def _of_pcre(regex: str) -> str | None:
    """Faults of what Python has not, or reads in another way."""
    if re.search(_EXTENDED, regex) is not None:
        return None  # blanks and comments that count for nothing
    groups = 0
    names = set()
    asked: list[tuple[str, str]] = []
    for match in re.finditer(_PIECE, regex, re.S):
        wrong = _piece(match)
        if wrong is not None:
            return wrong
        if match["reference"]:
            asked.append((match["number"] or match["called"], match[0]))
        groups += match[0] == "(" or match["name"] is not None
        names.add(match["name"])
    for name, text in asked:
        if (whole_number(name) > groups) if name.isdigit() else name not in names:
            return f"{text} refers to a group that is not there"
    return None


def _piece(match: re.Match[str]) -> str | None:
    """What is wrong with a part of a pattern by itself."""
    text = match[0]
    if match["class_"]:
        if re.fullmatch(_ALONE, text) is not None:
            return f"{text} stands in no [ ]"
        wrong = (one[1] for one in re.finditer(_POSIX, text) if one[1] not in _POSIX_CLASSES)
        return next((f"[:{name}:] is not a class of characters" for name in wrong), None)
    if match["count"] and any(number and whole_number(number) > _MOST for number in (match["least"], match["most"])):
        return f"a number in the braces is greater than {_MOST}"
    return f"PCRE does not support {text}" if match["case"] else None


def group(pattern: str, number: int) -> str | None:
    """The text of a pattern's group, without its parentheses; None if there is no such group."""
    span = _span(pattern, number)
    return None if span is None else pattern[span[0] : span[1]]


def holds_start(pattern: str, number: int) -> bool:
    """Whether a group surely holds the first character of the text that the pattern is compared with."""
    span = _span(pattern, number)
    if span is None or re.sub(r"\(\?:|[(^]", "", pattern[: span[0]]):
        return False
    return pattern.startswith("^") or re.match(r"\.|\[\^[^/]+\]", pattern[span[0] :]) is not None


def _signs(pattern: str) -> Iterator[tuple[int, str]]:
    """The places of each `(`, `)` and `|` that is neither in a class nor behind a backslash."""
    for match in re.finditer(_TOKEN, pattern, re.S):
        if match[0] in ("(", ")", "|"):
            yield match.start(), match[0]


def _span(pattern: str, number: int) -> tuple[int, int] | None:
    found = 0
    depth: list[tuple[int, int]] = []
    for at, sign in _signs(pattern):
        if sign == "(":
            plain = pattern[at + 1 : at + 2] != "?"
            found += plain
            depth.append((found if plain else 0, at + 1))
        elif sign == ")" and depth:
            index, start = depth.pop()
            if index == number:
                return start, at
    return None


def alternatives(pattern: str) -> list[str]:
    """The parts between the `|` outside of every group and class."""
    parts, start, depth = [], 0, 0
    for at, sign in _signs(pattern):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif depth == 0:
            parts.append(pattern[start:at])
            start = at + 1
    return [*parts, pattern[start:]]


def starts_with_slash(text: str) -> bool:
    """Whether all that a pattern matches surely begins with a slash, or is nothing at all."""
    return all(map(_slashed, alternatives(text)))


def _slashed(text: str) -> bool:
    if not text:
        return True
    match = re.match(r"\\?/(?P<more>[*?+{])?", text)
    if match is not None:
        return match["more"] in (None, "+")
    if text[0] != "(":
        return False
    inner = group(text if text[1:2] != "?" else f"({text.partition(':')[2]}", 1)
    if inner is None:
        return False
    length = len(inner) + (2 if text[1:2] != "?" else len(text.partition(":")[0]) + 2)
    rest = text[length:]
    if rest[:1] in ("?", "*", "{"):
        rest = rest[1:]
    elif "" not in alternatives(inner):
        return starts_with_slash(inner)
    return starts_with_slash(inner) and _slashed(rest)
