"""What holds of placing whatever the file and the patch."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import Diff, FilePatch
from hpatch.patch.diff.write import compare, reverse, write
from hpatch.patch.place.merge import start_of
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.place import place
from tests.support.examples import examples
from tests.support.patch.placing import text

FEW = st.sampled_from([*"ab", "}"])
"""Lines that are everywhere: equal places are the rule."""


def made(before: bytes, after: bytes) -> FilePatch:
    return compare("f", before, after)._replace(old_id=None, new_id=None)


@st.composite
def grown(draw: st.DrawFn) -> tuple[bytes, bytes, bytes, bytes]:
    """A file before and after a revision; a tree that only has more lines than the former, none in a hunk; and the tree
    with the revision. The revision changes the file's first line and its last, which are unlike all others.
    """
    blocks = draw(st.lists(st.lists(FEW, min_size=8, max_size=12), min_size=1, max_size=2))
    middle = [line for number in draw(st.lists(st.integers(0, len(blocks) - 1), max_size=5)) for line in blocks[number]]
    before = ["first", *["}"] * 8, *middle, *["}"] * 8, "last"]
    after = ["FIRST", *before[1:-1], "LAST"]
    for at in draw(st.lists(st.integers(1, len(before) - 2), max_size=3)):
        after[at] = "new"
    hunks = {start_of(hunk): hunk for hunk in made(text(before), text(after)).hunks}
    inside = {line for at, hunk in hunks.items() for line in range(at + 1, at + len(hunk.old))}
    places = [at for at in range(len(before) + 1) if at not in inside]
    own = draw(
        st.dictionaries(st.sampled_from(places), st.sampled_from([["own"], ["own", "own"], *blocks]), max_size=3)
    )
    tree, wanted, at = b"", b"", 0
    while at <= len(before):
        more = text(own.get(at, []))
        hunk = hunks.get(at)
        line = (text(before[at : at + 1]),)
        old, new = (hunk.old, hunk.new) if hunk else (line, line)
        tree += more + b"".join(old)
        wanted += more + b"".join(new)
        at += len(old) if hunk else 1
    return text(before), text(after), tree, wanted


@settings(max_examples=examples(100))
@given(grown())
def test_in_a_tree_that_has_all_of_its_lines_a_hunk_goes_to_its_own_place_or_nowhere(
    texts: tuple[bytes, bytes, bytes, bytes],
) -> None:
    """Copies above, below and between: whichever hunk is placed is where the revision has it."""
    before, after, tree, wanted = texts
    for options in (DEFAULTS, PlaceOptions(fuzz=2, ignore_whitespace=True)):
        placed = place(tree, made(before, after), options)
        assert {outcome.result for outcome in placed.outcomes} <= {"exact", "moved", "ambiguous"}
        assert placed.after in {None, wanted}


@st.composite
def loosely(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """A file before and after a revision, and a tree that is much like it."""
    before = draw(st.lists(st.sampled_from([*"abcd", "e 1", "}"]), min_size=1, max_size=14))
    after = list(before)
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(after)))
        after[at : at + draw(st.integers(0, 2))] = draw(st.lists(st.sampled_from(["new", "a", "e 1"]), max_size=2))
    tree = list(before)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(tree)))
        tree[at : at + draw(st.integers(0, 2))] = draw(st.lists(st.sampled_from(["own", "a", "e  1"]), max_size=2))
    return text(before), text(after), text(tree)


@st.composite
def far(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """Several of those, one below the other, perhaps in another order in the tree."""
    parts = [draw(loosely()) for _ in range(draw(st.integers(2, 3)))]
    space = text([*"123456"])
    mixed = draw(st.permutations(parts))
    return tuple(space.join(part[side] for part in (mixed if side == 2 else parts)) for side in range(3))  # type: ignore[return-value]


EVERY = [PlaceOptions(fuzz, ignore) for fuzz in (0, 1, 2) for ignore in (False, True)]


@settings(max_examples=examples(75), suppress_health_check=[HealthCheck.too_slow])
@given(far(), st.sampled_from(EVERY))
def test_hunks_that_are_placed_stay_in_order_and_apart(
    texts: tuple[bytes, bytes, bytes], options: PlaceOptions
) -> None:
    before, after, tree = texts
    above = 0
    for outcome in place(tree, made(before, after), options).outcomes:
        if outcome.result in {"exact", "moved", "fuzz", "whitespace", "applied"}:
            assert outcome.line is not None and outcome.line - 1 >= above
            side = outcome.hunk.new if outcome.result == "applied" else outcome.hunk.old
            above = outcome.line - 1 + len(side)


@settings(max_examples=examples(75))
@given(loosely(), st.sampled_from(EVERY))
def test_a_tree_does_not_both_have_a_revision_and_lack_it(
    texts: tuple[bytes, bytes, bytes], options: PlaceOptions
) -> None:
    """What is there already by the file before is not, by the file after, taken out already."""
    before, after, tree = texts
    there = place(tree, made(before, after), options, before)
    gone = place(tree, made(after, before), options, after)
    for one, two in zip(there.outcomes, gone.outcomes, strict=False):
        assert {one.result, two.result} != {"applied"} or one.hunk.old == one.hunk.new


@settings(max_examples=examples(75))
@given(loosely(), st.sampled_from(EVERY))
def test_what_stood_there_before_is_not_there_already(texts: tuple[bytes, bytes, bytes], options: PlaceOptions) -> None:
    """In the very file before the revision nothing of the revision is there, whatever it repeats of the file."""
    before, after, _ = texts
    patch = made(before, after)
    own = [b"own\n", *split(before)]
    for content in (before, b"".join(own)):
        assert "applied" not in {outcome.result for outcome in place(content, patch, options, before).outcomes}


@st.composite
def worn(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """A file before and after a revision of one hunk, and a tree in which the outer lines and the blanks may differ."""
    before = [f"line {number}" for number in range(draw(st.integers(4, 10)))]
    at = draw(st.integers(0, len(before) - 1))
    after = [*before[:at], *draw(st.lists(st.sampled_from(["new", "x y"]), max_size=2)), *before[at + 1 :]]
    tree = list(before)
    for line in draw(st.lists(st.integers(0, len(before) - 1), min_size=1, max_size=3)):
        tree[line] = draw(st.sampled_from(["own", tree[line].replace(" ", " \t"), f"{tree[line]} "]))
    above, below = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    return text(before), text(after), text([*["own"] * above, *tree, *["own"] * below])


@pytest.mark.patch
@settings(max_examples=examples(75), suppress_health_check=[HealthCheck.too_slow])
@given(worn(), st.sampled_from(EVERY[1:]))
def test_what_is_placed_loosely_gnu_patch_places_alike(
    texts: tuple[bytes, bytes, bytes], options: PlaceOptions
) -> None:
    """Without fuzz GNU patch may refuse: a hunk with less context in front than behind is for a file's start only."""
    before, after, tree = texts
    patch = made(before, after)
    placed = place(tree, patch, options)
    results = {outcome.result for outcome in placed.outcomes}
    if not placed.ok or not results & {"fuzz", "whitespace"}:
        return
    command = ["patch", "-f", "-s", f"-F{options.fuzz}", "--no-backup-if-mismatch", "-r", "-", "f"]
    if options.ignore_whitespace:
        command.insert(1, "-l")
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "f").write_bytes(tree)
        diff = write(Diff("x", (patch,)), prefix=False)
        done = subprocess.run(command, cwd=name, input=diff, check=False, capture_output=True)
        assert done.returncode == 0 or "whitespace" in results
        assert done.returncode != 0 or (Path(name) / "f").read_bytes() == placed.after


@settings(max_examples=examples(50))
@given(loosely(), st.sampled_from(EVERY))
def test_placed_and_taken_back_is_the_tree(texts: tuple[bytes, bytes, bytes], options: PlaceOptions) -> None:
    """The diff between the tree and what became of it undoes what was placed, of whatever strategy."""
    before, after, tree = texts
    for ancestor in (None, before):
        placed = place(tree, made(before, after), options, ancestor)
        if placed.after is not None:
            (back,) = reverse(Diff("x", (compare("f", tree, placed.after),))).files if placed.after != tree else (None,)
            assert back is None or place(placed.after, back).after == tree
