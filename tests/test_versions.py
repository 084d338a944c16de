"""Versions and ranges of them."""

from __future__ import annotations

import pytest

from hpatch.versions import Range, Version


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=2.4.7,<2.4.10", "2.4.7 2.4.9", "2.4.6 2.4.10 2.2.0"),
        ("> 2.4.7 , <= 2.4.10", "2.4.8 2.4.10", "2.4.7 2.4.11"),
        ("==2.4.9", "2.4.9", "2.4.8 2.4.10"),
        (">=2.4", "2.4.0 2.5.0", "2.2.34"),
    ],
)
def test_a_range(text: str, inside: str, outside: str) -> None:
    versions = Range.parse(text)
    assert all(versions.covers(Version.parse(one)) for one in inside.split())
    assert not any(versions.covers(Version.parse(one)) for one in outside.split())


@pytest.mark.parametrize("text", ["", "2.4.9", ">=2", ">=2.4.x", ">=2.4.1,", "=2.4.1", "=>2.4.1", ">=2.4.1.2"])
def test_no_range(text: str) -> None:
    with pytest.raises(ValueError, match="not a range of versions"):
        Range.parse(text)


def test_a_range_is_written_as_it_is_read() -> None:
    assert str(Range.parse(">= 2.4.7, < 2.4.10")) == ">=2.4.7,<2.4.10"
