"""The grammars: their parsers, and their terminals as regular expressions.

Lark takes 20 ms to be imported and 15 ms more to read a grammar, a quarter of a small lint. Every lint needs some
grammars, but only their terminals. So `grammars/tables` has the terminals as Lark makes them: `python -m bench.tables`
writes it. A table is used only for the grammar that it is from; without one, Lark reads the grammar.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from hpatch import resources

if TYPE_CHECKING:
    from lark import Lark


@cache
def parser(name: str, start: str, lexer: Any = "basic", transformer: Any = None) -> Lark:
    """The LALR parser of `grammars/NAME.lark`."""
    from lark import Lark

    return Lark(
        resources.grammar(name),
        parser="lalr",
        lexer=lexer,
        start=start,
        maybe_placeholders=False,
        keep_all_tokens=True,
        transformer=transformer,
    )


@cache
def terminals(name: str, start: str) -> dict[str, str]:
    """The terminals of `grammars/NAME.lark` by name, as regular expressions."""
    mark, *rows = (resources.grammar_table(name) or "-").splitlines()
    if mark == _mark(name):
        return dict(row.encode().decode("unicode_escape").split(" ", 1) for row in rows)
    return _built(name, start)


def table(name: str, start: str) -> str:
    """What `terminals` reads instead of the grammar: a mark of its text, then a terminal a line, escaped."""
    rows = [f"{terminal} {expression}" for terminal, expression in _built(name, start).items()]
    return "\n".join([_mark(name), *(row.encode("unicode_escape").decode() for row in rows)]) + "\n"


def _built(name: str, start: str) -> dict[str, str]:
    return {terminal.name: terminal.pattern.to_regexp() for terminal in parser(name, start).terminals}


def _mark(name: str) -> str:
    return str(zlib.crc32(resources.grammar(name).encode()))
