"""The grammars, made into parsers once a process.

Lark takes some 15 ms to build a parser, a tenth of a small lint. So `grammars/tables` has what it builds, for the
grammars that every lint needs: `python -m bench.tables` writes it. A table is used only for the grammar that it is from
and for the very Lark that built it; otherwise the parser is built from the grammar.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from hpatch import resources

if TYPE_CHECKING:
    from lark import Lark

_NUMBERED = str.isdecimal
"""JSON has text for keys; the numbers among Lark's keys are all that look like numbers."""


@cache
def parser(name: str, start: str, lexer: Any = "basic", transformer: Any = None) -> Lark:
    """The LALR parser of `grammars/NAME.lark`."""
    text = resources.grammar(name)
    return _prepared(name, text, lexer, transformer) or build(text, start, lexer, transformer)


def build(text: str, start: str, lexer: Any = "basic", transformer: Any = None) -> Lark:
    """The LALR parser of a grammar's text."""
    from lark import Lark

    return Lark(
        text,
        parser="lalr",
        lexer=lexer,
        start=start,
        maybe_placeholders=False,
        keep_all_tokens=True,
        transformer=transformer,
    )


def table(text: str, built: Lark) -> dict[str, Any]:
    """What `parser` needs instead of the grammar's text: the parser that was built from it, as data."""
    import lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = built.memo_serialize([TerminalDef, Rule])
    # Classes are no data: who loads the table gives them again.
    data["options"] = {**data["options"], "lexer": None, "transformer": None}
    data["parser"]["lexer_conf"]["lexer_type"] = None
    return {"lark": lark.__version__, "grammar": _mark(text), "data": data, "memo": memo}


def _mark(text: str) -> int:
    return zlib.crc32(text.encode())


def _prepared(name: str, text: str, lexer: Any, transformer: Any) -> Lark | None:
    """The parser from its table, if there is one for this grammar and this Lark."""
    import json

    import lark

    found = resources.grammar_table(name)
    if found is None:
        return None
    table = json.loads(found, object_hook=lambda pairs: {_key(key): value for key, value in pairs.items()})
    if table["lark"] != lark.__version__ or table["grammar"] != _mark(text):
        return None
    table["data"]["options"].update(lexer=lexer, transformer=transformer)
    table["data"]["parser"]["lexer_conf"]["lexer_type"] = lexer
    prepared: Lark = lark.Lark._load_from_dict(table["data"], table["memo"])  # type: ignore[no-untyped-call] # lark has no type for it
    return prepared


def _key(key: str) -> str | int:
    return int(key) if _NUMBERED(key) else key
