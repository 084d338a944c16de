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


def test_a_version_without_a_third_number_is_the_first_of_its_branch() -> None:
    assert Version(2, 4) == Version.parse("2.4") == Version(2, 4, 0)


@pytest.mark.parametrize("text", ["", "2", "httpd", "v2.4.1"])
def test_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        Version.parse(text)
