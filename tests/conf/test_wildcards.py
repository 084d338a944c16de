"""Which texts are shell patterns; tests/conf/test_paths.py asks APR itself."""

from __future__ import annotations

import pytest

from hpatch.conf.wildcards import is_wildcard


@pytest.mark.parametrize(
    "pattern", ["*", "a*", "?", "a?b", "[a]", "a[b]c", "[]", "\\\\*", "\\a*", "[\\]]", "[[]", "[a\\b]"]
)
def test_wild(pattern: str) -> None:
    assert is_wildcard(pattern)


@pytest.mark.parametrize(
    "pattern", ["", "a", "]", "a]b", "[", "[a", "]a[", "\\*", "\\?", "\\[a]", "[a\\]", "a\\", "a!b-c"]
)
def test_not_wild(pattern: str) -> None:
    assert not is_wildcard(pattern)
