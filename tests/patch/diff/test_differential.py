"""hpatch beside GNU patch and `git apply`: where all of them apply a diff, the results are the same bytes."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hpatch.patch.diff import read as diff
from hpatch.patch.diff import strip
from hpatch.patch.diff.lines import Text, split
from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.write import compare, reverse, write
from hpatch.patch.place.merge import start_of
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.plan import Item, plan
from tests.support.examples import examples

Contents = dict[str, bytes]

ENDS = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"])
LINE = st.one_of(
    st.sampled_from(
        [b"", b"}", b"    return;", b"x", b"\tint a;", b"-- ", b"+", b"\\ No newline", b"caf\xe9", b"a\x0cb"]
    ),
    st.integers(0, 200).map(lambda number: b"line %d" % number),
)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A file: its lines, perhaps without an end to the last."""
    end = draw(ENDS)
    content = b"".join(line + end for line in draw(st.lists(LINE, max_size=25)))
    return content[:-1] if content and end == b"\n" and draw(st.integers(0, 5)) == 0 else content


def edited(draw: st.DrawFn, content: bytes, most: int) -> bytes:
    """The file with some lines replaced, added or taken away."""
    lines = split(content)
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(lines)))
        new = [line + b"\n" for line in draw(st.lists(LINE, max_size=3))]
        if at == len(lines) and lines and not lines[-1].endswith(b"\n"):
            continue
        lines[at : at + draw(st.integers(0, 3))] = new
    return b"".join(lines)


NAMES = ("a.c", "folder/b.h", "folder/deep/c")


@st.composite
def cases(draw: st.DrawFn) -> tuple[Contents, Contents, Contents]:
    """The files before a revision and after it, and those of a tree that has gone its own way."""
    before: Contents = {name: draw(texts()) for name in NAMES if draw(st.integers(0, 3))}
    after, tree = dict(before), dict(before)
    for name in NAMES:
        kind = draw(st.sampled_from(["edit", "edit", "edit", "delete", "keep"]))
        if name not in before:
            if kind == "edit":
                after[name] = draw(texts())
        elif kind == "edit":
            after[name] = edited(draw, before[name], 3)
        elif kind == "delete":
            del after[name]
        if name in tree and draw(st.booleans()):
            tree[name] = edited(draw, tree[name], 2)
    return before, after, tree


def folder(root: Path, contents: Contents) -> None:
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def files(root: Path) -> Contents:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def by_tool(tree: Contents, text: bytes, command: list[str]) -> Contents | None:
    """What a tool makes of the tree, None where it fails."""
    with tempfile.TemporaryDirectory() as name:
        folder(Path(name), tree)
        done = subprocess.run(
            command,
            cwd=name,
            input=text,
            capture_output=True,
            check=False,
            env={"PATH": "/usr/bin:/bin", "GIT_CEILING_DIRECTORIES": str(Path(name).parent), "HOME": name},
        )
        return None if done.returncode else files(Path(name))


class Tree:
    def __init__(self, contents: Contents) -> None:
        self.contents = contents

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)

    def mode(self, path: str) -> int | None:
        return 0o644 if path in self.contents else None


def by_hpatch(tree: Contents, text: bytes, before: Contents | None = None) -> Contents | None:
    made = strip.strip(diff.read(text, "x.diff"), lambda path: path in tree, 1)
    planned = plan(Tree(tree), [Item("x.diff", made, before.get if before is not None else None)])
    if not planned.ok:
        return None
    result = {**tree, **{change.path: change.after for change in planned.changes}}
    return {path: content for path, content in result.items() if content is not None}


def difference(before: Contents, after: Contents, *, ids: bool) -> bytes:
    """The diff in git's form, with or without the names of the files that it was made for."""
    made = [compare(name, before.get(name), after.get(name)) for name in NAMES if before.get(name) != after.get(name)]
    if not ids:
        made = [file._replace(old_id=None, new_id=None) if file.hunks else file for file in made]
    return write(Diff("x.diff", tuple(made)), prefix=True)


PATCH = ["patch", "-p1", "-F0", "-f", "-s", "--no-backup-if-mismatch", "-r", "-"]
GIT = ["git", "apply", "-p1"]
SLOW = settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.git
@SLOW
@given(cases(), st.booleans())
def test_where_all_apply_the_bytes_are_the_same(case: tuple[Contents, Contents, Contents], ids: bool) -> None:
    before, after, tree = case
    text = difference(before, after, ids=ids)
    assume(text)
    own = by_hpatch(tree, text)
    theirs = [by_tool(tree, text, PATCH), by_tool(tree, text, GIT)]
    if own is not None and None not in theirs:
        assert theirs[0] == theirs[1]
        assert own == theirs[0]


@pytest.mark.git
@SLOW
@given(cases())
def test_on_the_tree_that_it_was_made_for_a_diff_always_applies(case: tuple[Contents, Contents, Contents]) -> None:
    before, after, _ = case
    text = difference(before, after, ids=True)
    assume(text)
    assert by_hpatch(before, text) == after
    assert by_tool(before, text, GIT) == after


@settings(max_examples=examples(150))
@given(cases())
def test_placed_and_placed_back_is_what_it_was(case: tuple[Contents, Contents, Contents]) -> None:
    before, after, _ = case
    text = difference(before, after, ids=True)
    assume(text)
    back = write(reverse(diff.read(text, "x.diff")))
    assert by_hpatch(after, back) == before


@settings(max_examples=examples(150))
@given(cases())
def test_with_the_files_before_the_revision_no_worse(case: tuple[Contents, Contents, Contents]) -> None:
    """On the revision's own tree three-way changes nothing; on a tree that has it already neither."""
    before, after, _ = case
    text = difference(before, after, ids=False)
    assume(text)
    assert by_hpatch(before, text, before) == after


@settings(max_examples=examples(150))
@given(texts(), st.integers(0, 10), st.data())
def test_lines_above_move_a_hunk_and_nothing_else(content: bytes, count: int, data: st.DataObject) -> None:
    """What goes in after lines were added above is what went in before, below those lines, or it is not placed."""
    after = edited(data.draw, content, 2)
    assume(content and after != content)
    above = b"".join(b"own %d\n" % number for number in range(count))
    made = compare("f", content, after)._replace(old_id=None, new_id=None)
    for ancestor in (None, content):
        placed = place(above + content, made, ancestor=ancestor)
        assert not placed.ok or placed.after == above + after


@settings(max_examples=examples(150))
@given(texts(), st.integers(1, 5), st.data())
def test_of_several_equal_places_none_is_chosen(content: bytes, count: int, data: st.DataObject) -> None:
    after = edited(data.draw, content, 1)
    tree = b"own\n" * count + content + b"\nown\n" + content
    made = compare("f", content, after)._replace(old_id=None, new_id=None)
    assume(len(made.hunks) == 1)
    (hunk,) = made.hunks
    places = Text(split(tree)).find(hunk.old)
    assume(len(places) > 1 and start_of(hunk) not in places)
    for options in (DEFAULTS, PlaceOptions(fuzz=2), PlaceOptions(ignore_whitespace=True)):
        (outcome,) = place(tree, made, options).outcomes
        # What adds to its file's very end has one place only.
        assert outcome.result in {"ambiguous", "conflict", "applied"} or hunk.lines[-1][0] != " "
