"""Things found by the text with which their path begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.prefixes import Prefixes

PATHS = st.lists(st.sampled_from(["/", "/a", "/a/", "/a/b", "/ab", "/b//c", "/b/", ""]), max_size=8)


@given(PATHS, st.sampled_from(["/", "/a", "/a/", "/a/b", "/ab/c", "/b//c/d", "/z"]))
def test_it_finds_what_going_through_all_finds(paths: list[str], text: str) -> None:
    index = Prefixes((path, path) for path in paths)
    assert len(index) == len(paths)
    assert sorted(index.starting(text)) == [(n, path) for n, path in enumerate(paths) if path.startswith(text)]
    near = [(n, path) for n, path in enumerate(paths) if path.startswith(text) or (path and below(text, path))]
    assert index.around(text) == near


@pytest.mark.parametrize(("path", "found"), [("/a", ["/a/b", "/", "/a"]), ("/a/b/c", ["/a/b", "/", "/a"])])
def test_what_lies_around_a_path_keeps_its_order(path: str, found: list[str]) -> None:
    index = Prefixes((one, one) for one in ("/a/b", "/b", "/", "/a"))
    assert [one for _, one in index.around(path)] == found
