"""Lark's lexer for `grammars/httpd.lark`. Lark's own makes a token with a copy of the text, and nothing uses that."""

from __future__ import annotations

from collections.abc import Iterator

from lark import lexer
from lark.common import LexerConf

from hpatch.conf.leaf import Leaf, matches


class Lexer(lexer.Lexer):
    """The lexer. Every text is in the language, so there is always a next match, up to the end."""

    def __init__(self, _: LexerConf) -> None: ...

    def lex(self, text: str) -> Iterator[Leaf]:  # type: ignore[override]  # leaves are our tokens
        """The leaves of a text, in order."""
        for match in matches(text):
            yield Leaf(match.lastgroup, *match.span())  # type: ignore[arg-type]  # a terminal always matches
