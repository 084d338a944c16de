"""Regular expressions as httpd compiles them (`ap_pregcomp`, with PCRE)."""

from __future__ import annotations

import re

# Texts, compiled when they are first used.
_ATOM = r"(?:[\w/~%:,=&@.-]|\\[./dws~-]|\[\^?(?:a-z|A-Z|0-9|[\w./])+\])[*+?]?"
_INNER = rf"\((?:\?:)?(?:\||{_ATOM})*\)[*+?]?"
_SOUND = rf"\^?(?:{_ATOM}|\((?:\?:)?(?:\||{_ATOM}|{_INNER})*\)[*+?]?)*\$?"
"""Patterns that certainly compile and need no further check."""
_OTHERWISE = r"\(\*|\\Q|\{,"
"""Syntax that Python's regular expressions read differently from PCRE."""
_FAULTS = (
    ("missing ), unterminated", "a parenthesis is not closed"),
    ("unbalanced parenthesis", "a parenthesis is closed that was not opened"),
    ("unterminated character set", "a [ is not closed"),
    ("nothing to repeat", "a *, + or ? has nothing before it to repeat"),
    ("multiple repeat", "a repetition stands behind another"),
    ("redefinition of group name", "two groups have the same name"),
    ("min repeat greater", "the numbers in the braces are in the wrong order"),
)
_BAD_RANGE = r"bad character range [^\\]-[^\\] at"


def fault(regex: str) -> str | None:
    """The fault of a pattern that surely does not compile; None if it compiles, or may compile.

    It reports only what every dialect refuses. Each fault was tried on httpd 2.4.71 with PCRE2 10.42.
    """
    if re.fullmatch(_SOUND, regex) is not None or re.search(_OTHERWISE, regex) is not None:
        return None
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
        except (OverflowError, RecursionError):
            pass
    return None
