"""Which sets a tree has."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch import files
from hpatch.build.trees.fitting import Fit
from hpatch.build.trees.presence import Presence, edited, presences
from hpatch.build.trees.source import SourceTree
from hpatch.patch.apply import stack
from hpatch.patch.apply.stack import Content, FileEdit, Pushed, Set, Stack
from hpatch.patch.apply.tree import Tree
from hpatch.patch.sets.model import Mark, PatchSet, SetRevision, Variant
from hpatch.versions import Range, Version

FILE = "modules/proxy/x.c"
MARKS = (Mark(FILE, ("new_one",), ("old_one",), 1), Mark(FILE, ("new_two",), (), 2))


def patch_set(marks: tuple[Mark, ...] = MARKS, project: str = "httpd", variants: tuple[Variant, ...] = ()) -> PatchSet:
    revisions = tuple(
        SetRevision(number=number, commit=None, parent=None, patch_id="0" * 40, files=(FILE,)) for number in (1, 2)
    )
    return PatchSet(
        id="one",
        title="The first",
        cures="",
        project=project,
        applies=Range.parse(">=2.4.7,<2.4.10"),
        contained=Range.parse(">=2.4.10"),
        prerequisites=(),
        revisions=() if variants else revisions,
        merges=(),
        variants=variants,
        recognise=marks,
        scenario=None,
        changes=(),
        corrections=(),
        notes="",
        folder=Path(),
    )


def look(root: Path, content: str | None, version: str = "2.4.9", one: PatchSet | None = None) -> Presence:
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        (root / FILE).write_text(content)
    tree = SourceTree(root, Version.parse(version), version.endswith("-dev"))
    (found,) = presences(tree, stack.load(root), [one or patch_set()])
    return found


@pytest.mark.parametrize(
    ("content", "version", "state", "by"),
    [
        ("old_one\n", "2.4.9", "missing", "code"),
        ("new_one\nnew_two\n", "2.4.9", "present", "code"),
        ("new_one\n", "2.4.9", "partly", "code"),
        ("new_one old_one\nnew_two\n", "2.4.9", "partly", "code"),
        ("old_one\n", "2.4.6", "unsuitable", "version"),
        ("new_one\nnew_two\n", "2.4.6", "unsuitable", "version"),
        ("new_one\nnew_two\n", "2.4.10", "present", "code"),
        ("new_one\n", "2.4.62", "superseded", "version"),
        ("rewritten\n", "2.4.62", "superseded", "version"),
        ("old_one\n", "2.4.10-dev", "missing", "code"),
        ("new_one\nnew_two\n", "2.4.10-dev", "present", "code"),
        ("rewritten\n", "2.4.11-dev", "superseded", "version"),
        (None, "2.4.9", "unsuitable", "code"),
    ],
)
def test_by_code_and_version(tmp_path: Path, content: str | None, version: str, state: str, by: str) -> None:
    found = look(tmp_path, content, version)
    assert (found.state, found.by) == (state, by)
    assert found.there is (state in ("present", "superseded"))


def test_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    found = look(tmp_path, "new_one\n")
    assert (found.found, found.lacking, found.why) == (("r1",), ("r2",), "has r1; lacks r2")


@pytest.mark.parametrize(("version", "state"), [("2.4.9", "missing"), ("2.4.10", "present")])
def test_without_marks_the_version_tells(tmp_path: Path, version: str, state: str) -> None:
    found = look(tmp_path, "new_one\n", version, patch_set(()))
    assert (found.state, found.by) == (state, "version")


def test_marks_alone_are_called_marks(tmp_path: Path) -> None:
    assert look(tmp_path, "new_one\nnew_two\n").why == "the code has its marks"
    assert look(tmp_path, "new_one\nnew_two\n", "2.4.10").why == "httpd 2.4.10 has it, and the code has its marks"


def test_a_set_with_its_own_diff_is_tried(tmp_path: Path) -> None:
    diff = tmp_path / "x.diff"
    diff.write_text(f"--- a/{FILE}\n+++ b/{FILE}\n@@ -1,3 +1,4 @@\n first\n+new_one(1);\n second\n third\n")
    marks = (Mark(FILE, ("new_one",), ()),)
    one = patch_set(marks, variants=(Variant(Range.parse("==2.4.9"), diff),))
    chance = look(tmp_path, "first\nsecond\nthird\n/* no new_one */\n", one=one)
    assert (chance.state, chance.why) == ("missing", "the code has its marks, but none of its changes")
    there = look(tmp_path, "first\nnew_one(1);\nsecond\nthird\n", one=one)
    assert (there.state, there.why) == ("present", "the code shows it")
    diff.unlink()
    untried = look(tmp_path, "first\nsecond\nthird\n/* no new_one */\n", one=one)
    assert (untried.state, untried.why) == ("present", "the code has its marks")


FIRST = "new_one(1); /* stays */"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["first", FIRST, "second", "third", "fourth", "fifth", "new_two(22);", "sixth"], "present"),
        (["first", FIRST, "own", "second", "third", "fourth", "fifth", "new_two(22);", "sixth"], "present"),
        (["first", FIRST, "other(set);", "second", "third", "fourth", "fifth", "new_two(22);", "sixth"], "present"),
        (["first", FIRST, "second", "third", "fourth", "fifth", "sixth"], "partly"),
        (["first", "// " + FIRST, "second", "third", "fourth", "fifth", "new_two(22);", "sixth"], "partly"),
        (["first", "#if 0", FIRST, "#endif", "second", "third", "fourth", "fifth", "new_two(22);", "sixth"], "partly"),
        (["#if 0", "first", FIRST, "second", "third", "fourth", "fifth", "new_two(22);", "sixth", "#endif"], "partly"),
        (["rewritten", "/* new_one */", "as a whole"], "partly"),
    ],
)
def test_a_set_of_which_not_all_is_there_is_not_there(tmp_path: Path, lines: list[str], state: str) -> None:
    diff = tmp_path / "x.diff"
    diff.write_text(
        f"--- a/{FILE}\n+++ b/{FILE}\n@@ -1,2 +1,3 @@\n first\n+{FIRST}\n second\n"
        "@@ -4,3 +5,4 @@\n fourth\n fifth\n+new_two(22);\n sixth\n"
    )
    one = patch_set((Mark(FILE, ("new_one",), ()),), variants=(Variant(Range.parse("==2.4.9"), diff),))
    found = look(tmp_path, "".join(f"{line}\n" for line in lines), one=one)
    assert (found.state, found.by) == (state, "code")
    assert found.why == (
        "the code shows it" if state == "present" else "the code has its marks, but not all of its changes"
    )


def test_a_set_that_was_taken_out_of_its_version(tmp_path: Path) -> None:
    tree = SourceTree(tmp_path, Version.parse("2.4.62"), development=False)
    assert look(tmp_path, "old_one\n", "2.4.62").state == "superseded"
    fits: dict[str, Fit | None] = {}
    cases: tuple[tuple[Fit | None, str], ...] = (("none", "missing"), ("some", "superseded"), (None, "superseded"))
    for fit, state in cases:
        fits["one"] = fit
        (found,) = presences(tree, Stack(), [patch_set()], fits=lambda one: fits[one.id])
        assert found.state == state


def test_lines_that_another_set_changed_since_do_not_count(tmp_path: Path) -> None:
    """One set brings two lines, the other one puts a line between them and takes the second away."""
    mine, other = tmp_path / "mine.diff", tmp_path / "other.diff"
    mine.write_text(f"--- a/{FILE}\n+++ b/{FILE}\n@@ -1,2 +1,4 @@\n first\n+new_one(1);\n+new_one(2);\n second\n")
    other.write_text(
        f"--- a/{FILE}\n+++ b/{FILE}\n@@ -1,4 +1,4 @@\n first\n new_one(1);\n-new_one(2);\n+other_one(3);\n second\n"
    )
    versions = Range.parse("==2.4.9")
    one = patch_set((Mark(FILE, ("new_one",), ()),), variants=(Variant(versions, mine),))
    over = one._replace(id="over", recognise=(), variants=(Variant(versions, other),))
    text = "first\nnew_one(1);\nother_one(3);\nsecond\n"
    assert look(tmp_path, text, one=one).state == "partly"
    tree = SourceTree(tmp_path, Version.parse("2.4.9"), development=False)
    (found,) = presences(tree, Stack(), [one], catalogue=[one, over])
    assert (found.state, found.why) == ("present", "the code shows it")


def test_another_project(tmp_path: Path) -> None:
    found = look(tmp_path, "new_one\nnew_two\n", one=patch_set(project="uwsgi"))
    assert (found.state, found.why) == ("unsuitable", "for uwsgi, and this is httpd")


def test_a_set_without_a_diff_for_the_version(tmp_path: Path) -> None:
    one = patch_set((), variants=(Variant(Range.parse("==2.4.8"), Path("x.diff")),))
    assert look(tmp_path, "old_one\n", one=one).state == "unsuitable"
    assert look(tmp_path, "old_one\n", "2.4.8", one).state == "missing"


def apply(root: Path, text: bytes) -> Stack:
    edit = FileEdit(FILE, stack.current(Tree(root), FILE), Content(text, 0o644))
    with files.lock(root):
        files.replace(root, stack.push(root, Stack(), [Set("one")], [Pushed("r1", "one", (edit,))]))
    return stack.load(root)


def test_by_the_stack(tmp_path: Path) -> None:
    look(tmp_path, "old_one\n")
    applied = apply(tmp_path, b"whatever\n")
    found = look(tmp_path, None)
    assert (found.state, found.by, found.why) == ("present", "stack", "applied here")
    assert edited(Tree(tmp_path), applied) == {}


def test_an_edit_since(tmp_path: Path) -> None:
    look(tmp_path, "old_one\n")
    applied = apply(tmp_path, b"whatever\n")
    found = look(tmp_path, "edited\n")
    assert (found.state, found.why) == ("present", f"applied here; edited since: {FILE}")
    assert edited(Tree(tmp_path), applied) == {FILE: frozenset({"one"})}


@pytest.mark.parametrize(("blobs", "state"), [((None,), "missing"), ((), "unsuitable"), (("0" * 40,), "unsuitable")])
def test_a_tree_need_not_have_the_files_that_a_set_creates(
    tmp_path: Path, blobs: tuple[str | None, ...], state: str
) -> None:
    one = patch_set()
    first, second = one.revisions
    assert look(tmp_path, None, one=one._replace(revisions=(first._replace(blobs=blobs), second))).state == state
