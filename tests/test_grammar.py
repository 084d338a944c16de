"""The tables of the parsers: they are for the grammars as they are, and parse as parsers that are built from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import lark
import pytest

from bench.tables import GRAMMARS
from hpatch import grammar, resources
from hpatch.conf.parse import Section

TEXTS = {
    "httpd": [
        "",
        "ServerName a\n",
        "# c\n\n<VirtualHost *:80>\n<Location />\nA b \\\n c\n</Location>\n</VirtualHost>\n</Foo>\n<Open",
        "<IfModule x>\r\n A\r\n</ifmodule>\r\n\t<a>\n</b>",
    ],
    "proxy": [
        "http://a:80/b?c\n",
        "unix:/run/a.sock|fcgi://localhost/\nbalancer://x/\n!\na b\n$1\nws://[::1]:8/${x}\nkey=value\nuwsgi:\n",
    ],
}
EACH = pytest.mark.parametrize("name", GRAMMARS)


def flat(found: Any) -> Iterator[Any]:
    """What was parsed, in an order and a form that can be compared."""
    for item in found.children if isinstance(found, lark.Tree) else found:
        if isinstance(item, Section):
            yield item.open
            yield from flat(item.items)
            yield item.close
        else:
            yield item, getattr(item, "type", None)


@EACH
def test_a_table_is_for_the_grammar_as_it_is(name: str) -> None:
    """If this fails, run `python -m bench.tables`."""
    table = json.loads(resources.grammar_table(name) or "{}")
    assert table["grammar"] == grammar._mark(resources.grammar(name))


@EACH
def test_a_table_parses_as_its_grammar_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start, lexer, transformer = GRAMMARS[name]
    text = resources.grammar(name)
    built = grammar.build(text, start, lexer, transformer)
    written = json.dumps(grammar.table(text, built))
    shipped = grammar.parser(name, start, lexer, transformer)
    monkeypatch.setattr(resources, "grammar_table", lambda _: written)
    fresh = grammar._prepared(name, text, lexer, transformer)
    assert fresh is not None
    for one in TEXTS[name]:
        expected = list(flat(built.parse(one)))
        assert list(flat(fresh.parse(one))) == expected
        assert list(flat(shipped.parse(one))) == expected


@pytest.mark.parametrize("change", [{"lark": "0.0"}, {"grammar": 0}])
def test_another_table_is_not_used(change: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    text = resources.grammar("proxy")
    table = grammar.table(text, grammar.build(text, "words"))
    monkeypatch.setattr(resources, "grammar_table", lambda _: json.dumps(table | change))
    assert grammar._prepared("proxy", text, "basic", None) is None
    monkeypatch.setattr(resources, "grammar_table", lambda _: json.dumps(table))
    assert grammar._prepared("proxy", text, "basic", None) is not None


def test_a_grammar_without_a_table_is_built() -> None:
    assert resources.grammar_table("status") is None
    assert grammar.parser("status", "status").parse("").children == []
