"""References in values, each result as uWSGI 2.0.21 gave it."""

import pytest

from hpatch.backends.uwsgi.references import compute, replace

OPTIONS = {
    "one": "1",
    "word": "x",
    "chain": "x%(word)",
    "direct": "%(word)",
    "me": "%(me)",
    "self": "x%(self)",
    "empty": "",
}


def look(expression: str) -> str | None:
    return compute(expression, OPTIONS.get) if " " in expression else OPTIONS.get(expression)


@pytest.mark.parametrize(
    ("value", "expected", "known"),
    [
        ("a %(word) b %(one)", "a x b 1", True),
        ("a %(chain)", "a xx", True),
        ("%(direct)", "%(word)", True),
        ("a%(direct)", "ax", True),
        ("%(none)%(word)", "%(none)x", False),
        ("%(empty)", "", True),
        ("%()%(word", "%()%(word", True),
        ("%%(word)", "%x", True),
        ("% (word)", "% (word)", True),
        ("%(one one + 2)", "13", True),
        ("%(one none)", "%(one none)", False),
    ],
)
def test_replace(value: str, expected: str, known: bool) -> None:
    assert replace(value, "%", look) == (expected, known)


def test_the_inner_of_two_is_taken() -> None:
    assert replace("a$(X$(Y)) b", "$", {"Y": "/srv"}.get) == ("a$(X/srv) b", False)


def test_parentheses_in_a_name() -> None:
    assert replace("$(a(b)c)", "$", {"a(b)c": "1"}.get) == ("1", True)


def test_a_value_that_refers_to_itself_ends() -> None:
    assert replace("%(me)", "%", look) == ("%(me)", True)
    assert not replace("%(self)", "%", look)[1]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("one + 2 * 3", "9"), ("7 / 2", "3"), ("1 - 8", "-7"), ("7 / 0", "0"),
        ("one ++", "2"), ("one --", "0"), ("word one", "x1"),
    ],
)  # fmt: skip
def test_compute(expression: str, expected: str) -> None:
    assert compute(expression, OPTIONS.get) == expected
