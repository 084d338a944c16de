"""Regular expressions: their groups, and how what they match begins."""

from __future__ import annotations

import pytest

from hpatch.conf.regexes import alternatives, group, holds_start, starts_with_slash


@pytest.mark.parametrize(
    ("text", "slashed"),
    [
        ("/.*", True),
        (r"\/x", True),
        ("/+x", True),
        ("/?x", False),
        ("/*", False),
        ("/{0,1}x", False),
        ("(/.*)?", True),
        ("(?:/a|/b).*", True),
        ("(/a|)", True),
        ("(/a)?x", False),
        ("(|/a)x", False),
        ("/a|b", False),
        ("", True),
        (".*", False),
        ("[/]x", False),
        ("(?=/)x", False),
        ("b(/a)", False),
        ("(/a)?/b", True),
        ("(b)?/a", False),
        ("(?:/a)?/b", True),
        ("(?:/a)?b", False),
        ("(?:/a)*b", False),
        ("(?:/a){0,1}b", False),
        ("(?:/a|)/b", True),
        ("(?:/a|)b", False),
        ("(?:/a)b", True),
    ],
)
def test_what_begins_with_a_slash(text: str, slashed: bool) -> None:
    assert starts_with_slash(text) is slashed


@pytest.mark.parametrize(
    ("pattern", "number", "holds"),
    [
        ("^(.*)$", 1, True),
        ("(.*)", 1, True),
        ("([^.]+)", 1, True),
        ("([^/]+)", 1, False),
        ("([a-z]+)", 1, False),
        ("^/(.*)", 1, False),
        ("^((/a)b)", 2, True),
        ("^(a)(b)", 2, False),
        ("^(?:(a))", 1, True),
        ("^(a)", 2, False),
    ],
)
def test_groups_at_the_start(pattern: str, number: int, holds: bool) -> None:
    assert holds_start(pattern, number) is holds


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("a|b", ["a", "b"]),
        ("(a|b)|[|]|c\\|d", ["(a|b)", "[|]", "c\\|d"]),
        ("[^]|]|a", ["[^]|]", "a"]),
        ("", [""]),
    ],
)
def test_alternatives(pattern: str, parts: list[str]) -> None:
    assert alternatives(pattern) == parts


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [("(a)(b(c))", 2, "b(c)"), ("(a)(b(c))", 3, "c"), ("(?:a)(b)", 1, "b"), ("[(](a)\\)", 1, "a"), ("(a)", 2, None)],
)
def test_groups(pattern: str, number: int, text: str | None) -> None:
    assert group(pattern, number) == text


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [
        ("a(b)(c(d))", 2, "c(d)"),
        ("a(b)(c(d))", 3, "d"),
        ("((?:a)b)", 1, "(?:a)b"),
        ("a)(b)", 1, "b"),
        ("(a", 1, None),
        ("\\(a(b)", 1, "b"),
        ("(a\\)b)", 1, "a\\)b"),
        ("\\\\(a)", 1, "a"),
        ("[(](a)", 1, "a"),
        ("[](](a)", 1, "a"),
        ("[^](](a)", 1, "a"),
        ("[^(](a)", 1, "a"),
        ("[\\](](a)", 1, "a"),
        ("([)])", 1, "[)]"),
        ("(a)[(", 2, None),
        ("(a)\\", 1, "a"),
    ],
)
def test_the_text_of_a_group(pattern: str, number: int, text: str | None) -> None:
    assert group(pattern, number) == text
