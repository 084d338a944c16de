"""Numbers as C reads them."""

from __future__ import annotations

import pytest

from hpatch.conf.walk.values import numbers
from hpatch.conf.walk.values.model import Kind


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("5", 5), (" 5", 5), ("+5", 5), ("-5", -5), ("5abc", 5), ("abc", 0), ("", 0), ("0x10", 0), ("\u0665", 0),
        ("2147483647", 2147483647), ("2147483648", -2147483648), ("4294967296", 0), ("99999999999999999999", -1),
        ("-99999999999999999999", 0), ("1" * 5000, -1), ("0" * 5000 + "7", 7),
    ],
)  # fmt: skip
def test_atoi(word: str, value: int) -> None:
    assert numbers.c_atoi(word) == value


@pytest.mark.parametrize(
    ("kind", "fitting", "refused"),
    [
        (numbers.atoi("0|512.."), ("0", "abc", "512", "9999"), ("1", "511", "-1")),
        (numbers.atoi("1..9"), ("1", "9", "9x"), ("0", "10")),
        (numbers.atoi("..3"), ("3", "-9"), ("4",)),
        (numbers.atol("1.."), ("4294967296",), ("0", "abc")),
        (numbers.long("0.."), ("abc", "5x"), ("-1", "99999999999999999999")),
        (numbers.whole("0.."), ("0", "5", "+5", ""), ("5x", "-1", "abc", "99999999999999999999")),
        (numbers.trailing(""), ("5", "99999999999999999999"), ("5x", "abc")),
        (numbers.digits(""), ("5", ""), ("+5", "-1", "5x")),
        (numbers.decimal(""), ("0.5", ".5", "-1", "1e3", "5x"), ("abc", ".", "")),
        (numbers.positive(""), ("0.5", "2", "1e3", "0x1"), ("0", "-1", "5x", "abc")),
        (numbers.interval("s"), ("5", "5s", "5min", "5mi", "2h", "10ms", "0"), ("5m", "5d", "-5", "-5s", "5mx")),
        (numbers.interval("s"), ("hour", "9223372036854"), ("9223372036855", "99999999999999999999")),
        (numbers.interval("s 0..3600"), ("3600", "1h", "60mi"), ("3601", "2h")),
    ],
)  # fmt: skip
def test_kinds(kind: Kind, fitting: tuple[str, ...], refused: tuple[str, ...]) -> None:
    assert [word for word in fitting if not kind.fits(word)] == []
    assert [word for word in refused if kind.fits(word)] == []


@pytest.mark.parametrize(
    ("ranges", "takes"),
    [
        ("1..", "a number of at least 1"),
        ("..9", "a number of at most 9"),
        ("1..9", "a number from 1 to 9"),
        ("0|512..", "0 or a number of at least 512"),
        ("..", "a number"),
    ],
)
def test_ranges_in_words(ranges: str, takes: str) -> None:
    assert numbers.atoi(ranges).takes == takes
