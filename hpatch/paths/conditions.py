"""Whether a condition of ap_expr holds for a request (server/util_expr_eval.c). Everything may be unknown.

The grammar is `grammars/expression.lark`; a condition that httpd would refuse is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from hpatch.conf.expressions.scan import tokens
from hpatch.paths.addresses import is_in
from hpatch.paths.patterns import regex, wildcard
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.expressions.scan import Token

Truth = Callable[[], "bool | None"]
"""A condition that was read; called, whether it holds."""
_Ordered = TypeVar("_Ordered", int, bytes)
Text = Callable[[], "str | None"]
"""A word that was read; called, its value."""

_FALSE = ("", "off", "no", "false", "0")
_NUMBERS: dict[str, Callable[[int], bool]] = {
    "lt": lambda sign: sign < 0, "le": lambda sign: sign <= 0, "gt": lambda sign: sign > 0,
    "ge": lambda sign: sign >= 0, "eq": lambda sign: sign == 0, "ne": lambda sign: sign != 0,
}  # fmt: skip
_STRINGS = {"=": "eq", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_CHANGES: dict[str, Callable[[str], str]] = {"tolower": str.lower, "toupper": str.upper}


class Asked(Protocol):
    """What is known of a request. Every method gives None for what is not known."""

    @property
    def client(self) -> str | None:
        """The client's address."""

    def variable(self, name: str) -> str | None:
        """The value of `%{NAME}`."""

    def function(self, name: str, argument: str) -> str | None:
        """The value of `%{name:argument}` for a function that asks the request."""

    def is_file(self, kind: str, path: str) -> bool | None:
        """Whether a file test (`-f`) holds."""


def holds(text: str, known: Asked) -> bool | None:
    """Whether a condition holds; None: not known."""
    reader = _Reader(text, known)
    try:
        found = reader.condition()
        return None if reader.rest else found()
    except (_RefusedError, RecursionError):
        return None


def text_of(text: str, known: Asked) -> str | None:
    """The value of a string with variables, as SetHandler has one; None: not known."""
    reader = _Reader(text, known, string=True)
    try:
        found = reader.string()
    except (_RefusedError, RecursionError):
        return None
    return found()


class _RefusedError(Exception):
    """httpd refuses the condition, or hpatch cannot read it."""


class _Reader:
    """Reads a condition into functions: what httpd does not evaluate sets no captures."""

    def __init__(self, text: str, known: Asked, *, string: bool = False) -> None:
        self.rest: list[Token] = list(tokens(text, string=string))[::-1]
        self.known = known
        self.captured: re.Match[str] | None = None
        self.doubt = False
        """Whether hpatch does not know what `$1` holds."""

    def _next(self) -> Token:
        if not self.rest:
            raise _RefusedError
        return self.rest.pop()

    def _takes(self, *types: str) -> bool:
        if self.rest and self.rest[-1].type in types:
            self.rest.pop()
            return True
        return False

    def _expect(self, kind: str) -> None:
        if not self._takes(kind):
            raise _RefusedError

    # Conditions.

    def condition(self) -> Truth:
        found = self._all()
        while self._takes("OR"):
            found = self._either(found, self._all(), decides=True)
        return found

    def _all(self) -> Truth:
        found = self._not()
        while self._takes("AND"):
            found = self._either(found, self._not(), decides=False)
        return found

    def _either(self, one: Truth, other: Truth, *, decides: bool) -> Truth:
        def holds() -> bool | None:
            left = one()
            if left is decides:
                return left
            right = other()
            if left is None:
                self.doubt = True
                return right if right is decides else None
            return right

        return holds

    def _not(self) -> Truth:
        if self._takes("NOT"):
            inner = self._not()
            return lambda: None if (found := inner()) is None else not found
        if self._takes("LPAR"):
            inner = self.condition()
            self._expect("RPAR")
            return inner
        if self._takes("TRUE"):
            return lambda: True
        if self._takes("FALSE"):
            return lambda: False
        if self.rest and self.rest[-1].type == "UNARY":
            return self._unary(self._next().value)
        return self._compared()

    def _unary(self, name: str) -> Truth:
        word = self._word()

        def holds() -> bool | None:
            value = word()
            if value is None:
                return None
            if name in ("n", "z"):
                return (value != "") is (name == "n")
            if name == "T":
                return value.lower() not in _FALSE
            if name == "R":
                return None if self.known.client is None else is_in(self.known.client, value)
            return self.known.is_file(name, value)

        return holds

    def _compared(self) -> Truth:
        left = self._word()
        token = self._next()
        if token.type == "MATCH":
            return self._matched(left, self._next(), wanted=token.value == "=~")
        if token.type == "IN":
            return self._listed(left)
        right = self._word()
        if token.type == "NUMBER_OP":
            return _both(left, right, lambda one, two: _sign(token.value.removeprefix("-"), _number(one), _number(two)))
        if token.type == "STRING_OP":
            return _both(left, right, lambda one, two: _sign(_STRINGS[token.value], _bytes(one), _bytes(two)))
        if token.type == "BINARY":
            return _both(left, right, lambda one, two: _binary(token.value.lower(), one, two))
        raise _RefusedError

    def _matched(self, left: Text, token: Token, *, wanted: bool) -> Truth:
        if token.type not in ("REGEX", "REGEX_I"):
            raise _RefusedError
        pattern = regex(token.value, nocase=token.type == "REGEX_I")

        def holds() -> bool | None:
            value = left()
            if pattern is None or value is None:
                self.doubt = True
                return None
            match = pattern.search(value)
            if pattern.groups:
                self.captured = match
            return (match is not None) is wanted

        return holds

    def _listed(self, left: Text) -> Truth:
        self._expect("LBRACE")
        words = [self._word()]
        while self._takes("COMMA"):
            words.append(self._word())
        self._expect("RBRACE")

        def holds() -> bool | None:
            value, values = left(), [word() for word in words]
            if value is None:
                return None
            return True if value in values else None if None in values else False

        return holds

    def string(self) -> Text:
        """A string that is the whole text. What a capture holds in it is not known."""
        self.doubt = True
        parts: list[Text] = []
        while self.rest:
            parts.append(self._part(self._next()))
        return _joined(parts)

    # Words.

    def _word(self) -> Text:
        found = [self._atom()]
        while self._takes("CONCAT"):
            found.append(self._atom())
        return _joined(found)

    def _atom(self) -> Text:
        token = self._next()
        if token.type == "DIGITS":
            return lambda: token.value
        if token.type == "QUOTE":
            parts: list[Text] = []
            while not self._takes("QUOTE_END"):
                parts.append(self._part(self._next()))
            return _joined(parts)
        if token.type == "ID" and self._takes("LPAR"):
            argument = self._word()
            self._expect("RPAR")
            return self._function(token.value, argument)
        return self._part(token)

    def _part(self, token: Token) -> Text:
        """A piece of a string, or a variable outside of strings."""
        if token.type == "TEXT":
            return lambda: token.value
        if token.type == "CAPTURE":
            return lambda: self._capture(int(token.value))
        if token.type != "OPEN":
            raise _RefusedError
        name = self._next()
        if self._takes("CLOSE"):
            return lambda: self.known.variable(name.value)
        self._expect("COLON")
        parts: list[Text] = []
        while not self._takes("CLOSE"):
            parts.append(self._part(self._next()))
        return self._function(name.value, _joined(parts))

    def _function(self, name: str, argument: Text) -> Text:
        change = _CHANGES.get(name.lower())

        def value() -> str | None:
            given = argument()
            if given is None:
                return None
            return self.known.function(name, given) if change is None else change(given)

        return value

    def _capture(self, number: int) -> str | None:
        if self.doubt:
            return None
        match = self.captured
        return "" if match is None or number > match.re.groups else match.group(number) or ""


def _joined(parts: list[Text]) -> Text:
    def value() -> str | None:
        found: list[str] = []
        for part in parts:
            one = part()
            if one is None:
                return None
            found.append(one)
        return "".join(found)

    return value


def _both(left: Text, right: Text, compare: Callable[[str, str], bool | None]) -> Truth:
    def holds() -> bool | None:
        one, two = left(), right()
        return None if one is None or two is None else compare(one, two)

    return holds


def _number(text: str) -> int:
    """`apr_atoi64`."""
    match = re.match(r"\s*([+-]?[0-9]{1,18})", text)
    return whole_number(match[1]) if match else 0


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _sign(name: str, one: _Ordered, two: _Ordered) -> bool:
    return _NUMBERS[name]((one > two) - (one < two))


def _binary(name: str, one: str, two: str) -> bool | None:
    if name == "ipmatch":
        return is_in(one, two)
    if name not in ("fnmatch", "strmatch", "strcmatch"):
        return None
    pattern = wildcard(two, pathname=name == "fnmatch", nocase=name == "strcmatch")
    return None if pattern is None else pattern.match(one) is not None
