"""What is wrong with an expression that does not parse, in the words of its author."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from hpatch.conf.expressions.model import Mistake
from hpatch.conf.expressions.scan import Token

_SHOWN = 40
"""How many characters of an expression a message quotes."""

_CLOSERS = {"QUOTE": "QUOTE_END", "OPEN": "CLOSE"}
_OPENERS = {"QUOTE_END": "QUOTE", "CLOSE": "OPEN"}
_WORDS = ("and", "or", "not", "true", "false", "in", "eq", "ne", "lt", "le", "gt", "ge")


def describe(text: str, found: list[Token], at: int, expected: AbstractSet[str]) -> Mistake:
    """The mistake at the token `found[at]`, where only the `expected` terminals may stand.

    At the end, there is no such token. An END counts as the end.
    """
    token = found[at] if at < len(found) and found[at].type != "END" else None
    before = found[at - 1] if at else None
    if before is not None and before.type == "ID" and expected == {"LPAR"}:
        return _bare(before)
    if token is None:
        return _missing(text, found, at, expected)
    if token.type == "ERROR":
        quoted = before is not None and text.startswith('\\"', token.start)
        help = "Use single quotes inside an expression." if quoted else None
        return Mistake(token.value, token.start, token.end, help)
    start, end = _whole(found, at)
    if before is None:
        return Mistake(f'an expression cannot start with "{_shown(text[start:end])}"', start, end)
    if expected == {"$END"}:  # only a ")" comes here: whatever else may not follow is refused earlier
        return Mistake('a ")" has no "("', start, end)
    return _misplaced(text, found, at, expected)


def _missing(text: str, found: list[Token], at: int, expected: AbstractSet[str]) -> Mistake:
    """The mistake of an expression that ends before `found[at]`, too early."""
    before = found[at - 1] if at else None
    if at < len(found):
        ending = found[at]
        regex = before is not None and before.type == "MATCH"
        return Mistake(ending.value, ending.start, ending.end, None if regex else "If this is text, put it in quotes.")
    if before is None:
        return Mistake("the expression is empty", 0, len(text))
    return _ends(text, found, at - 1, expected)


def _misplaced(text: str, found: list[Token], at: int, expected: AbstractSet[str]) -> Mistake:
    """The mistake of a token that cannot follow the one before it."""
    token, before = found[at], found[at - 1]
    start, end = _whole(found, at)
    a, b = _whole(found, at - 1)
    here, there = _shown(text[start:end]), _shown(text[a:b])
    if expected == {"ID"}:
        return Mistake(f'"{there}" has no name', a, b)
    if before.type == "COLON":
        return Mistake(f'"{here}" has no argument', start, end)
    if token.type == "ID" and not expected.isdisjoint(("MATCH", "AND")):
        return Mistake(f'"{here}" is not an operator', start, end, _lower(token.value))
    if "REGEX" in expected:
        return Mistake(f'"{before.value}" needs a regular expression, not "{here}"', start, end, _between(found, at))
    if token.type in ("REGEX", "REGEX_I") and before.type == "STRING_OP":
        return Mistake(
            f'"{before.value}" compares with text, and "{here}" is a regular expression',
            start,
            end,
            "Use =~ to match a regular expression. If this is text, put it in quotes.",
        )
    return Mistake(f'"{here}" cannot follow "{there}": {_expected(expected)} is expected', start, end)


def _bare(word: Token) -> Mistake:
    """A word without signs, which only a function's name can be."""
    name = word.value
    if _lower(name):
        return Mistake(f'"{name}" is not an operator', word.start, word.end, _lower(name))
    help = f"Write %{{{name}}} for a variable, or '{name}' for text." if name.isupper() else f"Write '{name}' for text."
    return Mistake(f'"{name}" is neither a variable nor text in quotes', word.start, word.end, help)


def _lower(name: str) -> str | None:
    return f'Write "{name.lower()}": operators are in lower case.' if name.lower() in _WORDS else None


def _ends(text: str, found: list[Token], at: int, expected: AbstractSet[str]) -> Mistake:
    """An expression that ends behind `found[at]`, too early."""
    start, end = _whole(found, at)
    here = _shown(text[start:end])
    if "MATCH" in expected:
        return Mistake(
            f'the expression ends after "{here}": a value without an operator is not a condition',
            start,
            end,
            f"To test that it is not empty, write -n {here}." if found[at].type == "CLOSE" else None,
        )
    if "RPAR" in expected:
        opened = _unclosed(found, "LPAR", "RPAR")
        return Mistake('a "(" has no ")"', opened.start, opened.end)
    if "RBRACE" in expected:
        opened = _unclosed(found, "LBRACE", "RBRACE")
        return Mistake('a "{" has no "}"', opened.start, opened.end)
    return Mistake(f'the expression ends after "{here}": {_expected(expected)} is missing', start, end)


def _unclosed(found: list[Token], opener: str, closer: str) -> Token:
    opened: list[Token] = []
    for token in found:
        if token.type == opener:
            opened.append(token)
        elif token.type == closer:
            opened.pop()
    return opened[-1]


def _between(found: list[Token], at: int) -> str | None:
    """How a string is written as a regular expression."""
    if found[at].type != "QUOTE":
        return None
    inner = found[at + 1 : at + 3]
    if [token.type for token in inner] != ["TEXT", "QUOTE_END"]:
        return "A regular expression stands between slashes, and cannot contain variables."
    regex = inner[0].value
    delimiters = ("/", "/") if "/" not in regex else ("m#", "#")
    return f"Write {delimiters[0]}{regex}{delimiters[1]}."


def _expected(expected: AbstractSet[str]) -> str:
    if "MATCH" in expected or "AND" in expected:
        return "an operator"
    for terminal, name in (("REGEX", "a regular expression"), ("TRUE", "a condition"), ("QUOTE", "a value")):
        if terminal in expected:
            return name
    if "LBRACE" in expected:
        return 'a list such as {"a", "b"}'
    return '")"' if "RPAR" in expected else '"}"'


def _whole(found: list[Token], at: int) -> tuple[int, int]:
    """The span of a token, or of the string or the variable that it begins or ends."""
    kind = found[at].type
    depth = 0
    if kind in _CLOSERS:
        for other in found[at:]:
            depth += (other.type == kind) - (other.type == _CLOSERS[kind])
            if depth == 0:
                return found[at].start, other.end
    if kind in _OPENERS:
        for other in reversed(found[: at + 1]):
            depth += (other.type == kind) - (other.type == _OPENERS[kind])
            if depth == 0:
                return other.start, found[at].end
    return found[at].start, found[at].end


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
