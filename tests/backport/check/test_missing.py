"""What the branch lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backport.check.missing import Missing, find
from hpatch.backport.history.revisions import Revisions
from hpatch.errors import InputError
from tests.support.backport.mirror import CODE, Mirror

pytestmark = pytest.mark.git


def names(found: Missing) -> list[str]:
    return [one.revision.name for one in found.candidates]


def test_the_best_candidates_come_first(history: Revisions) -> None:
    found = find(history)
    # A fix with a report; a fix; the others, the newest first; what trunk took back itself.
    assert names(found) == [
        *("r1000101", "r1000107"),
        *("r1000109", "r1000106", "r1000103", "r1000102"),
        "r1000104",
    ]
    # r1000108 is merged; r1000111 was made by hand, and r1000105 takes back what the branch does not have.
    assert (found.total, found.there) == (7, 2)


def test_what_is_told_of_each(history: Revisions) -> None:
    told = {one.revision.name: one for one in find(history).candidates}
    first, cve, undone = told["r1000101"], told["r1000104"], told["r1000109"]
    assert (first.prs, first.cves, first.fixes, first.verdict, first.reverted) == ((12345,), (), True, "modulo", None)
    assert (cve.cves, cve.rank) == (("CVE-2024-12345",), 5)
    assert cve.reverted is not None
    assert cve.reverted.name == "r1000105"
    assert [merge.undone.name for merge in undone.merges if merge.undone] == ["r1000154"]
    assert told["r1000102"].verdict == "patch"
    assert told["r1000107"].verdict == "absent"


def test_only_some_paths_and_dates(history: Revisions) -> None:
    assert names(find(history, ["modules/a.c"])) == ["r1000101", "r1000102"]
    assert set(names(find(history, ["modules/"]))) == set(names(find(history)))
    date = next(one.date for one in history.all("trunk") if one.name == "r1000106")
    assert names(find(history, since=date)) == ["r1000107", "r1000109", "r1000106"]
    assert names(find(history, most=1)) == ["r1000101"]
    assert find(history, most=1).total > 1


def test_what_subversion_records_is_not_missing(story: Mirror) -> None:
    history = Revisions(str(story.folder), mergeinfo={1000101})
    assert names(find(history, ["modules/a.c"])) == ["r1000102"]


def test_a_vulnerability_comes_before_a_bug(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Fix CVE-2024-1111", {"modules/a.c": CODE + b"one\n"})
    mirror.add(1000102, "Fix PR 50000", {"modules/b.c": CODE + b"one\n"})
    mirror.add(1000103, "Reformat", {"modules/b.c": CODE + b"two\n"})
    assert names(find(Revisions(mirror.build()))) == ["r1000101", "r1000102", "r1000103"]


def test_nothing_is_missing(tmp_path: Path) -> None:
    history = Revisions(Mirror(tmp_path / "mirror.git").build())
    assert find(history) == Missing((), 0, 0)


@pytest.mark.parametrize("path", ["modules/a", "modules/none.c", "modules/a.c/", "/modules", "odules/a.c"])
def test_a_path_that_names_nothing(history: Revisions, path: str) -> None:
    with pytest.raises(InputError, match=f"'{path}' names no file or folder of trunk, so nothing was looked at"):
        find(history, ["modules/b.c", path])


def test_a_file_that_trunk_has_no_more_is_a_path(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.edit(1000101, "Fix", "modules/b.c", b"other_05(void)", b"other_05(int)")
    mirror.add(1000102, "Drop it", {"modules/b.c": None})
    assert names(find(Revisions(mirror.build()), ["modules/b.c"])) == ["r1000101", "r1000102"]


def test_what_joins_lines_is_no_candidate(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "plain.git", numbered=False)
    mirror.add(1, "Fix one", {"modules/a.c": CODE + b"one\n"}, "side")
    mirror.edit(2, "Fix two", "modules/b.c", b"other_10(void)", b"other_10(int)")
    folder = mirror.build()
    tree = mirror.commit("side^{tree}")
    both = ("-p", mirror.commit("trunk"), "-p", mirror.commit("side"))
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-C", folder)
    joined = mirror.git(*who, "commit-tree", tree, *both, "-m", "Merge branch 'side'").decode().strip()
    mirror.git("-C", folder, "update-ref", "refs/heads/trunk", joined)
    found = find(Revisions(folder))
    assert {one.revision.subject for one in found.candidates} == {"Fix one", "Fix two"}


def test_what_the_branch_took_though_trunk_had_taken_it_back(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    one.edit(1000101, "Ten.", "modules/a.c", b"line_10(void)", b"line_10(int)")
    one.edit(1000102, "Revert r1000101: for 2.4.x only.", "modules/a.c", b"line_10(int)", b"line_10(void)")
    assert names(find(Revisions(one.build()))) == ["r1000101"]
    one.edit(1000150, "Merge r1000101 from trunk.", "modules/a.c", b"line_10(void)", b"line_10(int)", "2.4.x")
    assert names(find(Revisions(one.build()))) == []


def test_what_the_branch_took_only_in_part(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    one.edit(1000101, "Ten.", "modules/a.c", b"line_10(void)", b"line_10(int)")
    one.edit(1000102, "Thirty.", "modules/a.c", b"line_30(void)", b"line_30(int)")
    back = one.file("modules/a.c").replace(b"(int)", b"(void)")
    one.add(1000103, "Revert r1000101 and r1000102.", {"modules/a.c": back})
    one.edit(1000104, "Revert r1000101: elsewhere.", "modules/b.c", b"other_10(void)", b"other_10(int)")
    one.edit(1000150, "Merge r1000101 from trunk.", "modules/a.c", b"line_10(void)", b"line_10(int)", "2.4.x")
    assert sorted(names(find(Revisions(one.build())))) == ["r1000102", "r1000103", "r1000104"]


def test_a_message_that_tells_who_took_it_back(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    one.edit(1000101, "Ten.\n\n[Reverted by r1000102]", "modules/a.c", b"line_10(void)", b"line_10(int)")
    one.edit(1000102, "Thirty.", "modules/a.c", b"line_30(void)", b"line_30(int)")
    one.edit(1000150, "Merge r1000102 from trunk.", "modules/a.c", b"line_30(void)", b"line_30(int)", "2.4.x")
    assert names(find(Revisions(one.build()))) == ["r1000101"]
