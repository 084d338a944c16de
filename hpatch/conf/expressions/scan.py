"""The tokens of an expression, as httpd's scanner makes them (server/util_expr_scan.l)."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from hpatch.records import NamedTuple
from hpatch.text import in_bytes

ROOM = 8192
"""How many bytes a string or a regular expression must stay below (MAX_STRING_LEN)."""

_KEYWORDS = {
    "and": "AND",
    "or": "OR",
    "not": "NOT",
    "true": "TRUE",
    "false": "FALSE",
    "in": "IN",
    "-in": "IN",
    **dict.fromkeys(("lt", "le", "gt", "ge", "ne", "eq"), "NUMBER_OP"),
    **dict.fromkeys(("-lt", "-le", "-gt", "-ge", "-ne", "-eq"), "NUMBER_OP"),
    **dict.fromkeys(("=", "==", "!=", "<", "<=", ">", ">="), "STRING_OP"),
    **dict.fromkeys(("=~", "!~"), "MATCH"),
    "&&": "AND",
    "||": "OR",
    "!": "NOT",
    ".": "CONCAT",
    "(": "LPAR",
    ")": "RPAR",
    "{": "LBRACE",
    "}": "RBRACE",
    ",": "COMMA",
    ":": "COLON",
}
"""In lower case only, as in httpd."""

# The longest match wins in httpd's scanner, which the order and the look-ahead see to.
_OUTSIDE = re.compile(
    r"""[ \t\n]+
    |(?P<QUOTE>["'])
    |(?P<OPEN>%\{)
    |(?P<CAPTURE>\$[0-9])
    |(?P<REGEX>m_(?![a-zA-Z0-9_])|m[/\#$%^,;:?|\-!.'"]|/)
    |(?P<DIGITS>-?[0-9]+)
    |(?P<NAME>-?[a-zA-Z][a-zA-Z0-9_]*|-_[a-zA-Z0-9_]*)
    |(?P<SIGN>==|=~|=|!=|!~|!|<=|<|>=|>|&&|\|\||[.(){},:])""",
    re.X,
)
_INSIDE = re.compile(
    r"""(?P<TEXT>[^\\\n"'%}$]+)
    |(?P<OPEN>%\{)
    |(?P<CAPTURE>\$[0-9])
    |(?P<NUMBER>\\[0-9]+)
    |(?P<ESCAPE>\\[^0-9])
    |(?P<QUOTE>["'])
    |(?P<CLOSE>\})
    |(?P<LOOSE>[%$])""",
    re.X,
)
_VARIABLE = re.compile(r"(?P<ID>[a-zA-Z][a-zA-Z0-9_]*)|(?P<CLOSE>\})|(?P<COLON>:)")
_OCTAL = re.compile(r"\\[0-7]{1,3}")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Token(NamedTuple):
    """A token `text[start:end]`: a terminal of `grammars/expression.lark`, ERROR or END.

    `value` is its name or its text without signs and escapes. An ERROR is what httpd's scanner refuses, and END a
    regular expression without its last delimiter, which ends the expression for httpd; their value says so.
    """

    type: str
    value: str
    start: int
    end: int


def tokens(text: str, *, string: bool = False) -> Iterator[Token]:
    """The tokens of a condition, or of a string with variables. Behind an ERROR or an END there is none."""
    return _Scanner(text).string("") if string else _Scanner(text).condition()


class _Stop(Exception):  # noqa: N818 - it ends the scan
    """httpd's scanner gives up."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def condition(self) -> Iterator[Token]:
        try:
            while self.at < len(self.text):
                yield from self._outside()
        except _Stop:
            return

    def _outside(self) -> Iterator[Token]:
        start = self.at
        match = _OUTSIDE.match(self.text, start)
        if match is None:
            yield from self._error(f'"{self.text[start]}" has no meaning in an expression', start, start + 1)
            return
        self.at = match.end()
        kind, word = match.lastgroup, match.group()
        if kind is None:
            return
        if kind == "QUOTE":
            yield Token("QUOTE", word, start, self.at)
            yield from self._text(word, start)
        elif kind == "OPEN":
            yield Token("OPEN", word, start, self.at)
            if (yield from self._name(start)):
                yield from self._text("}", start)
        elif kind == "REGEX":
            yield from self._regex(start, word[-1])
        elif kind in ("CAPTURE", "DIGITS"):
            yield Token(kind, word.removeprefix("$"), start, self.at)
        elif word in _KEYWORDS:
            yield Token(_KEYWORDS[word], word, start, self.at)
        elif word.startswith("-"):
            yield Token("UNARY" if len(word) == 2 else "BINARY", word[1:], start, self.at)
        else:
            yield Token("ID", word, start, self.at)

    def string(self, quote: str) -> Iterator[Token]:
        """A string that is the whole expression: quotes are text in it."""
        try:
            yield from self._text(quote, 0)
        except _Stop:
            return

    def _text(self, end: str, opened: int) -> Iterator[Token]:
        """What stands in a string up to its quote `end`, in an argument up to `}`, or up to the end of the text.

        What an argument stands in waits in `around`: arguments may be inside one another to any depth.
        """
        around: list[tuple[str, int]] = []
        start = self.at
        found: list[str] = []
        while True:
            match = _INSIDE.match(self.text, self.at)
            if match is None:
                break
            kind, word = match.lastgroup, match.group()
            closing = word == end
            if closing or kind in ("OPEN", "CAPTURE"):
                if self.at > start:
                    yield from self._string(start, found)
                    found = []
                yield Token(_CLOSING.get(word, kind or ""), word.removeprefix("$"), self.at, match.end())
                self.at = match.end()
                if closing and not around:
                    return
                if closing:
                    end, opened = around.pop()
                elif kind == "OPEN" and (yield from self._name(match.start())):
                    around.append((end, opened))
                    end, opened = "}", match.start()
                start = self.at
                continue
            if kind == "NUMBER":
                yield from self._number(word)
                word = chr(int(word[1:], 8))
            elif kind == "ESCAPE":
                word = _ESCAPES.get(word[1], word[1])
            elif kind == "QUOTE" and end == "}":
                yield from self._error(
                    f"a {word} cannot stand in the argument of %{{name:argument}}",
                    self.at,
                    self.at + 1,
                )
            found.append(word)
            self.at = match.end()
        if end == "" and self.at == len(self.text):
            yield from self._string(start, found)
        elif self.text[self.at : self.at + 1] == "\\":
            yield from self._error("a backslash has nothing after it to escape", self.at, self.at + 1)
        elif end == "}":
            yield from self._error('a "%{" has no "}"', opened, self.at)
        else:
            yield from self._error(f"a string has no {end} at its end", opened, self.at)

    def _string(self, start: int, found: list[str]) -> Iterator[Token]:
        value = "".join(found)
        if in_bytes(value) >= ROOM:
            yield from self._error(f"a string has {ROOM} bytes or more", start, self.at)
        # Text behind a \0 is lost, as in every string of C.
        yield Token("TEXT", value.partition("\0")[0], start, self.at)

    def _number(self, word: str) -> Iterator[Token]:
        if _OCTAL.fullmatch(word) is None:
            yield from self._error(
                f'"{word}" is not an octal number of one to three digits', self.at, self.at + len(word)
            )
        if int(word[1:], 8) > 0xFF:
            yield from self._error(f'"{word}" is more than \\377', self.at, self.at + len(word))

    def _name(self, opened: int) -> Generator[Token, None, bool]:
        """A name behind `%{`. True if an argument begins behind its colon."""
        while True:
            start = self.at
            match = _VARIABLE.match(self.text, start)
            if match is None:
                if start >= len(self.text) or self.text[start] == "\n":
                    yield from self._error('a "%{" has no "}"', opened, start)
                yield from self._error(f'"{self.text[start]}" cannot stand in the name of a variable', start, start + 1)
                return False
            self.at = match.end()
            kind = match.lastgroup or ""
            yield Token(kind, match.group(), start, self.at)
            if kind in ("CLOSE", "COLON"):
                return kind == "COLON"

    def _regex(self, start: int, delimiter: str) -> Iterator[Token]:
        end = self.text.find(delimiter, self.at)
        regex = self.text[self.at : end if end >= 0 else None]
        if in_bytes(regex) >= ROOM:
            yield from self._error(f"a regular expression has {ROOM} bytes or more", start, self.at)
        if end < 0:
            yield Token("END", f'a regular expression has no "{delimiter}" at its end', start, len(self.text))
            raise _Stop
        self.at = end + 1
        kind = "REGEX"
        if self.text[self.at : self.at + 1] == "i":
            self.at += 1
            kind = "REGEX_I"
        yield Token(kind, regex, start, self.at)

    def _error(self, reason: str, start: int, end: int) -> Iterator[Token]:
        yield Token("ERROR", reason, start, max(end, start))
        raise _Stop


_CLOSING = {"}": "CLOSE", '"': "QUOTE_END", "'": "QUOTE_END", "%{": "OPEN"}
