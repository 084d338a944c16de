"""`hpatch backport check`, `missing` and `explain` as a user calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.backport.mirror import BASE, CODE, Mirror
from tests.support.backport.story import tell
from tests.support.cli.call import call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.git


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    return tell(tmp_path_factory.mktemp("story") / "mirror.git")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cache for all tests here, not the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "backport-cache"))


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_check(capsys: Capture, repository: Mirror) -> None:
    code, out, err = call(capsys, "backport", "check", "r1000101", "--repo", repository.folder)
    assert (code, err) == (0, "")
    assert lines(out)[0].endswith("trunk works modulo CHANGES")
    told = lines(out)
    assert "r1000102 follows up r1000101, changes its lines 2.4.x lacks it Follow up to r1000101: a long one." in told
    assert told[-2:] == [
        "Next: propose r1000101,r1000102; together they merge",
        "follow-ups and repairs: r1000102",
    ]


def test_a_public_header_and_what_goes_on_with_it(capsys: Capture, tmp_path: Path) -> None:
    header = "include/httpd.h"
    mirror = Mirror(tmp_path / "mirror.git", base={**BASE, header: b"int the_first;\n"})
    mirror.add(1000101, "A second one.", {header: b"int the_first;\nint the_second;\n"})
    mirror.add(1000102, "Make it long.", {header: b"int the_first;\nlong the_second;\n"})
    asked = ("backport", "check", "r1000101", "--repo", mirror.build())
    told = lines(call(capsys, *asked).out)
    assert f"Public headers change, and the MMN (include/ap_mmn.h) does not: {header}" in told
    assert "r1000102 goes on with r1000101 2.4.x lacks it Make it long." in told
    data = valid("check-1", call(capsys, *asked, "--format", "json").out)
    assert (data["headers"], [one["belongs"] for one in data["followups"]]) == ([header], [True])


def test_a_commit_is_named_by_its_branch_and_revision(capsys: Capture, repository: Mirror) -> None:
    onto = repository.commit("2.4.x")
    code, out, err = call(capsys, "backport", "check", "1000102", "--repo", repository.folder, "--onto", onto)
    assert (code, err) == (1, "")
    words = " ".join(out.split())
    place = words.removeprefix("r1000102 onto ").partition(" (")[0]
    assert place.startswith("2.4.x at r10001")
    assert f"{place} ({onto[:12]}): needs a 2.4.x patch " in words
    asked = ("backport", "check", "1000102", "--repo", repository.folder, "--onto", onto, "--format", "json")
    assert valid("check-1", call(capsys, *asked).out)["onto"] == {"name": place, "commit": onto}


def test_a_check_that_fails(capsys: Capture, repository: Mirror) -> None:
    code, out, err = call(capsys, "backport", "check", "1000102", "--repo", repository.folder)
    assert (code, err) == (1, "")
    told = lines(out)
    assert told[0].startswith("r1000102 onto 2.4.x (")
    assert told[0].endswith("): needs a 2.4.x patch")
    assert any(line.startswith("modules/a.c:7: r1000102 does not merge: ") for line in told)
    assert any(line.startswith("r1000101 never merged makes everything merge") for line in told)
    assert "With r1000101 before them, everything merges; no smaller set does." in told
    assert told[-2:] == [
        "Next: propose r1000101,r1000102; together they merge",
        "for missing lines: r1000101",
    ]


def test_a_check_onto_a_commit(capsys: Capture, repository: Mirror) -> None:
    arguments = ("backport", "check", "r1000108", "--repo", repository.folder)
    assert call(capsys, *arguments).out.splitlines()[0].endswith("2.4.x has it already")
    before = repository.commit("2.4.x~5")
    assert call(capsys, *arguments, "--onto", before).out.splitlines()[0].endswith("trunk works")


def test_a_name_that_the_branch_lacks(capsys: Capture, tmp_path: Path, root: Path) -> None:
    one = Mirror(tmp_path / "mirror.git", base={"include/a.h": b"int old_name;\n", "modules/a.c": CODE})
    one.add(1000101, "A name.", {"include/a.h": b"int old_name;\nint new_name;\n"})
    one.edit(1000102, "Use it.", "modules/a.c", b"int line_10(void);", b"int line_10 = new_name;")
    arguments = ("backport", "check", "r1000102", "--repo", one.build())
    code, out, err = call(capsys, *arguments)
    assert (code, err) == (1, "")
    told = lines(out)
    assert told[0].endswith("trunk works, but would not compile")
    assert "modules/a.c uses new_name, which 2.4.x does not have; trunk has it in include/a.h, by r1000101" in told
    data = valid("check-1", call(capsys, *arguments, "-f", "json").out)
    assert [(name["name"], name["supplier"]) for name in data["lacking"]] == [("new_name", "r1000101")]
    assert (data["advice"]["do"], data["advice"]["revisions"]) == ("together", ["r1000101", "r1000102"])


def test_a_check_as_json(capsys: Capture, repository: Mirror, root: Path) -> None:
    found = {}
    for name in ("r1000101", "r1000102", "r1000108", "r1000107"):
        out = call(capsys, "backport", "check", name, "--repo", repository.folder, "--format", "json").out
        found[name] = valid("check-1", out)
    assert [data["verdict"] for data in found.values()] == ["modulo", "patch", "there", "absent"]
    assert found["r1000102"]["search"]["found"] == ["r1000101"]
    assert found["r1000108"]["revisions"][0]["merges"][0]["name"] == "r1000151"


def test_without_a_cache(capsys: Capture, repository: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    code, out, err = call(capsys, "backport", "check", "r1000101", "--repo", repository.folder)
    assert (code, err) == (0, "")
    assert lines(out)[0].endswith("trunk works modulo CHANGES")


def test_all_proposals(capsys: Capture, repository: Mirror, root: Path) -> None:
    code, out, err = call(capsys, "backport", "check", "--all", "--repo", repository.folder)
    assert (code, err) == (1, "")
    told = lines(out)
    assert "5 mod_a: Take an argument. trunk works modulo CHANGES nothing" in told
    assert "15 mod_a: A long one. stale: no longer merges (1 conflict) 2 more +1" in told
    data = valid(
        "standing-1", call(capsys, "backport", "check", "--all", "--repo", repository.folder, "-f", "json").out
    )
    assert [one["state"] for one in data["proposals"]] == ["applies", "stale", "own", "merged", "unknown"]


def test_a_showstopper_that_is_a_proposal(capsys: Capture, tmp_path: Path, root: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    one.edit(1000101, "Ten.", "modules/a.c", b"_10(void)", b"_10(int)")
    status = (
        b"RELEASE SHOWSTOPPERS:\n\n  *) Ten.\n     Trunk version of patch:\n        https://svn.apache.org/r1000101\n"
    )
    one.add(1000150, "Vote.", {"STATUS": status}, "2.4.x")
    out = call(capsys, "backport", "check", "--all", "--repo", one.build(), "-f", "json").out
    assert [each["kind"] for each in valid("standing-1", out)["proposals"]] == ["showstopper"]


def test_all_of_a_status_with_a_misspelt_heading(capsys: Capture, tmp_path: Path, root: Path) -> None:
    one = Mirror(tmp_path / "mirror.git")
    one.edit(1000101, "Ten.", "modules/a.c", b"_10(void)", b"_10(int)")
    one.add(1000150, "Vote.", {"STATUS": b"RELEASE SHOWSTOPERS:\n\n  *) Ten.\n     trunk patch: r1000101\n"}, "2.4.x")
    answer = call(capsys, "backport", "check", "--all", "--repo", one.build())
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("hpatch: 2.4.x:STATUS:1: 'RELEASE SHOWSTOPERS' is not read as a heading, so ")
    assert answer.err.endswith("; write 'RELEASE SHOWSTOPPERS'\n")


def test_what_is_missing(capsys: Capture, repository: Mirror, root: Path) -> None:
    arguments = ("backport", "missing", "--repo", repository.folder, "--path", "./modules/a.c")
    code, out, err = call(capsys, *arguments)
    assert (code, err) == (0, "")
    told = lines(out)
    assert told[1].startswith("r1000101 2014-05-13 PR 12345 mod_a: Take an argument.")
    assert told[-1] == "2 revisions that 2.4.x lacks"
    data = valid("missing-1", call(capsys, *arguments, "--format", "json").out)
    assert [one["name"] for one in data["candidates"]] == ["r1000101", "r1000102"]
    assert data["shallow"] is False


def test_what_is_missing_in_a_shallow_clone(capsys: Capture, repository: Mirror, root: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    url = repository.folder.as_uri()
    repository.git("clone", "--quiet", "--bare", "--depth=3", "--no-single-branch", url, str(clone))
    for more in ((), ("--since", "2030")):
        out = call(capsys, "backport", "missing", "--repo", clone, *more).out
        assert lines(out)[-1].startswith("The clone is shallow: older revisions and merges were not looked at.")
    out = call(capsys, "backport", "missing", "--repo", clone, "--format", "json").out
    assert valid("missing-1", out)["shallow"] is True


def test_what_is_missing_in_a_partial_clone(capsys: Capture, repository: Mirror, tmp_path: Path) -> None:
    source, clone = tmp_path / "source.git", tmp_path / "clone"
    repository.git("clone", "--quiet", "--bare", str(repository.folder), str(source))
    repository.git("-C", str(source), "config", "uploadpack.allowFilter", "true")
    repository.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", source.as_uri(), str(clone))

    def missing() -> dict[str, str | None]:
        answer = call(capsys, "backport", "missing", "--repo", clone, "--format", "json")
        assert (answer.code, answer.err) == (0, "")
        data = valid("missing-1", answer.out)
        assert data["partial"] is (None in {one["verdict"] for one in data["candidates"]})
        return {one["name"]: one["verdict"] for one in data["candidates"]}

    assert missing()["r1000101"] is None
    assert "r1000111" in missing()  # it is there, by its content
    cure = "run 'git fetch --refetch --no-filter'"
    assert cure[1:] in call(capsys, "backport", "missing", "--repo", clone).out
    for command in (("check", "r1000101"), ("propose", "r1000101"), ("list",)):
        answer = call(capsys, "backport", *command, "--repo", clone)
        assert (answer.code, answer.out, answer.err.count("\n")) == (3, "", 1)
        assert cure in answer.err
    repository.git("-C", str(clone), "fetch", "--quiet", "--refetch", "--no-filter")
    assert missing() == {**missing(), "r1000101": "modulo"}
    assert "r1000111" not in missing()
    assert call(capsys, "backport", "check", "r1000101", "--repo", clone).code == 0


def test_a_story(capsys: Capture, repository: Mirror, root: Path) -> None:
    code, out, err = call(capsys, "backport", "explain", "r1000108", "--repo", repository.folder)
    assert (code, err) == (0, "")
    assert "merged to 2.4.x in r1000151 (first in 2.4.3)" in lines(out)
    for name in ("r1000108", "r1000151", "r1000100", "r1000101", "r1000111"):
        told = call(capsys, "backport", "explain", name, "--repo", repository.folder, "--format", "json").out
        assert valid("explain-1", told)["name"] == name


def test_nothing_of_a_message_reaches_the_terminal_as_it_is(capsys: Capture, repository: Mirror) -> None:
    for arguments in (("check", "r1000111"), ("explain", "r1000111"), ("missing", "--since", "2014")):
        out = call(capsys, "backport", *arguments, "--repo", repository.folder).out
        assert "\x1b" not in out
        assert "\u202e" not in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("check",), 2, "name the revisions to check"),
        (("check", "r1000101", "--all"), 2, "exclude each other"),
        (("check", "what?"), 2, "'what?' is not a revision"),
        (("check", "r5"), 3, "r5 is not in the history"),
        (("check", "r1000151"), 3, "r1000151 is a revision of 2.4.x, not of trunk"),
        (("check", "r1000101", "--onto", "9.9"), 3, "there is no branch 9.9"),
        (("missing", "--since", "yesterday"), 2, "'yesterday' is not a date"),
        (("missing", "--path", "module/a.c"), 3, "'module/a.c' names no file or folder of trunk"),
        (("missing", "--mergeinfo", "/nowhere/at/all"), 3, "cannot be read"),
        (("explain", "r1000101,r1000102"), 2, "give one revision at a time"),
    ],
)
def test_wrong_calls(capsys: Capture, repository: Mirror, arguments: tuple[str, ...], code: int, said: str) -> None:
    found = call(capsys, "backport", *arguments, "--repo", repository.folder)
    assert found.code == code
    assert said in found.err
    assert found.err.count("\n") == 1
