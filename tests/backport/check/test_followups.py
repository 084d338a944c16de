"""Later revisions that belong to others, and how far follow-ups of follow-ups are followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backport.check import followups
from hpatch.backport.check.answer import Followup
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revisions
from tests.support.backport.mirror import CODE, MMN, Mirror

pytestmark = pytest.mark.git
A, B, NEW = "modules/a.c", "modules/b.c", "modules/new.c"
FIRST = CODE.replace(b"_10(void)", b"_10(int)")
SECOND = CODE.replace(b"_10(void)", b"_10(long)")
WEEK = 7 * 24
QUARTER = 92 * 24


def of_the_first(mirror: Mirror) -> list[Followup]:
    return of_these(mirror, "r1000101")


def of_these(mirror: Mirror, *names: str) -> list[Followup]:
    history = Revisions(mirror.build())
    return list(followups.find(history, Objects(history.git), history.find(names)))


def test_follow_ups_go_on_through_their_own_whatever_lines_they_change(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "States.", {A: FIRST})
    mirror.add(1000102, "Before r1000101, it waited.", {A: SECOND, B: CODE})
    mirror.add(1000103, "Follow up to r1000102.", {A: FIRST.replace(b"(int)", b"(short)")}, author="Bob")
    mirror.add(1000104, "Follow up to r1000103: another file.", {B: CODE.replace(b"_01", b"_1")})
    found = of_the_first(mirror)
    told = [(one.revision.name, one.of.name, one.said) for one in found]
    assert told == [
        ("r1000102", "r1000101", "mention"),
        ("r1000103", "r1000102", "follow-up"),
        ("r1000104", "r1000103", "follow-up"),
    ]


@pytest.mark.parametrize(
    ("author", "written", "files", "belongs"),
    [
        pytest.param("Ann", 3, {A: SECOND}, True, id="more of the same work"),
        pytest.param("Ann", 3, {A: SECOND, "docs/manual/a.xml": b"a\n", "CHANGES": b"\n"}, True, id="with its manual"),
        pytest.param("Ann", QUARTER - WEEK, {A: SECOND}, True, id="months later"),
        pytest.param("Ann", QUARTER, {A: SECOND}, False, id="a quarter later"),
        pytest.param("Ann", 3, {A: SECOND, B: CODE}, False, id="another file, too"),
        pytest.param("Bob", 3, {A: SECOND}, False, id="another's"),
        pytest.param("Bob", QUARTER, {NEW: b"int made(long);\n"}, True, id="a file that only the first makes"),
        pytest.param("Bob", QUARTER, {NEW: b"int made(long);\n", A: CODE}, False, id="and another"),
    ],
)
def test_what_belongs_to_a_revision(
    tmp_path: Path, author: str, written: int, files: dict[str, bytes | None], belongs: bool
) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Ten, and a file.", {A: FIRST, NEW: b"int made(void);\n"})
    mirror.add(1000102, "Once more.", files, author=author, written=written)
    mirror.add(1000103, "Follow up to r1000102.", {B: CODE})
    found = {one.revision.name: one for one in of_the_first(mirror)}
    assert (found["r1000102"].said, found["r1000102"].repairs, found["r1000102"].belongs) == (None, True, belongs)
    assert ("r1000103" in found) == belongs


def test_what_takes_back_another_belongs_to_that(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Ten.", {A: FIRST})
    mirror.add(1000102, "Revert r1000090.", {A: SECOND}, written=3)
    (found,) = of_the_first(mirror)
    assert (found.revision.name, found.repairs, found.belongs) == ("r1000102", True, False)


def test_a_file_that_the_branch_has_is_no_longer_the_firsts_alone(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "A file.", {NEW: b"int made(void);\n"})
    mirror.add(1000102, "Once more.", {NEW: b"int made(long);\n"}, author="Bob")
    mirror.add(1000150, "Its own.", {NEW: b"int made(char);\n"}, "2.4.x")
    assert [(one.revision.name, one.belongs) for one in of_the_first(mirror)] == [("r1000102", False)]


def test_to_count_up_is_no_change_of_a_line(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Three.", {A: FIRST, "include/ap_mmn.h": MMN.replace(b"MINOR 2 ", b"MINOR 3 ")})
    mirror.add(1000102, "Four.", {"include/ap_mmn.h": MMN.replace(b"MINOR 2 ", b"MINOR 4 ")})
    assert of_the_first(mirror) == []


AFAR = FIRST.replace(b"_30(void)", b"_30(int)")
"""Changed where the first revision changes nothing."""


@pytest.mark.parametrize(
    ("message", "author", "written", "files", "belongs"),
    [
        pytest.param("mod_states: call it once.", "Ann", 5, {A: AFAR}, False, id="of the same module"),
        pytest.param("Call ten_states() once.", "Ann", WEEK - 1, {A: AFAR, B: CODE}, True, id="of the same function"),
        pytest.param("Call ten_states() once.", "Ann", WEEK + 3, {A: AFAR, B: CODE}, False, id="a week later"),
        pytest.param("Call ten_states() once.", "Ann", 5, {B: CODE}, False, id="in no file of it"),
        pytest.param("Call ten_states() once.", "Bob", 5, {A: AFAR}, False, id="another's"),
        pytest.param("Revert r1000090: ten_states().", "Ann", 5, {A: AFAR}, False, id="what takes back another"),
    ],
)
def test_its_author_goes_on(
    tmp_path: Path, message: str, author: str, written: int, files: dict[str, bytes | None], belongs: bool
) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "mod_states: Add ten_states().", {A: FIRST})
    mirror.add(1000102, message, files, author=author, written=written)
    assert [one.revision.name for one in of_the_first(mirror) if one.belongs] == ["r1000102"] * belongs


LOG = b"LOG(APLOGNO() line);\n"
MADE = LOG + FIRST + b"static int ten_states(void)\n{\n    int found = 0;\n    return found;\n}\n"


def test_what_changes_a_function_that_the_branch_gets_with_it_belongs_to_it(tmp_path: Path) -> None:
    states = [MADE.replace(b"int found = 0", b"int found = %d" % number) for number in range(1, 5)]
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Count.", {A: MADE})
    mirror.add(1000102, "One.", {A: states[0], "docs/a": b"a\n"}, author="Bob", written=QUARTER)
    mirror.add(1000103, "Two.", {A: states[1]}, author="Bob", written=QUARTER)
    mirror.add(1000104, "Revert r1000103.", {A: states[2]}, author="Bob", written=QUARTER)
    mirror.add(1000105, "Elsewhere.", {A: states[2].replace(b"_30(", b"_3(")}, author="Bob", written=QUARTER)
    mirror.add(1000106, "Call ten_states().", {A: states[2].replace(b"_30(", b"_3O(")}, written=QUARTER)
    numbered = states[2].replace(b"_30(", b"_3O(").replace(LOG, b"LOG(APLOGNO(10001) line);\n")
    mirror.add(1000107, "Add logno.", {A: numbered, "docs/next": b"2\n"}, author="Bob", written=QUARTER)
    mirror.add(
        1000108, "Four.", {A: numbered.replace(b"found = 3", b"found = 4"), B: FIRST}, author="Bob", written=QUARTER
    )
    assert [one.revision.name for one in of_the_first(mirror) if one.belongs] == ["r1000102", "r1000106", "r1000107"]


def test_what_changes_a_function_that_the_branch_has_does_not(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Count.", {A: MADE})
    mirror.add(1000102, "One.", {A: MADE.replace(b"found = 0", b"found = 1")}, author="Bob", written=QUARTER)
    mirror.add(1000103, "ten_states(): two.", {A: MADE.replace(b"_30(", b"_3(")}, author="Bob", written=QUARTER)
    mirror.add(1000150, "Its own.", {A: MADE.replace(b"found = 0", b"found = 9")}, "2.4.x")
    assert [one.revision.name for one in of_the_first(mirror) if one.belongs] == []


def test_what_a_record_names_with_it_belongs_to_it(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Ten.", {A: FIRST})
    mirror.add(1000102, "Another file.", {B: CODE}, author="Bob", written=QUARTER)
    mirror.add(1000103, "A third.", {NEW: b"new\n"}, author="Bob", written=QUARTER)
    mirror.add(1000104, "Document r1000101 and r1000102.", {"changes-entries/a.txt": b"a\n"}, author="Bob")
    assert [(one.revision.name, one.belongs) for one in of_the_first(mirror)] == [
        ("r1000102", True),
        ("r1000104", False),
    ]


@pytest.mark.parametrize(
    ("message", "path", "names"),
    [
        pytest.param("Fix a few warnings", A, ["r1000102"], id="in words that tell it from others"),
        pytest.param("Fix typo", A, [], id="in too few words"),
        pytest.param("Fix a few warnings", "docs/manual/a.xml", [], id="after a change of pages alone"),
    ],
)
def test_its_author_says_the_same(tmp_path: Path, message: str, path: str, names: list[str]) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, message, {path: FIRST})
    mirror.add(1000102, message, {B: CODE}, written=3)
    assert [one.revision.name for one in of_the_first(mirror) if one.belongs] == names


def test_what_changes_files_of_several_belongs_to_them(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Ten.", {A: FIRST})
    mirror.add(1000102, "Another file.", {B: CODE})
    mirror.add(1000103, "Once more.", {A: SECOND, B: FIRST}, written=3)
    assert {one.revision.name: one.belongs for one in of_these(mirror, "r1000101")} == {"r1000103": False}
    assert {one.revision.name: one.belongs for one in of_these(mirror, "r1000101", "r1000102")} == {"r1000103": True}
