"""Read an expression by `grammars/expression.lark` (httpd: server/util_expr_parse.y)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from hpatch import resources
from hpatch.conf.expressions import mistakes
from hpatch.conf.expressions.model import Element, ElementKind, Expression, Mistake
from hpatch.conf.expressions.scan import ROOM, Token, tokens
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from lark import Lark

DEPTH = 9998
"""How much httpd's parser remembers of what is not complete: bison's stack has 10,000 places (tested on 2.4.71)."""

_SIGNS = ("%{", "$", "\\", "\n")
"""Without any of them, a string is one constant."""


@lru_cache(maxsize=1024)
def parse(text: str, *, string: bool = False) -> Expression:
    """Read a condition, or a string with variables in it; without its quotes in the configuration.

    Only the syntax is checked: `lookup.mistakes` asks for the names.
    """
    if string and len(text) < ROOM // 4 and not any(sign in text for sign in _SIGNS):
        return Expression(text, True, (Element(kind="text", name=text, start=0, end=len(text)),))
    from lark.exceptions import UnexpectedToken

    found = list(tokens(text, string=string))
    parser = _parser().parse_interactive(start="string" if string else "condition")
    at = 0
    try:
        for token in found:
            if token.type == "END":
                break
            parser.feed_token(_Terminal.of(token))  # type: ignore[arg-type]  # all that the parser needs
            at += 1
            if len(parser.parser_state.state_stack) > DEPTH:
                deep = Mistake("httpd runs out of memory here: too much is inside one another", token.start, token.end)
                return Expression(text, string, (), deep)
        elements: list[Element] = parser.feed_eof()  # type: ignore[no-untyped-call] # lark has no type for it
    except UnexpectedToken as error:
        return Expression(text, string, (), mistakes.describe(text, found, at, error.expected))
    # A string ends with a constant even where nothing is left of it.
    kept = [element for element in elements if element.end > element.start or not string]
    return Expression(text, string, tuple(sorted(kept, key=lambda element: element.start)))


class _Terminal(NamedTuple):
    """A token as Lark wants it."""

    type: str
    value: str
    start_pos: int
    end_pos: int
    line: None = None
    column: None = None
    end_line: None = None
    end_column: None = None

    @classmethod
    def of(cls, token: Token) -> _Terminal:
        return cls(type=token.type, value=token.value, start_pos=token.start, end_pos=token.end)


class _Value(NamedTuple):
    """What a rule's callback gives: the elements in it, and its constant, if it is one; `text[start:end]`."""

    elements: list[Element]
    constant: str | None
    start: int
    end: int


def _all(children: list[Any]) -> list[Element]:
    """The elements in a rule's children, put into the first list that there is."""
    lists = [child.elements for child in children if isinstance(child, _Value)]
    if not lists:
        return []
    for more in lists[1:]:
        lists[0].extend(more)
    return lists[0]


def _span(children: list[Any]) -> tuple[int, int]:
    first, last = children[0], children[-1]
    return (
        first.start if isinstance(first, _Value) else first.start_pos,
        last.end if isinstance(last, _Value) else last.end_pos,
    )


def _named(kind: ElementKind, token: _Terminal, children: list[Any], argument: _Value | None = None) -> _Value:
    """An element with a name, and the elements in its arguments."""
    element = Element(
        kind=kind,
        name=token.value,
        start=token.start_pos,
        end=token.end_pos,
        argument=None if argument is None else argument.constant,
        argument_start=0 if argument is None else argument.start,
        argument_end=0 if argument is None else argument.end,
    )
    elements = _all(children)
    elements.append(element)
    return _Value(elements, None, *_span(children))


class _Builder:
    """Lark's callbacks: children in, values out."""

    @staticmethod
    def condition(children: list[Any]) -> list[Element]:
        return _all(children)

    @staticmethod
    def string(children: list[Any]) -> list[Element]:
        return _all(children)

    @staticmethod
    def comparison(children: list[Any]) -> _Value:
        right = children[2] if isinstance(children[2], _Value) else None
        return _named("comparison", children[1], children, right)

    @staticmethod
    def unary(children: list[Any]) -> _Value:
        return _named("unary", children[0], children, children[1])

    @staticmethod
    def binary(children: list[Any]) -> _Value:
        return _named("binary", children[1], children, children[2])

    @staticmethod
    def word(children: list[Any]) -> _Value:
        return children[0] if len(children) == 1 else _Value(_all(children), None, *_span(children))

    @staticmethod
    def quoted(children: list[Any]) -> _Value:
        inner = children[1:-1]
        if not inner:
            at = children[0].end_pos
            return _Value([Element(kind="text", name="", start=at, end=at)], "", *_span(children))
        return _Value(_all(inner), inner[0].constant if len(inner) == 1 else None, *_span(children))

    @staticmethod
    def text(children: list[Any]) -> _Value:
        value = _Builder.number(children)
        return value._replace(constant=value.elements[0].name)

    @staticmethod
    def number(children: list[Any]) -> _Value:
        (token,) = children
        element = Element(kind="text", name=token.value, start=token.start_pos, end=token.end_pos)
        return _Value([element], None, token.start_pos, token.end_pos)

    @staticmethod
    def variable(children: list[Any]) -> _Value:
        return _named("variable", children[1], children)

    @staticmethod
    def variable_function(children: list[Any]) -> _Value:
        return _named("function", children[1], children, children[3])

    @staticmethod
    def argument(children: list[Any]) -> _Value:
        constant = children[0].constant if len(children) == 1 else None
        return _Value(_all(children), constant, *_span(children))

    @staticmethod
    def string_function(children: list[Any]) -> _Value:
        return _named("function", children[0], children, children[2])

    @staticmethod
    def list_function(children: list[Any]) -> _Value:
        return _named("list", children[0], children, children[2])

    @staticmethod
    def capture(children: list[Any]) -> _Value:
        return _named("capture", children[0], children)

    @staticmethod
    def regex(children: list[Any]) -> _Value:
        token = children[0]
        flag = _Value([], "i" if token.type == "REGEX_I" else "", token.end_pos, token.end_pos)
        return _named("regex", token, children, flag)


@cache
def _parser() -> Lark:
    from lark import Lark, lexer

    class Fed(lexer.Lexer):
        """No lexer: the parser is fed with the tokens of `scan`."""

        def __init__(self, _: object) -> None: ...

        def lex(self, *_: object) -> Iterator[Any]:
            raise NotImplementedError

    return Lark(
        resources.grammar("expression"),
        parser="lalr",
        lexer=Fed,
        start=["condition", "string"],
        maybe_placeholders=False,
        keep_all_tokens=True,
        transformer=_Builder,
    )
