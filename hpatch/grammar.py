"""The grammars, made into parsers once a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hpatch import resources

if TYPE_CHECKING:
    from lark import Lark


@cache
def parser(name: str, start: str) -> Lark:
    """The LALR parser of `grammars/NAME.lark`.

    Nothing is cached on disk: building takes some 15 ms, and a pickle in a shared folder could be anybody's.
    """
    from lark import Lark

    return Lark(
        resources.grammar(name),
        parser="lalr",
        lexer="basic",
        start=start,
        maybe_placeholders=False,
        keep_all_tokens=True,
    )
