"""The lexer of `grammars/httpd.lark`: its terminals, matched one after another.

Lark's own lexer makes a token with a copy of the text, and counts lines and columns. On a file of 10,000 virtual hosts
that takes a third of the parser's time, and nothing uses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import lexer
from lark.common import LexerConf

from hpatch.conf.leaf import Leaf


class Lexer(lexer.Lexer):
    """The lexer. Every text is in the language, so there is always a next match, up to the end."""

    def __init__(self, conf: LexerConf) -> None:
        self.pattern = re.compile("|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in conf.terminals))

    def lex(self, text: str) -> Iterator[Leaf]:  # type: ignore[override]  # leaves are our tokens
        """The leaves of a text, in order."""
        for match in self.pattern.finditer(text):
            yield Leaf(match.lastgroup, *match.span())  # type: ignore[arg-type]  # a terminal always matches
