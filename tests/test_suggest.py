"""Did you mean."""

import pytest

from hpatch.suggest import closest, sure

KEYS = ("timeout", "retry", "ttl", "iobuffersize", "lbmethod", "lbset", "ping")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("tiemout", "timeout"), ("TIMEOUTS", "timeout"), ("lbmethd", "lbmethod"), ("zzz", None), ("", None)],
)
def test_closest(word: str, expected: str | None) -> None:
    assert closest(word, KEYS) == expected


def test_how_near() -> None:
    assert closest("tiemout", KEYS, 0.9) is None
    assert closest("timeouts", KEYS, 0.9) == "timeout"


def test_of_equals_the_first_wins() -> None:
    assert closest("ab0d", ("ab1d", "ab2d")) == "ab1d"
    assert closest("ab0d", ("ab2d", "ab1d")) == "ab2d"


def test_a_word_that_can_hardly_be_another_one() -> None:
    assert sure("ServerNam", "ServerName")
    assert sure("conectiontimeout", "connectiontimeout")
    assert not sure("MCacheSize", "MellonCacheSize")
