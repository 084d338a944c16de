"""Fuzz without an option: the one place in the hunk's own function."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.model import FilePatch
from hpatch.patch.place.place import place
from tests.support.patch.placing import only, patch, results, text

FUNCTION = ["int init(int x)", "{", "#ifdef OLD", "    set(x);", "    old(x);", "#endif", "", "    return x;", "}", ""]
OTHER = ["int other(int x)", "{", "    work(x);", "    more(x);", "    done(x);", "    return x;", "}", ""]
AFTER = [*FUNCTION[:6], "#ifdef NEW", "    new_option(x);", "#endif", *FUNCTION[6:]]
TREE = [*FUNCTION[:4], "    keylog(x);", *FUNCTION[5:]]
"""The line before `#endif` is the tree's own: GNU patch takes the hunk with fuzz 1."""


def made(section: bytes = b"int init(int x)") -> FilePatch:
    diff = patch([*OTHER, *FUNCTION], [*OTHER, *AFTER])
    return diff._replace(hunks=tuple(hunk._replace(section=section) for hunk in diff.hunks))


def test_the_only_place_in_its_function() -> None:
    placed = place(text([*OTHER, *TREE]), made())
    assert results(placed) == ["fuzz"]
    assert only(placed).reason.endswith("of its outer lines may differ; the only place, in its function")
    assert placed.after == text([*OTHER, *TREE[:6], *AFTER[6:9], *TREE[6:]])


def test_a_block_above_that_the_tree_lacks() -> None:
    """r1912015 went to 2.4.x so, which lacks the block of r1877397 above it."""
    one, two, new = (["#ifdef A", f"    set_{name}(x);", "#endif"] for name in ("one", "two", "new"))
    start, end = ["int init(int x)", "{"], ["", "    return x;", "}", ""]
    other = ["int other(int x)", "{", "#ifdef A", "    more(x);", "#endif", "    return 0;", "}", ""]
    before = [*other, *start, *one, *two, *end]
    diff = patch(before, [*other, *start, *one, *two, *new, *end])
    diff = diff._replace(hunks=tuple(hunk._replace(section=b"int init(int x)") for hunk in diff.hunks))
    placed = place(text([*other, *start, *one, *end]), diff, ancestor=text(before))
    assert results(placed) == ["fuzz"]
    assert placed.after == text([*other, *start, *one, *new, *end])


@pytest.mark.parametrize(
    ("before", "now", "placed"),
    [
        pytest.param([], [], True, id="one in the function"),
        pytest.param([], ["    b;", "#endif", ""], False, id="two"),
        pytest.param(["    b;", "#endif", ""], [], False, id="two before the revision"),
    ],
)
def test_the_only_place_in_its_function_though_others_have_the_lines(
    before: list[str], now: list[str], placed: bool
) -> None:
    """r1750947 went to 2.4.x so."""
    other = ["int other(int x)", "{", "#ifdef A", "    a;", "#endif", "", "    o;", "}", ""]
    start, end = ["int init(int x)", "{"], ["", "    return x;", "}", ""]
    own, lacked = ["#ifdef A", "    one;", "#endif"], ["#ifdef A", "    two;", "#endif"]
    was = [*other, *start, *own, *lacked, *end[:-2], *before, *end[-2:]]
    at = was.index("    two;") + 2
    diff = patch(was, [*was[:at], "    new;", *was[at:]])
    tree = [*other, *start, *own, *end[:-2], *now, *end[-2:]]
    at = tree.index("    one;") + 2
    done = place(text(tree), diff, ancestor=text(was))
    assert done.after == (text([*tree[:at], "    new;", *tree[at:]]) if placed else None)


@pytest.mark.parametrize(
    ("tree", "section"),
    [
        pytest.param([*OTHER, *TREE], b"", id="no heading"),
        pytest.param([*OTHER, *TREE], b"#define X", id="a heading without a function"),
        pytest.param([*OTHER, *TREE], b"int other(int x)", id="the heading of another function"),
        pytest.param([*OTHER, "int elsewhere(int x)", *TREE[1:]], b"int init(int x)", id="another function"),
        pytest.param([*OTHER, *TREE, *TREE], b"int init(int x)", id="two places"),
        pytest.param([*OTHER, *TREE, *AFTER[6:9]], b"int init(int x)", id="there in another place"),
        pytest.param([*OTHER, *TREE[:5], "#else", *TREE[6:]], b"int init(int x)", id="more differs than fuzz allows"),
    ],
)
def test_else_it_does_not_go_in(tree: list[str], section: bytes) -> None:
    assert place(text(tree), made(section)).after is None


def test_what_the_tree_has_at_the_very_place_is_a_conflict() -> None:
    tree = [*FUNCTION[:6], "    own(x);", *FUNCTION[6:]]
    placed = place(text([*OTHER, *tree]), made(), ancestor=text([*OTHER, *FUNCTION]))
    assert results(placed) == ["conflict"]


def test_lines_that_go_are_all_there() -> None:
    after = [*FUNCTION[:3], "    set_all(x);", *FUNCTION[4:]]
    diff = patch([*OTHER, *FUNCTION], [*OTHER, *after])
    diff = diff._replace(hunks=tuple(hunk._replace(section=b"int init(int x)") for hunk in diff.hunks))
    tree = [*FUNCTION[:3], "    set(x, 1);", *FUNCTION[4:]]
    assert place(text([*OTHER, *tree]), diff).after is None
