"""The notation of the table of values."""

from __future__ import annotations

from importlib import import_module

import pytest

from hpatch.conf.load import load_text
from hpatch.conf.walk.values.model import Arguments, Wrong
from hpatch.conf.walk.values.notation import KINDS, WHOLE, judge
from hpatch.facts import names, table, values


def wrong(arguments: str, text: str) -> Wrong | None:
    configuration = load_text(f"Directive {text}")
    (node,) = configuration.nodes
    return judge(arguments)(Arguments(node, node.words, configuration))


def test_every_row_can_be_read() -> None:
    for key in values.names():
        row = values.find(key)
        assert row is not None, key
        assert names.spelling(key) is not None, f"{key}: no directive of httpd"
        assert callable(judge(row.arguments)), key
        assert row.source.partition(" ")[0].endswith((".c", "_config")), key


def test_the_table_is_in_order_and_has_each_directive_once() -> None:
    keys = [line.partition("\t")[0].lower() for line in table.lines("values")]
    assert keys == sorted(set(keys))


def test_every_kind_is_there_and_used() -> None:
    text = "\n".join(table.lines("values"))
    for name, module in (KINDS | WHOLE).items():
        assert callable(getattr(import_module(f"hpatch.conf.walk.values.{module}"), name))
        assert f"{'@' if name in WHOLE else '<'}{name}" in text, name


@pytest.mark.parametrize(
    ("arguments", "text", "index"),
    [
        ("On|Off", "on", None),
        ("On|Off", "ON", None),
        ("On|Off", "maybe", 0),
        ("On|Off", "${X}", None),
        ("On|Off", '""', None),
        ("On|Off", "on maybe", None),
        ("On|Off...", "on maybe", 1),
        ("=SSL|x", "ssl", 0),
        ("=SSL|x", "SSL", None),
        ("- On|Off", "anything maybe", 1),
        ("none|<atoi 1..>", "none", None),
        ("none|<atoi 1..>", "5", None),
        ("none|<atoi 1..>", "0", 0),
        ("<regex> On", "( On", 0),
        ("", "x", None),
    ],
)
def test_alternatives_and_repetition(arguments: str, text: str, index: int | None) -> None:
    found = wrong(arguments, text) if arguments else wrong("-", text)
    assert (found.at if found else None) == index


def test_what_it_says() -> None:
    found = wrong("none|default|<atoi 1..>", "defualt")
    assert found is not None
    assert found.says == 'takes none, default or a number of at least 1, not "defualt"'
    assert found.help == 'Did you mean "default"?'
