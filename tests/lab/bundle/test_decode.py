"""JSON as NamedTuples: what fits comes as it is, anything else is refused by its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import pytest

from hpatch.lab.bundle.decode import DecodeError, decode


class Inner(NamedTuple):
    text: str
    number: float = 0.5


class Outer(NamedTuple):
    count: int
    flag: bool
    word: Literal["yes", "no"]
    maybe: str | None
    items: tuple[Inner, ...] = ()
    named: Mapping[str, int] = {}
    deeper: Inner | None = None


WHOLE: dict[str, Any] = {"count": 1, "flag": True, "word": "yes", "maybe": None}


def test_what_fits_comes_as_it_is() -> None:
    more = {"items": [{"text": "a", "number": 2}, {"text": "b"}], "named": {"x": 1}, "deeper": {"text": "c"}}
    found = decode(Outer, {**WHOLE, **more, "of a later version": [1]})
    assert found == Outer(1, True, "yes", None, (Inner("a", 2), Inner("b")), {"x": 1}, Inner("c"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "the file: not an object"),
        ({**WHOLE, "count": True}, "count: not a whole number"),
        ({**WHOLE, "count": 1.0}, "count: not a whole number"),
        ({**WHOLE, "flag": 1}, "flag: not true or false"),
        ({**WHOLE, "word": "maybe"}, "word: not one of yes, no"),
        ({**WHOLE, "word": ["yes"]}, "word: not one of yes, no"),
        ({**WHOLE, "maybe": 1}, "maybe: not a string"),
        ({**WHOLE, "items": {}}, "items: not a list"),
        ({**WHOLE, "items": [{"text": "a"}, {}]}, "items[1].text: missing"),
        ({**WHOLE, "items": [{"text": "a", "number": "1"}]}, "items[0].number: not a number"),
        ({**WHOLE, "named": []}, "named: not an object"),
        ({**WHOLE, "named": {"x": "1"}}, "named.x: not a whole number"),
        ({**WHOLE, "deeper": 1}, "deeper: not an object"),
        ({"count": 1}, "flag: missing"),
    ],
)
def test_what_does_not_is_refused_by_its_place(value: object, said: str) -> None:
    with pytest.raises(DecodeError, match=f"^{re.escape(said)}$"):
        decode(Outer, value)
