"""Write `grammars/tables`: the parsers that every lint needs, built once (`python -m bench.tables`).

Run it after a change of a grammar or of the version of Lark that is to be quick.
"""

from __future__ import annotations

import json
from typing import Any

from hpatch import grammar, resources
from hpatch.conf.lexer import Lexer
from hpatch.conf.parse import _Builder

GRAMMARS: dict[str, tuple[str, Any, Any]] = {"httpd": ("file", Lexer, _Builder), "proxy": ("words", "basic", None)}
"""The start, the lexer and the transformer of each parser, as its caller gives them."""


def main() -> None:
    """Write every table."""
    folder = resources.folder("grammars") / "tables"
    folder.mkdir(exist_ok=True)
    for name, (start, lexer, transformer) in GRAMMARS.items():
        text = resources.grammar(name)
        table = grammar.table(text, grammar.build(text, start, lexer, transformer))
        (folder / f"{name}.json").write_text(json.dumps(table, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{folder}/{name}.json")


if __name__ == "__main__":
    main()
