"""What applying diffs to a tree would do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from hpatch.files import FileChange
from hpatch.patch.diff import read as diff
from hpatch.patch.diff import strip
from hpatch.patch.diff.model import Diff, FilePatch, Result
from hpatch.patch.diff.write import compare, reverse
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.plan import Files, Item, Plan, plan
from hpatch.patch.place.resolvers.model import NextRelease
from tests.support.cost import seconds
from tests.support.patch.placing import hunk


class Tree:
    """A tree of texts."""

    def __init__(self, texts: dict[str, bytes], modes: dict[str, int] | None = None) -> None:
        self.texts = texts
        self.modes = modes or {}

    def read(self, path: str) -> bytes | None:
        return self.texts.get(path)

    def mode(self, path: str) -> int | None:
        return self.modes.get(path, 0o644) if path in self.texts else None


def item(*patches: FilePatch, before: Callable[[str], bytes | None] | None = None) -> Item:
    return Item("x.diff", Diff("x.diff", patches), before)


def run(texts: dict[str, bytes], *patches: FilePatch) -> Plan:
    return plan(Tree(texts), [item(*patches)])


def modify(before: bytes, after: bytes, path: str = "f") -> FilePatch:
    return compare(path, before, after)._replace(old_id=None, new_id=None)


def results(planned: Plan) -> list[Result]:
    return [
        outcome.result for step in planned.steps for placed in step.files for outcome in placed.outcomes
    ]  # fmt: skip


def carry(kind: str, old: str = "old", new: str = "new", like: FilePatch | None = None) -> FilePatch:
    hunks = () if like is None else like.hunks
    return FilePatch(kind=kind, old=old, new=new, hunks=hunks, at=1)  # type: ignore[arg-type]


def test_several_items_on_top_of_each_other() -> None:
    one, two, three = b"a\n", b"b\n", b"c\n"
    planned = plan(Tree({"f": one}), [item(modify(one, two)), item(modify(two, three))])
    assert planned.changes == (FileChange("f", one, three),)
    assert [step.files[0].before for step in planned.steps] == [one, two]


def test_each_file_is_told_of_before_it_is_placed() -> None:
    told: list[tuple[int, int, str]] = []
    one, two = modify(b"a\n", b"b\n"), modify(b"a\n", b"b\n", "g")
    plan(
        Tree({"f": b"a\n", "g": b"a\n"}),
        [item(one, two), item(modify(b"b\n", b"a\n"))],
        tell=lambda *what: told.append(what),
    )
    assert told == [(1, 3, "x.diff: f"), (2, 3, "x.diff: g"), (3, 3, "x.diff: f")]


def test_one_failure_and_there_are_no_changes() -> None:
    planned = run({"f": b"a\n", "g": b"x\n"}, modify(b"a\n", b"b\n"), modify(b"y\n", b"z\n", "g"))
    assert not planned.ok and planned.changes == ()
    assert [placed.ok for placed in planned.steps[0].files] == [True, False]


def test_a_file_that_fails_stays_as_it_was_for_the_items_after_it() -> None:
    planned = plan(Tree({"f": b"a\n"}), [item(modify(b"x\n", b"y\n")), item(modify(b"a\n", b"b\n"))])
    assert [step.ok for step in planned.steps] == [False, True]
    assert not planned.ok and planned.changes == ()


def test_what_comes_back_is_no_change() -> None:
    made = modify(b"a\n", b"b\n")
    back = reverse(Diff("back", (made,)))
    assert plan(Tree({"f": b"a\n"}), [item(made), Item("back", back)]).changes == ()


def test_three_way_by_the_file_before_the_revision() -> None:
    before, after, tree = b"1\n2\n3\n4\n5\n6\n", b"1\n2\n3\n4\nfive\n6\n", b"1\nown\n3\n4\n5\n6\n"
    made = modify(before, after)
    assert not plan(Tree({"f": tree}), [item(made)]).ok
    planned = plan(Tree({"f": tree}), [item(made, before={"f": before}.get)])
    assert results(planned) == ["merged"]
    assert planned.changes[0].after == b"1\nown\n3\n4\nfive\n6\n"


# New and deleted files


def test_a_new_file() -> None:
    planned = run({}, compare("a/b", None, b"x\n"))
    assert planned.changes == (FileChange("a/b", None, b"x\n"),)
    assert results(planned) == ["exact"]


def test_a_new_file_that_may_be_run() -> None:
    assert run({}, compare("f", None, b"x\n", new_mode=0o100755)).changes == (FileChange("f", None, b"x\n", 0o755),)


def test_an_empty_new_file() -> None:
    assert run({}, compare("f", None, b"")).changes == (FileChange("f", None, b""),)


def test_a_new_file_that_is_there() -> None:
    same = run({"f": b"x\n"}, compare("f", None, b"x\n"))
    assert (results(same), same.changes, same.ok) == (["applied"], (), True)
    other = run({"f": b"y\n"}, compare("f", None, b"x\n"))
    assert (results(other), other.ok) == (["conflict"], False)
    assert other.steps[0].files[0].outcomes[0].found == (b"y\n",)
    assert not run({"f": b"y\n"}, compare("f", None, b"")).ok


def test_a_file_cannot_be_where_a_folder_is() -> None:
    assert not run({}, compare("a", None, b"x\n"), compare("a/b", None, b"x\n")).ok
    assert not run({}, compare("a/b", None, b"x\n"), compare("a", None, b"x\n")).ok
    assert run({}, compare("a", None, b"x\n"), compare("ab", None, b"x\n")).ok


def test_a_file_that_is_renamed_makes_room() -> None:
    assert run({"a": b"x\n"}, carry("rename", "a", "c"), compare("a/b", None, b"y\n")).ok


def test_a_whole_file_is_its_first_line() -> None:
    for tree, made in (({}, compare("f", None, b"x\n")), ({"f": b"x\n"}, compare("f", b"x\n", None))):
        assert [outcome.line for outcome in run(tree, made).steps[0].files[0].outcomes] == [1]


def test_a_deleted_file() -> None:
    assert run({"f": b"x\n"}, compare("f", b"x\n", None)).changes == (FileChange("f", b"x\n", None),)
    assert results(run({"f": b"x\n"}, compare("f", b"x\n", None))) == ["exact"]
    assert run({"f": b""}, compare("f", b"", None)).changes == (FileChange("f", b"", None),)
    gone = run({}, compare("f", b"x\n", None))
    assert (results(gone), gone.ok, gone.changes) == (["applied"], True, ())
    assert results(run({"f": b"x\ny\n"}, compare("f", b"x\n", None))) == ["conflict"]


def test_made_changed_and_deleted() -> None:
    diffs = [compare("f", None, b"a\n"), modify(b"a\n", b"b\n"), compare("f", b"b\n", None)]
    assert plan(Tree({}), [item(each) for each in diffs]).changes == ()


def test_no_file_to_patch() -> None:
    planned = run({}, modify(b"a\n", b"b\n"))
    assert results(planned) == ["missing"] and not planned.ok


# Renames and copies


def test_a_rename_with_a_change() -> None:
    planned = run({"old": b"a\n"}, carry("rename", like=modify(b"a\n", b"b\n")))
    assert planned.changes == (FileChange("new", None, b"b\n", 0o644), FileChange("old", b"a\n", None))
    assert planned.steps[0].files[0].source == "old"


def test_a_rename_keeps_the_mode() -> None:
    planned = plan(Tree({"old": b"a\n"}, {"old": 0o750}), [item(carry("rename"))])
    assert planned.changes[0] == FileChange("new", None, b"a\n", 0o750)


def test_a_change_and_then_a_rename_keep_the_mode() -> None:
    tree = Tree({"old": b"a\n"}, {"old": 0o750})
    planned = plan(tree, [item(modify(b"a\n", b"b\n", "old")), item(carry("rename"))])
    assert planned.changes[0] == FileChange("new", None, b"b\n", 0o750)


@pytest.mark.parametrize("kind", ["rename", "copy"])
def test_what_became_of_a_file_that_is_carried(kind: str) -> None:
    change = modify(b"a\n", b"b\n")
    (placed,) = run({"old": b"a\n"}, carry(kind, like=change)).steps[0].files
    assert (placed.kind, placed.before, placed.source, placed.reason) == (kind, None, "old", "")
    blocked = run({"old": b"a\n", "new/x": b"b\n"}, compare("new/x", b"b\n", b"c\n"), carry(kind, like=change))
    assert results(blocked) == ["exact", "conflict"]
    assert results(run({}, carry(kind, like=change))) == ["missing"]


def test_a_rename_with_a_mode() -> None:
    planned = plan(Tree({"old": b"a\n"}, {"old": 0o640}), [item(carry("rename")._replace(new_mode=0o100755))])
    assert planned.changes[0] == FileChange("new", None, b"a\n", 0o750)


def test_renamed_already() -> None:
    change = modify(b"a\n", b"b\n")
    already = run({"new": b"b\n"}, carry("rename", like=change))
    assert (already.ok, already.steps[0].files[0].reason) == (True, "the file has its new name already")
    assert not run({"new": b"c\n"}, carry("rename", like=change)).ok
    # Without a change only the file before the revision can tell.
    assert not run({"new": b"b\n"}, carry("rename")).ok
    assert plan(Tree({"new": b"b\n"}), [item(carry("rename"), before={"old": b"b\n"}.get)]).ok


def test_nothing_to_rename_or_no_room() -> None:
    assert not run({}, carry("rename")).ok
    assert not run({"old": b"a\n", "new": b"b\n"}, carry("rename")).ok
    assert not run({"old": b"a\n", "new/x": b"b\n"}, compare("new/x", b"b\n", b"c\n"), carry("rename")).ok


def test_both_names_are_there() -> None:
    """The new file is as the rename would leave it, but the old one is still there: that is no rename."""
    assert results(run({"old": b"a\n", "new": b"b\n"}, carry("rename", like=modify(b"a\n", b"b\n")))) == ["conflict"]


def test_a_file_under_its_new_name_that_is_another_is_not_the_renamed_one() -> None:
    planned = run({"new": b"c\n"}, carry("rename", like=modify(b"a\n", b"b\n")))
    assert results(planned) == ["missing"]


def test_what_a_file_comes_from() -> None:
    made = carry("copy", like=modify(b"a\n", b"b\n"))
    for tree in ({"old": b"a\n"}, {"old": b"a\n", "new": b"b\n"}, {"old": b"a\n", "new": b"c\n"}, {}):
        assert run(tree, made).steps[0].files[0].source == "old"
    assert run({}, carry("rename")).steps[0].files[0].source == "old"
    for other in (modify(b"a\n", b"b\n"), compare("f", None, b"x\n"), compare("f", b"x\n", None)):
        assert run({}, other).steps[0].files[0].source is None


def test_what_is_there_is_shown_of_a_single_hunk() -> None:
    lines = [b"%d\n" % number for number in range(30)]
    two = modify(b"".join(lines), b"".join([b"x\n", *lines[1:29], b"y\n"]))
    assert len(two.hunks) == 2
    tree = {"old": b"".join(lines), "new": b"own\n"}
    assert [outcome.found for outcome in run(tree, carry("rename", like=two)).steps[0].files[0].outcomes] == [(), ()]
    one = carry("rename", like=modify(b"a\n", b"b\n"))
    assert run({"old": b"a\n", "new": b"own\n"}, one).steps[0].files[0].outcomes[0].found == (b"own\n",)


def test_two_names_change_places() -> None:
    steps = (carry("rename", "a", "t"), carry("rename", "b", "a"), carry("rename", "t", "b"))
    planned = run({"a": b"1\n", "b": b"2\n"}, *steps)
    assert planned.changes == (FileChange("a", b"1\n", b"2\n"), FileChange("b", b"2\n", b"1\n"))


def test_a_copy() -> None:
    made = carry("copy", like=modify(b"a\n", b"b\n"))
    assert run({"old": b"a\n"}, made).changes == (FileChange("new", None, b"b\n", 0o644),)
    again = run({"old": b"a\n", "new": b"b\n"}, made)
    assert again.ok and again.changes == ()
    assert not run({"old": b"a\n", "new": b"c\n"}, made).ok
    assert not run({"new": b"b\n"}, made).ok


# Modes


@pytest.mark.parametrize(
    ("bits", "mode", "result"),
    [
        (0o644, 0o100755, 0o755),
        (0o600, 0o100755, 0o700),
        (0o755, 0o100644, 0o644),
        (0o750, 0o100644, 0o640),
        (0o644, 0o100645, 0o755),
        (0o644, 0o755, 0o755),
    ],
)
def test_a_mode_says_who_may_run_it(bits: int, mode: int, result: int) -> None:
    made = FilePatch(kind="modify", old="f", new="f", hunks=(), at=1, old_mode=None, new_mode=mode)
    planned = plan(Tree({"f": b"a\n"}, {"f": bits}), [item(made)])
    assert planned.changes == (FileChange("f", b"a\n", b"a\n", result),)


def test_a_new_file_may_be_run_if_anybody_may() -> None:
    assert run({}, compare("f", None, b"x\n", new_mode=0o100645)).changes == (FileChange("f", None, b"x\n", 0o755),)


def test_a_mode_for_a_file_that_goes_is_no_change_of_mode() -> None:
    runs = FilePatch("modify", "f", "f", (), 1, None, 0o100755)
    planned = plan(Tree({"f": b"x\n"}), [item(runs), item(compare("f", b"x\n", None))])
    assert planned.changes == (FileChange("f", b"x\n", None),)


def test_a_mode_that_the_file_has_is_no_change() -> None:
    assert (
        run(
            {"f": b"a\n"}, FilePatch(kind="modify", old="f", new="f", hunks=(), at=1, old_mode=None, new_mode=0o100644)
        ).changes
        == ()
    )


@pytest.mark.parametrize("mode", [0o120000, 0o160000])
def test_links_and_submodules_are_refused(mode: int) -> None:
    assert not run({}, compare("f", None, b"target", new_mode=mode)).ok


# Files that hold no code


def test_files_that_hold_no_code_never_block() -> None:
    number, status = "docs/log-message-tags/next-number", b"proposals\n"
    planned = run(
        {"STATUS": status},
        modify(b"1\n", b"2\n", number),
        compare("STATUS", None, b"other\n"),
        compare("STATUS", b"other\n", None),
        modify(b"one\n", b"two\n", "CHANGES"),
    )
    assert planned.ok and planned.changes == ()
    assert set(results(planned)) == {"resolved"}


def test_files_that_hold_no_code_are_changed_where_that_goes() -> None:
    planned = run({"STATUS": b"one\n"}, modify(b"one\n", b"two\n", "STATUS"))
    assert planned.changes == (FileChange("STATUS", b"one\n", b"two\n"),)
    assert results(planned) == ["exact"]


def test_files_that_count_but_hold_code_block() -> None:
    planned = run({}, modify(b"1\n", b"2\n", "include/ap_mmn.h"))
    assert not planned.ok and results(planned) == ["missing"]


def test_the_next_release_is_that_of_the_tree() -> None:
    header = "".join(
        f"#define AP_SERVER_{name} {value}\n"
        for name, value in (
            ("MAJORVERSION_NUMBER", 2), ("MINORVERSION_NUMBER", 4), ("PATCHLEVEL_NUMBER", 9), ("DEVBUILD_BOOLEAN", 0)
        )
    )  # fmt: skip
    own = (
        "/*\n * 20120211.5 (2.4.7-dev)  Add five()\n */\n#define MODULE_MAGIC_COOKIE 1\n"
        "#define MODULE_MAGIC_NUMBER_MAJOR 20120211\n#define MODULE_MAGIC_NUMBER_MINOR 5\n"
    )
    trunk = own.replace("20120211", "20140101").replace("2.4.7", "2.5.0")
    added = trunk.replace(" */", " * 20140101.6 (2.5.0-dev)  Add six()\n */").replace("MINOR 5", "MINOR 6")
    path = "include/ap_mmn.h"
    tree = Tree({"include/ap_release.h": header.encode(), path: own.encode()})
    planned = plan(tree, [item(modify(trunk.encode(), added.encode(), path))])
    assert b" * 20120211.6 (2.4.10-dev) Add six()\n" in (planned.changes[0].after or b"")
    told = PlaceOptions(release=NextRelease(b"2.4.99-dev", development=False))
    planned = plan(tree, [item(modify(trunk.encode(), added.encode(), path))], told)
    assert b" * 20120211.6 (2.4.99-dev) Add six()\n" in (planned.changes[0].after or b"")


# Upstream


class Tag:
    """A tag of httpd's repository."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, path: str) -> bytes | None:
        return show(f"{self.name}:{path}")

    def mode(self, path: str) -> int | None:
        return 0o644


def show(name: str) -> bytes | None:
    done = subprocess.run(["git", "-C", GIT, "show", name], capture_output=True, check=False)
    return None if done.returncode else done.stdout


GIT = os.environ.get("HPATCH_HTTPD_GIT", "")


@pytest.mark.httpd_git
@pytest.mark.parametrize("tag", [f"2.4.{number}" for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)])
@pytest.mark.parametrize("three_way", [False, True])
@pytest.mark.parametrize("fuzz", [0, 2])
def test_a_correction_of_code_that_is_not_there_is_refused(tag: str, three_way: bool, fuzz: int) -> None:
    """r1603122 corrects r1592032. GNU patch finds a place for it everywhere, with fuzz 2."""
    tree: Files = Tag(tag)
    commit = subprocess.check_output(
        ["git", "-C", GIT, "log", "--all", "-1", "--format=%H", "--grep=httpd/trunk@1603122 "], text=True
    ).strip()
    text = subprocess.check_output(["git", "-C", GIT, "diff-tree", "-p", "--no-commit-id", commit])
    made = strip.strip(diff.read(text, "r1603122"), lambda path: tree.read(path) is not None, 1)
    before = (lambda path: show(f"{commit}^:{path}")) if three_way else None
    assert not plan(tree, [Item("r1603122", made, before)], PlaceOptions(fuzz=fuzz)).ok


def fresh(*paths: str) -> Item:
    """A diff that makes files."""
    hunks = (hunk("+x", 0, 1),)
    return Item(
        "x", Diff("x", tuple(FilePatch(kind="create", old=None, new=path, hunks=hunks, at=1) for path in paths))
    )


@pytest.mark.parametrize(
    ("paths", "blocking"),
    [
        (("a", "a/b"), "a"),
        (("a/b", "a/b/c/d"), "a/b"),
        (("a/b/c", "a/b/d", "a"), "a/b/c"),
        (("a/b/c", "a/b"), "a/b/c"),
        (("a", "ab", "a.c", "b/a"), None),
        (("a/b", "a/c", "a/b.c"), None),
    ],
)
def test_a_planned_file_is_no_folder(paths: tuple[str, ...], blocking: str | None) -> None:
    made = plan(Tree({}), [fresh(*paths)])
    assert made.ok is (blocking is None)
    assert blocking is None or f"'{blocking}'" in made.steps[0].files[-1].reason


def test_a_planned_file_that_went_blocks_nothing() -> None:
    gone = FilePatch(kind="delete", old="a", new=None, hunks=(hunk("-x", 1, 0),), at=1)
    assert plan(Tree({}), [fresh("a"), Item("y", Diff("y", (gone,))), fresh("a/b")]).ok


def test_many_new_files_cost_what_they_are() -> None:
    with seconds(10):
        assert plan(Tree({}), [fresh(*(f"d{number % 50}/f{number}" for number in range(20_000)))]).ok
