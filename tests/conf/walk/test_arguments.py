"""Counting arguments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.conf.walk.arguments import plain_count
from hpatch.conf.words import split

ARGUMENTS = st.text(st.sampled_from("ab \t\"'\\#>é\xa0\x1c\v"), max_size=12).map(lambda text: text.strip(" \t\v"))


@given(ARGUMENTS)
def test_a_plain_count_is_that_of_the_words(args: str) -> None:
    assert plain_count(args) in (None, len(split(args)))


@pytest.mark.parametrize(("args", "count"), [("", 0), ("a", 1), ("a  b\tc", 3), ('"a b"', 1)])
def test_plain_arguments_are_counted(args: str, count: int) -> None:
    assert plain_count(args) == count


@pytest.mark.parametrize("args", ['a "b c"', '"a"b"', '""', "'a b'", "a\\ b", "a\xa0b"])
def test_other_arguments_need_their_words(args: str) -> None:
    assert plain_count(args) is None
