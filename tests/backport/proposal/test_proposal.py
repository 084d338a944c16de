"""Proposals for made-up revisions, and for the real ones next to what STATUS had."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hpatch.backport.history.revisions import Revisions
from hpatch.backport.proposal import evidence, proposal
from hpatch.backport.proposal.proposal import Proposal, Wish
from hpatch.backport.status.model import Branch
from hpatch.backport.status.read import read_entry
from tests.support.backport import two_lines
from tests.support.backport.status_text import TEXT, read
from tests.support.backport.two_lines import A, B

pytestmark = pytest.mark.git
GIT = os.environ.get("HPATCH_HTTPD_GIT", "")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Revisions:
    return Revisions(str(two_lines.build(tmp_path_factory.mktemp("git") / "repository")))


def make(history: Revisions, *names: str, wish: Wish | None = None) -> Proposal:
    return proposal.make(history, history.find(names), wish or Wish())


def said(one: Proposal) -> dict[str, str]:
    return {each.what: f"{each.result}: {each.text}" for each in evidence.gather(one, "2.4.x")}


def test_a_proposal_but_for_changes(history: Revisions) -> None:
    one = make(history, "r1950001", wish=Wish(voter="ann"))
    assert (one.way, one.modulo, one.refused) == ("modulo", ("CHANGES",), "")
    assert one.entry == (
        "  *) mod_a: Fix it. PR 60001.\n"
        "     trunk patch: https://svn.apache.org/r1950001\n"
        "     2.4.x patch: trunk works (modulo CHANGES)\n"
        "                  svn merge -c 1950001 ^/httpd/httpd/trunk .\n"
        "     +1: ann\n"
    )
    assert one.note == ("  *) mod_a: Fix it. PR 60001.  [Cid]\n", "CHANGES", "trunk")
    assert said(one)["follow-ups"] == "no: r1950002 fixes r1950001: Follow up to r1950001: fix the comment."
    assert said(one)["prerequisites"] == "yes: none is missing: all lines that it changes are there"
    assert said(one)["votes"] == "unknown: needs 3 +1"


def test_several_revisions_in_the_older_forms(history: Revisions) -> None:
    old = make(history, "1950002,1950001", wish=Wish(style="2014"))
    assert old.entry == (
        "   * mod_a: Fix it. PR 60001.\n"
        "     trunk patch: https://svn.apache.org/r1950001\n"
        "                  https://svn.apache.org/r1950002\n"
        "     2.4.x patch: trunk works (modulo CHANGES)\n"
        "     +1:\n"
    )
    newer = make(history, "r1950001", "r1950002", wish=Wish(title="Another title", style="2023"))
    assert newer.entry == (
        "  *) Another title\n"
        "     Trunk version of patch:\n"
        "        https://svn.apache.org/r1950001\n"
        "        https://svn.apache.org/r1950002\n"
        "     Backport version for 2.4.x of patch:\n"
        "        Trunk version of patch works modulo CHANGES\n"
        "        svn merge -c 1950001,1950002 ^/httpd/httpd/trunk .\n"
        "     +1:\n"
    )
    assert said(newer)["follow-ups"] == "yes: none is missing"


def test_what_svn_merge_stops_at_and_the_engine_does_not(history: Revisions) -> None:
    one = make(history, "r1950003")
    assert (one.check.verdict, one.way) == ("works", "patch")
    assert f"     2.4.x patch: {proposal.UNKNOWN}\n" in one.entry
    assert said(one)["applies"].startswith("yes: by a patch of the branch's own on 2.4.x: svn merge may stop")
    assert one.patch is not None
    assert b"-b 21;\n-b 23;\n" in one.patch
    named = make(history, "r1950003", wish=Wish(place="https://github.com/apache/httpd/pull/7"))
    assert "     PR: https://github.com/apache/httpd/pull/7\n" in named.entry
    assert (read_entry(named.entry).branch.pulls, named.refused) == ((7,), "")


def test_a_conflict_needs_a_patch_of_its_own(history: Revisions) -> None:
    one = make(history, "r1950004")
    assert (one.way, one.patch) == ("open", None)
    assert one.refused == "it does not merge: one place of it conflicts, so 2.4.x needs a patch of its own"
    assert said(one)["applies"].startswith(f"no: not on 2.4.x: {B}:")
    assert make(history, "r1950004", wish=Wish(place="https://example.org/x.patch")).refused == ""


def test_what_is_refused(history: Revisions) -> None:
    assert make(history, "r1950008").refused == "2.4.x has it already, merged in r1950009"
    assert make(history, "r1950007").refused == "2.4.x has none of the files that it changes"
    again = make(history, "r1910001")
    assert again.proposed.startswith("it is in 2.4.x:STATUS already, line 41, under PATCHES PROPOSED")
    assert ([one.line for one in again.standing], again.refused) == ([41], "")
    assert make(history, "r1950001").proposed == ""


def test_a_change_that_only_numbers_messages_needs_no_votes(tmp_path: Path) -> None:
    logs = '    log(r,\n        "so");\n'
    numbered = logs.replace("r,\n", "r, APLOGNO(10001)\n")
    status = TEXT.replace("    . mod_example\n", "    . routine APLOGNO() backports\n")
    commits = (
        two_lines.Commit("trunk", 1950001, "Start.", {A: logs.encode(), "next-number": b"10001\n"}),
        two_lines.Commit("2.4.x", 1950002, "Branch.", {"STATUS": status.encode(), A: logs.encode()}),
        two_lines.Commit("trunk", 1950003, "Number it.", {A: numbered.encode()}),
        two_lines.Commit("trunk", 1950004, "Change it.", {A: numbered.replace("so", "or not").encode()}),
    )
    there = Revisions(str(two_lines.build(tmp_path / "repository", commits)))
    exempt = "yes: needs none: routine APLOGNO() backports is exempt from review on the branch"
    assert said(make(there, "r1950003"))["votes"] == exempt
    assert said(make(there, "r1950003", "r1950004"))["votes"] == "unknown: needs 3 +1"


def test_a_proposal_below_an_unknown_heading_stands_too(history: Revisions) -> None:
    text = TEXT.replace("PATCHES PROPOSED TO BACKPORT FROM TRUNK", "NEW THINGS")
    assert [one.line for one in proposal.standing(read(text), history.find(["r1910001"]))] == [41]


def test_what_it_leans_on(history: Revisions) -> None:
    text = two_lines.lines("a", {5: "fixed; /* so */", 15: "fifteen;", 30: "thirty;", 39: "end;"})
    later = two_lines.Commit("trunk", 1950011, "mod_a: Follow up to r1950001.", {A: text})
    folder = two_lines.build(Path(history.git.directory).with_name("leans"), (*two_lines.HISTORY, later))
    there = Revisions(str(folder))
    lacks = "no: r1950011 follows up r1950001, which the branch lacks: mod_a: Fix the first thing."
    assert said(make(there, "r1950011"))["prerequisites"] == lacks
    assert said(make(there, "r1950001", "r1950011"))["prerequisites"].startswith("yes: none is missing")


def test_source_that_the_branch_has_elsewhere(history: Revisions) -> None:
    files = {two_lines.C: two_lines.lines("c", {9: "nine;"}), two_lines.MANUAL: two_lines.lines("page", {7: "Page 7;"})}
    both = two_lines.Commit("trunk", 1950011, "mod_http2: Something with a page.", files)
    folder = two_lines.build(Path(history.git.directory).with_name("elsewhere"), (*two_lines.HISTORY, both))
    there = Revisions(str(folder))
    one = make(there, "r1950011")
    assert (one.check.verdict, one.way, one.patch) == ("modulo", "open", None)
    why = f"2.4.x has none of the source that it changes ({two_lines.C})"
    assert one.refused == f"it does not merge: {why}, so 2.4.x needs a patch of its own"
    assert said(one)["applies"] == f"no: {one.refused}"
    assert make(there, "r1950011", wish=Wish(place="https://example.org/x.patch")).refused == ""


def test_what_is_merged_is_left_out(history: Revisions) -> None:
    one = make(history, "r1950008", "r1950002", "r1950001")
    assert [each.name for each in one.revisions] == ["r1950001", "r1950002"]
    assert "1950008" not in one.entry
    assert said(one)["merged"] == "note: r1950008 left out: 2.4.x has it already"


def test_an_area_that_needs_no_votes(history: Revisions) -> None:
    text = two_lines.TEXT.replace(". pages and", ". documentation").encode()
    status = two_lines.Commit("2.4.x", 1950010, "Vote.", {"STATUS": text})
    folder = two_lines.build(Path(history.git.directory).with_name("exempt"), (*two_lines.HISTORY, status))
    one = make(Revisions(str(folder)), "r1950005")
    assert one.title == "docs: A typo in the manual."
    assert said(one)["votes"] == "yes: needs none: documentation is exempt from review on the branch"
    assert said(make(history, "r1950005"))["votes"] == "unknown: needs 3 +1"


@pytest.mark.parametrize("style", ["2014", "2020", "2023", "2024"])
@pytest.mark.parametrize("revision", ["r1950001", "r1950003", "r1950005", "r1910001"])
@pytest.mark.parametrize("place", ["", "https://example.org/r1.txt"])
def test_an_entry_is_read_as_it_is_meant(history: Revisions, revision: str, style: str, place: str) -> None:
    one = make(history, revision, wish=Wish(place=place, style=style, voter="ann"))  # type: ignore[arg-type]
    found = read_entry(one.entry)
    assert (found.title, found.trunk) == (one.title, (int(revision[1:]),))
    assert [(vote.weight, vote.name) for vote in found.votes] == [("+1", "ann")]
    if style not in ("2020", "2024") or one.way == "modulo":  # else the command alone says it
        assert found.branch.works == (one.way in ("works", "modulo") and not place)
    assert found.branch.modulo == (None if place else "/".join(one.modulo) or None)
    assert found.branch.patches == ((place,) if place else ())
    if style != "2014" and one.way in ("works", "modulo") and not place:
        assert found.branch.merges == (one.merge,)


@pytest.mark.parametrize(
    "command",
    [pytest.param(["patch", "-p0", "--fuzz=0"], marks=pytest.mark.patch), ["git", "apply", "-p0"]],
)
def test_the_patch_is_taken(history: Revisions, tmp_path: Path, command: list[str]) -> None:
    one = make(history, "r1950001", "r1950002", "r1950003")
    assert one.patch is not None
    tree = two_lines.checkout(Path(history.git.directory), tmp_path / "tree")
    subprocess.run(command, cwd=tree, input=one.patch, check=True, capture_output=True)
    assert (tree / A).read_bytes() == two_lines.lines("a", {5: "fixed; /* so */", 39: "end;"})
    assert (tree / B).read_bytes() == two_lines.lines("b", {10: "own;", **two_lines.GONE})
    assert b"2.4.9\n\n  *) mod_a: Fix it. PR 60001.  [Cid]\n\n  *) core" in (tree / "CHANGES").read_bytes()


def test_a_branch_with_changes_entries(history: Revisions) -> None:
    readme = two_lines.Commit("2.4.x", 1950010, "Files.", {"README.CHANGES": b"... in the changes-entries directory\n"})
    folder = two_lines.build(Path(history.git.directory).with_name("entries"), (*two_lines.HISTORY, readme))
    one = make(Revisions(str(folder)), "r1950001")
    assert (one.note.path, one.note.origin) == ("changes-entries/pr60001.txt", "trunk")
    assert one.patch is not None
    assert b"+++ changes-entries/pr60001.txt\n" in one.patch
    assert b" CHANGES\n" not in one.patch


def test_a_repository_without_numbers_and_status(tmp_path: Path) -> None:
    bare = [one._replace(files={k: v for k, v in one.files.items() if k != "STATUS"}) for one in two_lines.HISTORY[:3]]
    folder = two_lines.build(tmp_path / "repository", tuple(bare))
    environment = {**two_lines.ENVIRONMENT, "FILTER_BRANCH_SQUELCH_WARNING": "1"}
    strip = ["git", "-C", folder, "filter-branch", "--msg-filter", "sed /git-svn-id/d", "--", "--all"]
    subprocess.run(strip, check=True, capture_output=True, env=environment)
    there = Revisions(str(folder), "2.4.x", "trunk")
    commit = there.trunk.commit
    one = proposal.make(there, there.find([commit]), Wish())
    assert one.status is None
    assert one.merge == f"git cherry-pick -x {commit}"
    assert f"     trunk patch: {commit}\n" in one.entry
    assert "votes" not in said(one)


REAL = {
    # The real entries' branch sides: "trunk patch works other than CHANGES", "trunk patch works", and so on.
    1592998: "modulo",
    1594537: "works",
    1601749: "modulo",
    1603140: "open",
    1604369: "open",
    1605639: "open",
    1598605: "works",
    1593004: "modulo",
}


def way_of(branch: Branch) -> str:
    if branch.patches:
        return "open"
    assert branch.works
    return "works" if branch.modulo is None else "modulo"


@pytest.mark.httpd_git
@pytest.mark.proof
def test_the_sets_that_the_project_began_with(tmp_path: Path) -> None:
    today = Revisions(GIT, cache=tmp_path)
    for number, way in REAL.items():
        merge = today.number(number)
        assert merge is not None
        revisions = [one.name for one in today.brings(merge)]
        before = Revisions(GIT, f"{merge.commit}^", cache=tmp_path)
        one = make(before, *revisions, wish=Wish(style="2014"))
        (real,) = one.standing
        mine = read_entry(one.entry)
        print(f"r{number} | {', '.join(revisions)} | {real.branch.text[:60]} | {mine.branch.text}")
        assert set(mine.trunk) == {int(name[1:]) for name in revisions}
        assert set(mine.trunk) <= {*real.trunk, 1592500}
        assert (way_of(real.branch), one.way) == (way, way)
        assert ":STATUS already" in one.proposed
        assert today.is_merged(one.revisions[0])
    # The manual needs no votes: there was no entry.
    manual = today.number(1589417)
    assert manual is not None
    one = make(Revisions(GIT, f"{manual.commit}^", cache=tmp_path), "r1589413")
    assert (one.way, one.standing, one.refused) == ("works", (), "")
    assert one.exemption is not None
    assert one.exemption.areas == ("documentation",)
    # On today's branch it is there, and which merge brought it is told.
    assert make(today, "r1592037").refused == "2.4.x has it already, merged in r1605639"
