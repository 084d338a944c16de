"""Regular expressions and shell patterns as httpd matches them, as far as Python's regular expressions can tell."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 2000
_OTHERWISE = r"\\[QEKRXzZAGhHvVNgkpPC]|\[\[:|\(\?(?![:=!<i])|\(\?<(?![=!])|\(\*|\(\?i(?!\))|\$\{|[^\x20-\x7e]"
"""What PCRE reads differently, or what is not the text that httpd has (an undefined `${…}`)."""
_MOST_REPEATS = 4
"""Python tries again for each of them, and each of them may take what the others leave."""


def _slow(pattern: str) -> bool:
    """Whether a match may take for ever: a repetition, or a choice, that is repeated. PCRE gives up there."""
    open_groups: list[bool] = []
    repeats, at, inside = 0, 0, False
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "\\":
            at += 1
        elif inside:
            inside = char != "]"
        elif char == "[":
            inside = True
            at += pattern[at : at + 1] == "^"
            at += pattern[at : at + 1] == "]"
        elif char == "(":
            open_groups.append(False)
        elif char == ")" and open_groups:
            many = open_groups.pop()
            if many and pattern[at : at + 1] in ("*", "+", "{"):
                return True
            if open_groups:
                open_groups[-1] = open_groups[-1] or many
        elif char in "*+{|":
            repeats += char != "|"
            if open_groups:
                open_groups[-1] = True
    return repeats > _MOST_REPEATS


@lru_cache(maxsize=4096)
def regex(pattern: str, *, nocase: bool = False) -> re.Pattern[str] | None:
    """A pattern as `ap_pregcomp` compiles it (`$` is the very end); None if hpatch cannot tell."""
    if len(pattern) > _LONGEST or re.search(_OTHERWISE, pattern) or _slow(pattern):
        return None
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.compile(_ends(pattern), re.DOTALL | re.ASCII | (re.IGNORECASE if nocase else 0))
        except (re.error, OverflowError, RecursionError):
            return None


def _ends(pattern: str) -> str:
    """The pattern with `\\Z` for each `$` outside of a set."""
    found, at, inside = [], 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            found.append(pattern[at : at + 2])
            at += 2
            continue
        if char == "[" and not inside:
            inside = True
            found.append(char)
            at += 1
            if pattern[at : at + 1] == "^":
                found.append("^")
                at += 1
            if pattern[at : at + 1] == "]":
                found.append("\\]")
                at += 1
            continue
        inside = inside and char != "]"
        found.append(r"\Z" if char == "$" and not inside else "\\[" if char == "[" else char)
        at += 1
    return "".join(found)


def substitute(template: str, match: re.Match[str]) -> str:
    """`ap_pregsub`: `$1` and `&` are what the groups matched; a backslash keeps `$` and `&`."""
    found, at = [], 0
    while at < len(template):
        char = template[at]
        after = template[at + 1 : at + 2]
        if char == "$" and after and after in "0123456789":
            number = int(after)
            found.append((match.group(number) or "") if number <= match.re.groups else "")
            at += 2
        elif char == "\\" and after and after in "$&":
            found.append(after)
            at += 2
        elif char == "&":
            found.append(match.group(0))
            at += 1
        else:
            found.append(char)
            at += 1
    return "".join(found)


@lru_cache(maxsize=4096)
def wildcard(text: str, *, pathname: bool = False, nocase: bool = False) -> re.Pattern[str] | None:
    """A shell pattern (`apr_fnmatch`); with `pathname`, `*` and `?` match no slash. None if hpatch cannot tell."""
    if "${" in text or len(text) > _LONGEST or text.count("*") > 5:
        return None
    one = "[^/]" if pathname else "."
    found, at = [], 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*":
            found.append(one + "*")
        elif char == "?":
            found.append(one)
        elif char == "[":
            end = text.find("]", at + 1)
            if end < 0 or "\\" in text[at:end]:
                return None
            inner = text[at:end]
            negated = inner[:1] in ("!", "^")
            inner = inner[1:] if negated else inner
            found.append(f"{'(?!/)' if pathname else ''}[{'^' if negated else ''}{inner.replace('[', chr(92) + '[')}]")
            at = end + 1
        elif char == "\\" and at < len(text):
            found.append(re.escape(text[at]))
            at += 1
        else:
            found.append(re.escape(char))
    try:
        return re.compile("".join(found) + r"\Z", re.DOTALL | (re.IGNORECASE if nocase else 0))
    except re.error:
        return None


def covered(path: str, written: str) -> int:
    """How much of a path a written prefix covers, by whole segments; 0 if it does not cover it.

    `/a` covers `/a` and `/a/1`, not `/ab`; `/a/` covers `/a/1`, not `/a`. A run of slashes counts as one (mod_alias'
    `alias_matches`, mod_proxy's `alias_match`).
    """
    at = to = 0
    while to < len(written):
        if written[to] == "/":
            if path[at : at + 1] != "/":
                return 0
            while written[to : to + 1] == "/":
                to += 1
            while path[at : at + 1] == "/":
                at += 1
        else:
            if path[at : at + 1] != written[to]:
                return 0
            at += 1
            to += 1
    if not written or (written[-1] != "/" and path[at : at + 1] not in ("", "/")):
        return 0
    return at
