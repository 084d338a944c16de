"""The tables of terminals, and hpatch's own ways through them, against the parsers that Lark builds of the grammars."""

from __future__ import annotations

import re
from typing import Any

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.tables import GRAMMARS
from hpatch import grammar, resources
from hpatch.conf.leaf import matches
from hpatch.conf.words import lower
from hpatch.proxy.target import EXCLUSION, parse_parameter, parse_target

EACH = pytest.mark.parametrize("name", GRAMMARS)
LINES = st.sampled_from(
    [
        *("A b", "  Header set X \"y\"", "# c", "", "\t", "x\\", "x\\\r", "\\", "a<b", "\r", "\0", "\v<x", "é\udcff"),
        *("<VirtualHost *:80>", " <Location />", "</Location>", "\t</virtualhost>", "<", "</", "<A \\", "</A\\"),
    ]
)  # fmt: skip
WORD_PIECES = st.sampled_from(
    [
        *("http", "unix:", "balancer", ":", "//", "/", "|", "@", "[", "]", "?", "#", "%", "$", "{", "}", "!", "=", "a"),
        *("80", "-", ".", "[::1]", "${V}", "$1", "%{X}", "HTTPS", "\n", " ", "é", "\udcff", "/run/a.sock"),
    ]
)  # fmt: skip
WORDS = st.lists(WORD_PIECES, min_size=1, max_size=9).map("".join)


@EACH
def test_a_table_has_the_terminals_of_its_grammar(name: str) -> None:
    """If this fails, run `python -m bench.tables`."""
    assert grammar.table(name, GRAMMARS[name]) == resources.grammar_table(name)


@EACH
@pytest.mark.parametrize("found", [None, "", "0\nRUN x\n"])
def test_without_a_table_for_the_grammar_as_it_is_lark_reads_it(
    name: str, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = grammar.terminals(name, GRAMMARS[name])
    monkeypatch.setattr(resources, "grammar_table", lambda _: found)
    assert grammar.terminals.__wrapped__(name, GRAMMARS[name]) == shipped


@given(st.lists(LINES, max_size=12).map("\n".join), st.sampled_from(["", "\n", "\r\n"]))
def test_the_leaves_of_a_text_are_its_tokens(lines: str, end: str) -> None:
    text = lines + end
    tokens = flat(grammar.parser("httpd", "file").parse(text))
    leaves = [(match.lastgroup, match[0]) for match in matches(text)]
    assert leaves == [(token.type, str(token)) for token in tokens]
    assert "".join(leaf for _, leaf in leaves) == text


@given(WORDS)
def test_a_target_is_read_as_the_grammar_says(word: str) -> None:
    (token,) = tokens_of(word)
    url = parse_target(word)
    parts = grammar.parser("proxy", "words").get_terminal(token.type).pattern.to_regexp()
    groups = parts_of(parts, token)
    if token.type == "WORKER":
        socket, scheme, user, host, port, path = groups
        assert url == (socket, lower(scheme), user or "", host, port, path or "")
    elif token.type == "BARE":
        socket, scheme, path = groups
        assert url == (socket, lower(scheme), "", None, None, path)
    else:
        assert url == (None, "", "", None, None, word)
        assert (word == EXCLUSION) is (token.type == "EXCLUSION")


@given(WORDS)
def test_a_parameter_is_read_as_the_grammar_says(word: str) -> None:
    (token,) = tokens_of(f"={word}")
    key, value = parse_parameter(word)
    if token.type == "PARAMETER":
        assert f"{key}={value}" == word
    else:
        assert (key, value) == (word, None)


def test_a_grammar_without_a_table_has_a_parser() -> None:
    assert resources.grammar_table("status") is None
    assert grammar.parser("status", "status").parse("").children == []


def flat(tree: Any) -> list[lark.Token]:
    """All tokens of a tree, in order."""
    return list(tree.scan_values(lambda _: True))


def tokens_of(word: str) -> list[lark.Token]:
    """The tokens of a word, on a line of its own."""
    return flat(grammar.parser("proxy", "words").parse(word.replace("\n", " ") + "\n"))


def parts_of(expression: str, token: lark.Token) -> tuple[Any, ...]:
    """What the groups of a terminal match in a token of it."""
    match = re.fullmatch(expression, token)
    assert match is not None
    return match.groups()
