"""Whether revisions go in, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hpatch.backport.check.answer import Check
from hpatch.backport.check.check import check
from hpatch.backport.history.revisions import Revisions
from tests.support.backport.mirror import CHANGES, CODE, Mirror
from tests.support.backport.story import NEW

pytestmark = pytest.mark.git


def ask(history: Revisions, *words: str, why: bool = True) -> Check:
    return check(history, history.find(words), why=why)


def states(answer: Check) -> dict[str, str]:
    return {one.path: one.state for one in answer.files}


def names(some: Sequence[object]) -> list[str]:
    return [one.name for one in some]  # type: ignore[attr-defined]


def made(folder: Path, *changes: tuple[int, str, dict[str, bytes | None], str]) -> Revisions:
    """The revisions of a repository with some more."""
    mirror = Mirror(folder / "mirror.git")
    for change in changes:
        mirror.add(*change)
    return Revisions(mirror.build())


def test_it_goes_in(history: Revisions, story: Mirror) -> None:
    answer = ask(history, "r1000101")
    assert answer.verdict == "modulo"
    assert answer.modulo == ("CHANGES",)
    assert states(answer) == {"CHANGES": "kept", "modules/a.c": "clean"}
    changes, code = answer.files
    assert code.before == story.file("modules/a.c", "2.4.x")
    assert code.after == CODE.replace(b"line_10(void)", b"line_10(int)")
    assert changes.after is not None
    assert changes.after.startswith(b"Changes with Apache 2.4.2\n\n  *) mod_a: Take an argument. PR 12345. [Ann]\n\n")
    assert (answer.conflicts, answer.prerequisites, answer.search, answer.merges) == ((), (), None, ())


def test_several_go_in_one_on_the_other(history: Revisions) -> None:
    answer = ask(history, "r1000102", "r1000101")
    assert names(answer.revisions) == ["r1000101", "r1000102"]
    assert answer.verdict == "modulo"
    assert answer.files[1].after == CODE.replace(b"line_10(void)", b"line_10(long)")


def test_trunk_works(history: Revisions) -> None:
    assert ask(history, "r1000104").verdict == "works"


def test_the_branch_counts_for_itself(history: Revisions) -> None:
    answer = ask(history, "r1000103")
    assert (answer.verdict, answer.modulo) == ("modulo", ("include/ap_mmn.h",))
    assert states(answer) == {"include/ap_mmn.h": "number", "modules/b.c": "clean"}
    after = answer.files[0].after
    assert after is not None
    assert b" * 20120211.4 (2.4.3-dev)" in after
    assert b"Add ap_three\n */" in after
    assert b"MINOR 4 " in after


def test_what_is_there_already(history: Revisions) -> None:
    merged = ask(history, "r1000108")
    assert merged.verdict == "there"
    assert names(merged.merged) == ["r1000108"]
    by_hand = ask(history, "r1000111")
    assert (by_hand.verdict, by_hand.merged) == ("there", ())
    assert states(by_hand) == {"modules/b.c": "there"}
    assert ask(history, "r1000100").verdict == "there"


def test_a_record_alone_is_nothing_to_merge(tmp_path: Path) -> None:
    new = CODE.replace(b"_10(void)", b"_10(int)")
    history = made(
        tmp_path,
        (1000101, "one", {"modules/a.c": new, "changes-entries/one.txt": b"  *) One.\n"}, "trunk"),
        (1000150, "by hand", {"modules/a.c": new}, "2.4.x"),
    )
    answer = ask(history, "r1000101")
    assert (answer.verdict, answer.merged) == ("there", ())
    assert states(answer) == {"changes-entries/one.txt": "clean", "modules/a.c": "there"}


def test_what_was_taken_back_goes_in_again(history: Revisions) -> None:
    answer = ask(history, "r1000109")
    assert answer.verdict == "works"
    assert answer.merged == ()
    assert [merge.revision.name for _, merges in answer.merges for merge in merges] == ["r1000153"]


def test_only_the_rest_of_a_set_is_planned(history: Revisions) -> None:
    answer = ask(history, "r1000108", "r1000109")
    assert answer.verdict == "works"
    assert names(answer.merged) == ["r1000108"]
    assert answer.files[0].after == answer.files[0].before.replace(b"_35(void)", b"_35(int)")  # type: ignore[union-attr]


def test_a_file_that_the_branch_does_not_have(history: Revisions) -> None:
    answer = ask(history, "r1000107")
    assert (answer.verdict, states(answer)) == ("absent", {"modules/new.c": "absent"})
    (maker,) = answer.prerequisites
    assert (maker.revision.name, maker.missing, maker.helps, answer.search) == ("r1000106", True, None, None)
    together = ask(history, "r1000106,r1000107")
    assert together.verdict == "works"
    assert together.files[0].after == NEW.replace(b"more(void)", b"more(int)")


def test_records_of_trunk_alone(history: Revisions) -> None:
    answer = ask(history, "r1000110")
    assert (answer.verdict, states(answer)) == ("modulo", {"STATUS": "kept"})
    assert answer.files[0].before == answer.files[0].after


def test_a_conflict_and_what_it_needs(history: Revisions) -> None:
    answer = ask(history, "r1000102")
    assert answer.verdict == "patch"
    (conflict,) = answer.conflicts
    assert (conflict.revision.name, conflict.path, conflict.line) == ("r1000102", "modules/a.c", 7)
    assert b"int line_10(int);\n" in conflict.expected
    assert b"int line_10(void);\n" in conflict.found
    assert conflict.suppliers == ("r1000101",)
    (needed,) = answer.prerequisites
    assert (needed.revision.name, needed.missing, needed.older, needed.helps) == ("r1000101", True, False, "clean")
    assert answer.search is not None
    assert answer.search.found is not None
    assert names(answer.search.found) == ["r1000101"]
    assert answer.search.complete
    assert states(answer) == {"modules/a.c": "conflict"}
    assert answer.files[0].before == answer.files[0].after


def test_what_goes_in_beside_a_conflict(tmp_path: Path) -> None:
    history = made(
        tmp_path,
        (1000101, "one", {"modules/a.c": CODE.replace(b"_10(void)", b"_10(int)")}, "trunk"),
        (
            1000102,
            "two",
            {
                "modules/a.c": CODE.replace(b"_10(void)", b"_10(long)"),
                "modules/b.c": CODE.replace(b"line", b"other").replace(b"_20(void)", b"_20(int)"),
            },
            "trunk",
        ),
    )
    answer = ask(history, "r1000102")
    assert states(answer) == {"modules/a.c": "conflict", "modules/b.c": "clean"}
    assert b"other_20(int)" in (answer.files[1].after or b"")


def test_a_branch_with_a_history_of_its_own(tmp_path: Path) -> None:
    history = made(
        tmp_path,
        (1000101, "one", {"modules/a.c": CODE.replace(b"_10(void)", b"_10(int)")}, "trunk"),
        (1000150, "its own", {"modules/a.c": CODE.replace(b"_10(void)", b"_10(char *)")}, "2.4.x"),
    )
    answer = ask(history, "r1000101")
    assert answer.verdict == "patch"
    (older,) = answer.prerequisites
    assert (older.revision.name, older.older, older.missing, older.helps) == ("r1000100", True, False, None)
    assert [(one.suppliers, one.own) for one in answer.conflicts] == [(("r1000100",), ("r1000150",))]
    assert answer.search is not None
    assert (answer.search.found, answer.search.candidates, answer.search.complete) == (None, 0, True)


def chain(length: int) -> list[tuple[int, str, dict[str, bytes | None], str]]:
    """Revisions of which each changes the line of the one before it."""
    text, found = CODE, []
    for number in range(length):
        old, new = (b"line_10(%s)" % (b"int, " * at + b"void") for at in (number, number + 1))
        text = text.replace(old, new)
        found.append((1000101 + number, f"step {number}", {"modules/a.c": text}, "trunk"))
    return found  # type: ignore[return-value]


def test_a_set_that_each_of_its_members_needs(tmp_path: Path) -> None:
    answer = ask(made(tmp_path, *chain(4)), "r1000104")
    assert answer.search is not None
    assert names(answer.search.found or ()) == ["r1000101", "r1000102", "r1000103"]
    assert answer.search.complete
    assert [(one.revision.name, one.helps) for one in answer.prerequisites] == [("r1000103", "no")]


def test_a_search_gives_up(tmp_path: Path) -> None:
    answer = ask(made(tmp_path, *chain(30)), "r1000130")
    assert answer.search is not None
    assert answer.search.found is None
    assert not answer.search.complete


def test_why_can_be_left_out(history: Revisions) -> None:
    answer = ask(history, "r1000102", why=False)
    assert answer.verdict == "patch"
    assert (answer.prerequisites, answer.search, answer.followups) == ((), None, ())
    assert answer.conflicts[0].suppliers == ()


def test_followups(history: Revisions) -> None:
    def told(*words: str) -> list[tuple[str, str | None, bool, bool, bool]]:
        found = ask(history, *words).followups
        return [(one.revision.name, one.said, one.repairs, one.merged, one.asked) for one in found]

    assert told("r1000101") == [("r1000102", "follow-up", True, False, False)]
    assert told("r1000101,r1000102") == [("r1000102", "follow-up", True, False, True)]
    assert told("r1000104") == [("r1000105", "revert", True, False, False)]
    assert told("r1000106") == [("r1000107", None, True, False, False)]
    assert told("r1000108") == []


def test_what_its_message_leans_on(history: Revisions) -> None:
    def told(*words: str) -> list[tuple[str, str, str, bool]]:
        found = ask(history, *words).antecedents
        return [(one.revision.name, one.by.name, one.said, one.missing) for one in found]

    assert told("r1000102") == [("r1000101", "r1000102", "follow-up", True)]
    assert told("r1000101,r1000102") == [("r1000101", "r1000102", "follow-up", False)]
    assert told("r1000105") == [("r1000104", "r1000105", "revert", True)]
    assert told("r1000101") == []


def test_what_its_message_leans_on_is_there_without_a_word(tmp_path: Path) -> None:
    first, second = CODE.replace(b"_10(void)", b"_10(int)"), CODE.replace(b"_20(void)", b"_20(int)")
    history = made(
        tmp_path,
        (1000101, "one", {"modules/a.c": first}, "trunk"),
        (1000102, "Follow up to r1000101.", {"modules/a.c": second}, "trunk"),
        (1000150, "by hand", {"modules/a.c": first}, "2.4.x"),
    )
    assert [(one.revision.name, one.missing) for one in ask(history, "r1000102").antecedents] == [("r1000101", False)]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git", base={"a.gif": b"\0one", "b.gif": b"\0two", "c.c": CODE})
    mirror.add(1000101, "pictures", {"a.gif": b"\0three", "b.gif": None, "c.gif": b"\0new", "c.c": CODE + b"x\n"})
    mirror.add(1000150, "its own", {"b.gif": b"\0other"}, "2.4.x")
    answer = ask(Revisions(mirror.build()), "r1000101")
    assert states(answer) == {"a.gif": "clean", "b.gif": "conflict", "c.c": "clean", "c.gif": "clean"}
    assert answer.files[0].after == b"\0three"
    assert [(one.path, one.line, one.expected) for one in answer.conflicts] == [("b.gif", None, ())]


def test_generated_pages_need_not_go_in(tmp_path: Path) -> None:
    page = "docs/manual/mod/a.html.en"
    mirror = Mirror(tmp_path / "mirror.git", base={page: CODE, "docs/manual/mod/a.xml": CODE})
    new = CODE.replace(b"_10(void)", b"_10(int)")
    mirror.add(1000101, "docs", {page: new, "docs/manual/mod/a.xml": new})
    mirror.add(1000150, "its own", {page: CODE.replace(b"_10(void)", b"_10(built)")}, "2.4.x")
    answer = ask(Revisions(mirror.build()), "r1000101")
    assert (answer.verdict, answer.modulo) == ("modulo", (page,))
    assert states(answer) == {page: "generated", "docs/manual/mod/a.xml": "clean"}


def test_a_repository_without_numbers(commits: Mirror) -> None:
    history = Revisions(str(commits.folder))
    answer = ask(history, commits.commit("trunk~10"))
    assert (answer.verdict, answer.modulo) == ("modulo", ("CHANGES",))
    assert answer.revisions[0].number is None


def test_a_part_that_was_merged_is_checked_for_the_rest(tmp_path: Path) -> None:
    both = {"modules/a.c": CODE.replace(b"_10(void)", b"_10(int)"), "CHANGES": CHANGES + b"x\n"}
    history = made(
        tmp_path,
        (1000101, "one", {**both, "modules/b.c": CODE}, "trunk"),
        (1000150, "Partial backport of r1000101 from trunk.", {"modules/a.c": both["modules/a.c"]}, "2.4.x"),
    )
    answer = ask(history, "r1000101")
    assert states(answer)["modules/a.c"] == "there"
    assert states(answer)["modules/b.c"] == "clean"
    assert answer.verdict == "works"
