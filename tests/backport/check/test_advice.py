"""What to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backport.check.answer import Advice
from hpatch.backport.check.check import check
from hpatch.backport.history.revisions import Revisions
from tests.support.backport.mirror import CODE, Mirror

pytestmark = pytest.mark.git
Told = tuple[str, list[str], list[tuple[str, str]], str | None, list[str]]


def ask(history: Revisions, *words: str) -> Told:
    one = check(history, history.find(words)).advice
    assert isinstance(one, Advice)
    added = [(each.revision.name, each.need) for each in one.added]
    return one.do, [each.name for each in one.revisions], added, one.verdict, [each.name for each in one.look]


def test_with_what_repairs_it(history: Revisions) -> None:
    both = ["r1000101", "r1000102"]
    assert ask(history, "r1000101") == ("together", both, [("r1000102", "follows")], "modulo", [])
    assert ask(history, "r1000101,r1000102") == ("propose", both, [], "modulo", [])


def test_with_what_it_needs(history: Revisions) -> None:
    both = ["r1000101", "r1000102"]
    assert ask(history, "r1000102") == ("together", both, [("r1000101", "lines")], "modulo", [])


def test_with_the_files_that_it_changes(history: Revisions) -> None:
    both = ["r1000106", "r1000107"]
    assert ask(history, "r1000107") == ("together", both, [("r1000106", "files")], "works", [])
    assert ask(history, "r1000106") == ("together", both, [("r1000107", "follows")], "works", [])


def test_what_trunk_took_back(history: Revisions) -> None:
    assert ask(history, "r1000104") == ("reverted", ["r1000104"], [("r1000105", "reverts")], None, [])


def test_nothing(history: Revisions) -> None:
    assert ask(history, "r1000108") == ("nothing", [], [], "there", [])
    assert ask(history, "r1000111") == ("nothing", [], [], "there", [])


def test_why_can_be_left_out(history: Revisions) -> None:
    assert check(history, history.find(["r1000101"]), why=False).advice is None


def story(folder: Path, *edits: tuple[int, str, bytes, bytes, str]) -> Revisions:
    one = Mirror(folder / "mirror.git")
    for number, message, old, new, line in edits:
        one.edit(number, message, "modules/a.c", old, new, line)
    return Revisions(one.build())


def test_what_the_branch_has_but_for_its_repair(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        (1000101, "Ten.", b"_10(void)", b"_10(int)", "trunk"),
        (1000102, "Fix r1000101.", b"_10(int)", b"_10(long)", "trunk"),
        (1000150, "Merge r1000101 from trunk.", b"_10(void)", b"_10(int)", "2.4.x"),
    )
    assert ask(history, "r1000101") == ("check", ["r1000102"], [("r1000102", "follows")], "works", [])


def test_what_repaired_it_and_was_taken_back_is_not_added(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        (1000101, "Ten.", b"_10(void)", b"_10(int)", "trunk"),
        (1000102, "Fix r1000101.", b"_20(void)", b"_20(int)", "trunk"),
        (1000103, "Revert r1000102.", b"_20(int)", b"_20(void)", "trunk"),
    )
    assert ask(history, "r1000101") == ("propose", ["r1000101"], [], "works", [])


def test_a_patch_of_the_branch_s_own(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        (1000101, "Ten.", b"_10(void)", b"_10(int)", "trunk"),
        (1000150, "Its own.", b"_10(void)", b"_10(char)", "2.4.x"),
    )
    assert ask(history, "r1000101") == ("patch", ["r1000101"], [], "patch", [])


def test_what_the_branch_took_though_trunk_had_taken_it_back(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        (1000101, "Ten.", b"_10(void)", b"_10(int)", "trunk"),
        (1000102, "Revert r1000101: for 2.4.x only.", b"_10(int)", b"_10(void)", "trunk"),
        (1000103, "Long.", b"_10(void)", b"_10(long)", "trunk"),
        (1000150, "Merge r1000101 from trunk.", b"_10(void)", b"_10(int)", "2.4.x"),
    )
    # With r1000102 it would merge, and take from the branch what it wants.
    assert ask(history, "r1000103") == ("patch", ["r1000103"], [], "patch", [])


def test_a_repair_that_does_not_go_in(tmp_path: Path) -> None:
    history = story(
        tmp_path,
        (1000101, "Ten.", b"_10(void)", b"_10(int)", "trunk"),
        (1000102, "Fix r1000101.", b"_30(void)", b"_30(int)", "trunk"),
        (1000150, "Its own.", b"_30(void)", b"_30(char)", "2.4.x"),
    )
    assert ask(history, "r1000101") == ("check", ["r1000101", "r1000102"], [("r1000102", "follows")], "patch", [])


def test_names(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git", base={"include/a.h": b"int old_name;\n", "modules/a.c": CODE})
    one.add(1000101, "A name.", {"include/a.h": b"int old_name;\nint new_name;\n"})
    one.edit(1000102, "Use it.", "modules/a.c", b"int line_10(void);", b"int line_10 = new_name;")
    both = ["r1000101", "r1000102"]
    assert ask(Revisions(one.build()), "r1000102") == ("together", both, [("r1000101", "names")], "works", [])
    one.add(1000150, "Merge r1000101 from trunk.", {"include/a.h": b"int old_name;\nint other_name;\n"}, "2.4.x")
    assert ask(Revisions(one.build()), "r1000102") == ("patch", ["r1000102"], [], "works", [])


def test_with_what_says_the_same_and_with_its_entry(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    said = "Fix a few warnings of the compiler"
    one.edit(1000201, said, "modules/a.c", b"line_03(void)", b"line_03(int)")
    one.edit(1000202, f"* modules/b.c: {said}.", "modules/b.c", b"other_03(void)", b"other_03(int)")
    one.edit(1000203, "Something else of the same day", "modules/b.c", b"other_30(void)", b"other_30(int)")
    one.add(1000204, "Changelog for r1000201", {"changes-entries/warnings.txt": b"  *) core: Fix warnings.\n"})
    one.add(1000205, "Follow up to r1000201: the same on trunk only.", {"modules/new.c": CODE})
    history = Revisions(one.build())
    all_ = ["r1000201", "r1000202", "r1000204", "r1000205"]
    assert ask(history, "r1000201")[:2] == ("together", all_)
    one.edit(1000206, "Follow up to r1000201: and there.", "modules/new.c", b"line_03(void)", b"line_03(int)")
    # The branch has no such file, and does not get it.
    assert "r1000206" not in ask(Revisions(one.build()), "r1000201")[1]


def test_without_what_breaks_modules(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    one.edit(1000201, "mod_a: Fix it.", "modules/a.c", b"line_03(void)", b"line_03(int)")
    mmn = one.file("include/ap_mmn.h").replace(b"MAJOR 20120211", b"MAJOR 20260101")
    code = one.file("modules/a.c").replace(b"line_04(void)", b"line_04(int)")
    one.add(1000202, "Follow up to r1000201: drop the field.", {"include/ap_mmn.h": mmn, "modules/a.c": code})
    assert ask(Revisions(one.build()), "r1000201") == ("propose", ["r1000201"], [], "works", [])


def test_with_what_follows_up_files_that_it_needs(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    one.add(1000201, "Two files.", {"modules/new.c": CODE, "modules/other.c": CODE})
    one.edit(1000202, "Change one of them.", "modules/new.c", b"line_03(void)", b"line_03(int)")
    one.edit(1000203, "Follow up to r1000201: and the other.", "modules/other.c", b"line_04(void)", b"line_04(int)")
    reasons = [("r1000201", "files"), ("r1000203", "follows")]
    assert ask(Revisions(one.build()), "r1000202")[2] == reasons
