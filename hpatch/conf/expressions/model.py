"""What an expression holds, each part with its place in the text."""

from __future__ import annotations

from typing import Literal

from hpatch.records import NamedTuple

ElementKind = Literal[
    "variable",  # %{HTTP_HOST}
    "function",  # %{req:Host}, req('Host'): gives a string
    "list",  # PeerExtList('1.2.3'): gives a list, behind -in
    "unary",  # -R '10.0.0.0/8'
    "binary",  # %{REMOTE_ADDR} -ipmatch '10.0.0.0/8'
    "comparison",  # == != < <= > >= -eq -ne -lt -le -gt -ge -in =~ !~, and their other spellings
    "capture",  # $0 to $9: what a regular expression matched before
    "regex",  # /^a/, m#^a#i
    "text",  # a constant, without its quotes
]


class Element(NamedTuple):
    """A part of an expression: `text[start:end]`, as it is written.

    `name` is the name without its signs (`HTTP_HOST`, `req`, `R`), a comparison's operator, a capture's digit, a
    regular expression without its delimiters, or a constant with its escapes resolved. Letters keep their case: httpd
    ignores it in names but those of unary operators.

    `argument` is what a function's or an operator's argument (the right one of two) is if that is one constant, without
    quotes; None if it is put together, or if the element has none. It is `text[argument_start:argument_end]`, quotes
    included. A regular expression's argument is its flag: `i` or nothing.
    """

    kind: ElementKind
    name: str
    start: int
    end: int
    argument: str | None = None
    argument_start: int = 0
    argument_end: int = 0


class Mistake(NamedTuple):
    """Why httpd refuses an expression: the place `text[start:end]`, the fact, and the fix if there is a likely one."""

    message: str
    start: int
    end: int
    help: str | None = None


class Expression(NamedTuple):
    """An expression that was read: a condition, or a string with variables in it (`string`).

    `elements` are in the order of the text; none if there is a `mistake` of syntax. A string without `%{`, `$0` and
    `\\` is one constant.
    """

    text: str
    string: bool
    elements: tuple[Element, ...]
    mistake: Mistake | None = None

    def of(self, *kinds: ElementKind) -> tuple[Element, ...]:
        """The elements of these kinds."""
        return tuple(element for element in self.elements if element.kind in kinds)
