"""The revisions of two lines, and which were merged."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.errors import InputError, ToolError, UsageError
from tests.support.backport.mirror import Mirror
from tests.support.backport.story import tell

pytestmark = pytest.mark.git
GIT = os.environ.get("HPATCH_HTTPD_GIT", "")


def names(some: object) -> list[str]:
    return [one.name for one in some]  # type: ignore[attr-defined]


def one(history: Revisions, number: int) -> Revision:
    found = history.number(number)
    assert found is not None
    return found


def test_a_revision(history: Revisions, story: Mirror) -> None:
    found = one(history, 1000101)
    assert (found.name, found.author, found.date) == ("r1000101", "Ann", "2014-05-13T18:53:20+00:00")
    assert found.message == "mod_a: Take an argument. Fix a crash. PR 12345."
    assert found.paths == ("CHANGES", "modules/a.c")
    assert history.commit(found.commit) == found
    assert history.commit(story.commit("trunk")) == one(history, 1000111)


@pytest.mark.parametrize("words", [["r1000102", "1000101"], ["1000102,r1000101"], ["rr1000101, R1000102", "r1000101"]])
def test_revisions_as_users_write_them(history: Revisions, words: list[str]) -> None:
    assert names(history.find(words)) == ["r1000101", "r1000102"]


def test_a_range(history: Revisions) -> None:
    assert names(history.find(["r1000109-1000151,r1000101"])) == ["r1000101", "r1000109", "r1000110", "r1000111"]


def test_a_commit_as_a_revision(history: Revisions, story: Mirror) -> None:
    commit = story.commit("trunk~9")
    assert names(history.find([commit[:10], commit, commit.upper()])) == ["r1000102"]


@pytest.mark.parametrize(
    ("word", "error", "said"),
    [
        ("", UsageError, "no revision is given; name one, e.g. r1591508"),
        ("HEAD", UsageError, "'HEAD' is not a revision"),
        ("--all", UsageError, "'--all' is not a revision"),
        ("r1", InputError, "r1 is not in the history of trunk or 2.4.x"),
        ("abcdef0", InputError, "abcdef0 is not in the history"),
        ("r1000151", InputError, "r1000151 is a revision of 2.4.x, not of trunk; it merged r1000108$"),
        ("r1000150", InputError, "r1000150 is a revision of 2.4.x, not of trunk$"),
        ("r1000103-r1000101", UsageError, "r1000103-r1000101 ends before it begins; write r1000101-r1000103"),
        ("1000101-1999999", UsageError, "r1000101-r1999999 is not a range of at most 2000 revisions"),
        ("r1000150-r1000151", InputError, "no revision of trunk is in r1000150-r1000151"),
    ],
)
def test_what_is_no_revision_of_trunk(history: Revisions, word: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        history.find([word])


def test_sides(history: Revisions) -> None:
    assert [history.side(one(history, number)) for number in (1000100, 1000101, 1000151)] == ["both", "trunk", "branch"]
    assert names(history.all("trunk"))[-1] == "r1000101"
    assert names(history.all("branch")) == ["r1000155", "r1000154", "r1000153", "r1000152", "r1000151", "r1000150"]


def test_merges(history: Revisions) -> None:
    (merge,) = history.merges(one(history, 1000108))
    assert (merge.revision.name, merge.undone, merge.partial) == ("r1000151", None, False)
    (undone,) = history.merges(one(history, 1000109))
    assert undone.undone is not None
    assert (undone.revision.name, undone.undone.name) == ("r1000153", "r1000154")
    assert history.merges(one(history, 1000101)) == ()  # proposed only
    assert names(history.brings(one(history, 1000151))) == ["r1000108"]
    assert history.is_merged(one(history, 1000108))
    assert not history.is_merged(one(history, 1000109))
    assert history.is_merged(one(history, 1000100))
    assert history.merged() == {one(history, 1000108).order}


def test_what_subversion_records(story: Mirror) -> None:
    history = Revisions(str(story.folder), mergeinfo={1000103})
    assert history.is_merged(one(history, 1000103))
    assert history.merged() == {one(history, 1000103).order, one(history, 1000108).order}


def test_mentions(history: Revisions) -> None:
    assert [(later.name, said) for later, said in history.mentions(one(history, 1000101))] == [
        ("r1000102", "follow-up")
    ]
    assert [(later.name, said) for later, said in history.mentions(one(history, 1000104))] == [("r1000105", "revert")]


def test_lines_as_they_were(story: Mirror) -> None:
    history = Revisions(str(story.folder), story.commit("2.4.x~5"), "trunk~1")
    assert not history.is_merged(one(history, 1000108))
    assert history.number(1000111) is None
    assert names(history.all("branch")) == ["r1000150"]


def test_a_branch_that_is_not_there(story: Mirror, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no branch 9\.9; it has 2\.4\.x, trunk$"):
        Revisions(str(story.folder), "9.9")
    with pytest.raises(InputError, match="not a git repository"):
        Revisions(str(tmp_path))
    with pytest.raises(InputError, match="there is no branch --exec=x"):
        Revisions(str(story.folder), "--exec=x")


def test_a_commit_stands_for_its_line_at_a_revision(story: Mirror, commits: Mirror) -> None:
    onto, trunk = story.commit("2.4.x"), story.commit("trunk~1")
    history = Revisions(str(story.folder), onto[:9].upper(), trunk)
    assert history.onto == (f"2.4.x at r{number_of(history, onto)}", onto)
    assert history.trunk == (f"trunk at r{number_of(history, trunk)}", trunk)
    assert (history.onto.branch, history.trunk.branch) == ("2.4.x", "trunk")
    named = Revisions(str(story.folder)).onto
    assert (named.name, named.branch) == ("2.4.x", "2.4.x")
    plain = Revisions(str(commits.folder), commits.commit("2.4.x"), "trunk").onto
    assert plain.name == plain.branch == plain.commit[:12]


def number_of(history: Revisions, commit: str) -> int | None:
    found = history.commit(commit)
    assert found is not None
    return found.number


def test_without_numbers(commits: Mirror) -> None:
    history = Revisions(str(commits.folder))
    found = history.find([commits.commit("trunk~10")])
    assert found[0].number is None
    assert found[0].name == found[0].commit[:12]


def test_cherry_picks_of_a_repository_without_numbers(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "plain.git", numbered=False)
    mirror.edit(1, "Fix one", "modules/a.c", b"line_10(void)", b"line_10(int)")
    mirror.build()
    picked = mirror.commit("trunk")
    message = f"Fix one\n\n(cherry picked from commit {picked})"
    mirror.edit(2, message, "modules/a.c", b"line_10(void)", b"line_10(int)", "2.4.x")
    mirror.edit(3, f"Revert it\n\nThis reverts commit {picked}.", "modules/a.c", b"line_10(int)", b"line_10(long)")
    mirror.build()
    history = Revisions(str(mirror.folder))
    found = history.commit(picked)
    assert found is not None
    assert history.is_merged(found)
    assert [(later.subject, said) for later, said in history.mentions(found)] == [("Revert it", "revert")]
    assert names(history.brings(history.all("branch")[0])) == [found.name]


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    mirror = tell(tmp_path / "mirror.git")
    cache = tmp_path / "cache"
    cache.mkdir()
    told: list[str] = []

    def opened() -> Revisions:
        return Revisions(str(mirror.folder), cache=cache, tell=told.append)

    first = opened()
    again = opened()
    assert told == ["reading the history"]
    assert again.all("trunk") == first.all("trunk")
    mirror.edit(1000112, "Follow up to r1000111", "modules/b.c", b"other_39(int)", b"other_39(long)")
    mirror.build()
    more = opened()
    assert told == ["reading the history", "reading what is new in the history"]
    assert more.all("trunk")[1:] == first.all("trunk")
    assert names(later for later, _ in more.mentions(one(more, 1000111))) == ["r1000112"]


def test_a_damaged_cache_is_made_anew(story: Mirror, tmp_path: Path) -> None:
    Revisions(str(story.folder), cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"damaged" * 1000)
    assert one(Revisions(str(story.folder), cache=tmp_path), 1000101).paths == ("CHANGES", "modules/a.c")


def test_a_cache_that_proves_damaged_late_is_removed(story: Mirror, tmp_path: Path) -> None:
    """The pages of the table are damaged, not those that are read when it is opened."""
    Revisions(str(story.folder), cache=tmp_path)
    (file,) = tmp_path.iterdir()
    size = 4096
    data = file.read_bytes()
    with sqlite3.connect(file) as db:
        (root,) = db.execute("select rootpage from sqlite_master where name = 'commits'").fetchone()
    db.close()
    history = Revisions(str(story.folder), cache=tmp_path)
    file.write_bytes(data[: (root - 1) * size] + b"\xff" * size + data[root * size :])
    (tmp_path / f"{file.name}-journal").write_bytes(b"of another")
    with pytest.raises(ToolError, match=r"is damaged .* and was removed; run the command again"):
        history.all("trunk")
    assert list(tmp_path.iterdir()) == []
    assert Revisions(str(story.folder), cache=tmp_path).all("trunk")


def test_odd_paths_and_messages(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "odd.git")
    paths: dict[str, bytes | None] = {'a"b\\c\té.c'.replace("\\", "_"): b"x\n", "sp ace.c": b"y\n"}
    mirror.add(1000101, "odd \udcff\n\n\ngit-svn-id: not this one", paths)
    mirror.build()
    found = one(Revisions(str(mirror.folder)), 1000101)
    assert set(found.paths) == set(paths)
    assert found.message == "odd \udcff\n\n\ngit-svn-id: not this one"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Revisions:
    """httpd's history, read once."""
    return Revisions(GIT, cache=tmp_path_factory.mktemp("cache"))


@pytest.mark.httpd_git
def test_the_real_history(real: Revisions) -> None:
    assert names(merge.revision for merge in real.merges(one(real, 1592037))) == ["r1605639"]
    assert names(real.brings(one(real, 1603140))) == ["r1603027", "r1603029", "r1603122"]
    assert names(merge.revision for merge in real.merges(one(real, 1592500))) == ["r1592998"]
    assert len(real.merged()) > 4000


def test_a_clone_that_is_deepened(story: Mirror, tmp_path: Path) -> None:
    clone, cache = tmp_path / "clone", tmp_path / "cache"
    cache.mkdir()
    url = story.folder.as_uri()
    story.git("clone", "--quiet", "--bare", "--depth=3", "--no-single-branch", url, str(clone))
    shallow = Revisions(str(clone), cache=cache)
    assert names(shallow.all("trunk")) == ["r1000111", "r1000110", "r1000109"]
    assert shallow.number(1000101) is None
    with pytest.raises(InputError, match="the clone is shallow and begins with r1000109, so its changes are not known"):
        Objects(shallow.git).changes(shallow.find(["r1000109"]))
    story.git("-C", str(clone), "fetch", "--quiet", "--unshallow", url, "+refs/heads/*:refs/heads/*")
    assert one(Revisions(str(clone), cache=cache), 1000101).name == "r1000101"


def test_settings_of_a_repository_change_nothing(tmp_path: Path) -> None:
    mirror = tell(tmp_path / "mirror.git")
    wanted = Revisions(str(mirror.folder)).all("trunk")
    for name, value in (
        ("i18n.logOutputEncoding", "UTF-16"),
        ("log.showSignature", "true"),
        ("log.showRoot", "false"),
        ("log.mailmap", "true"),
        ("log.diffMerges", "combined"),
        ("diff.external", "false"),
        ("diff.noprefix", "true"),
        ("diff.renames", "copies"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
    ):
        mirror.git("-C", str(mirror.folder), "config", name, value)
    history = Revisions(str(mirror.folder))
    assert history.all("trunk") == wanted
    assert one(history, 1000100).paths == (
        "CHANGES",
        "STATUS",
        *("include/ap_mmn.h", "include/ap_release.h"),
        *("modules/a.c", "modules/b.c"),
    )


@pytest.mark.parametrize(("written", "path"), [(2, "modules/a.c"), (3, "modules/a.c"), (2, "modules/b.c")])
def test_what_the_same_author_wrote_in_the_same_second(tmp_path: Path, written: int, path: str) -> None:
    """A pick without a word of it keeps both."""
    mirror = Mirror(tmp_path / "plain.git", numbered=False)
    mirror.add(1, "Fix one", {"modules/a.c": b"one\n"})
    mirror.add(2, "Picked", {path: b"one, otherwise\n"}, "2.4.x", written)
    history = Revisions(mirror.build())
    (fix,) = history.all("trunk")
    picked = (written, path) == (2, "modules/a.c")
    assert history.is_merged(fix) is picked
    assert (fix.order in history.merged()) is picked


@pytest.mark.parametrize("number", [1000101, 1000102])
def test_one_revision_of_subversion_on_both_lines(tmp_path: Path, number: int) -> None:
    """Its date is when it was committed: two revisions of the same second are two changes."""
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.add(1000101, "Fix", {"modules/a.c": b"one\n"})
    mirror.add(number, "Fix", {"modules/a.c": b"one, otherwise\n"}, "2.4.x", 2)
    history = Revisions(mirror.build())
    (fix,) = history.all("trunk")
    assert history.is_merged(fix) is (number == 1000101)


_READY = """  *) mod_a: Ready.
     trunk patch: https://svn.apache.org/r1000101
                  https://svn.apache.org/r1000102
     +1: ann, bob, cid

"""
_STATUS = f"PATCHES ACCEPTED TO BACKPORT FROM TRUNK:\n\n{_READY}PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n"
_DONE = _STATUS.replace(_READY, "").encode()


def _dropping(tmp_path: Path, message: str, files: dict[str, bytes | None], status: bytes = _DONE) -> Revisions:
    """Trunk's r1000101 and r1000102 change two files, r1000150 proposes both, r1000151 takes that out of STATUS."""
    mirror = Mirror(tmp_path / "mirror.git")
    changed = mirror.file("modules/a.c") + b"int more(void);\n"
    mirror.add(1000101, "mod_a: More.", {"modules/a.c": changed, "CHANGES": b"More\n"})
    mirror.add(1000102, "mod_b: More.", {"modules/b.c": changed})
    mirror.add(1000150, f"Propose.\n\n{_READY}", {"STATUS": _STATUS.encode()}, "2.4.x")
    mirror.add(1000151, message, {"STATUS": status} | files, "2.4.x")
    mirror.build()
    return Revisions(str(mirror.folder))


_CODE: dict[str, bytes | None] = {"modules/a.c": b"int more(void);\n", "CHANGES": b"More.\n"}


def test_a_proposal_that_a_commit_takes_out_and_merges(tmp_path: Path) -> None:
    history = _dropping(tmp_path, "mod_a: More.", _CODE)
    assert names(merge.revision for merge in history.merges(one(history, 1000101))) == ["r1000151"]
    assert names(history.brings(one(history, 1000151))) == ["r1000101"]
    # What it does not touch it did not merge.
    assert history.merged() == {one(history, 1000101).order}
    assert not history.is_merged(one(history, 1000102))


def test_a_message_that_pastes_the_proposal(tmp_path: Path) -> None:
    history = _dropping(tmp_path, f"Backport to v2.4:\n\n{_READY}", _CODE, _STATUS.encode() + b"\nMore.\n")
    assert history.merged() == {one(history, 1000101).order}


@pytest.mark.parametrize(
    ("message", "files", "status"),
    [
        ("Drop a proposal.", {}, _DONE),
        ("Drop a proposal, update CHANGES.", {"CHANGES": b"Other.\n"}, _DONE),
        ("Something else.", {"modules/c.c": b"c\n"}, _DONE),
        ("Merge r1000100 from trunk. Drop a proposal.", _CODE, _DONE),
        ("Promote it.", _CODE, _DONE + b"\n" + _READY.encode()),
        ("Another instead.", _CODE, _STATUS.replace(_READY, _READY.replace("r10001", "r10002")).encode()),
        ("As r1000101 is on trunk.", _CODE, _STATUS.encode() + b"\nMore.\n"),
    ],
)
def test_a_proposal_that_goes_without_a_merge(
    tmp_path: Path, message: str, files: dict[str, bytes | None], status: bytes
) -> None:
    assert _dropping(tmp_path, message, files, status).merged() == frozenset()


def test_dropping_other_proposals_takes_nothing_back(tmp_path: Path) -> None:
    """A later commit that only edits STATUS speaks of a revert; the code is still there."""
    mirror = tell(tmp_path / "mirror.git")
    mirror.add(1000160, "Drop a proposal: revert of r1000108.", {"STATUS": b"none\n"}, "2.4.x")
    mirror.build()
    history = Revisions(str(mirror.folder))
    assert history.is_merged(one(history, 1000108))
    assert one(history, 1000108).order in history.merged()


@pytest.mark.httpd_git
def test_merges_that_only_status_and_pasted_proposals_tell(real: Revisions) -> None:
    for number, merge in (
        (1912459, 1913907),  # pastes the entry: "Backport to v2.4:", "Trunk version of patch:"
        (1909401, 1913907),
        (1881790, 1913907),
        (1908537, 1913912),  # "trunk patch:"
        (1901420, 1901584),  # "Merge pull N (trunk: r…)"
        (1874005, 1901586),
        (1519475, 1523242),  # an entry that the message has without indentation
    ):
        assert f"r{merge}" in names(found.revision for found in real.merges(one(real, number))), number
    merged = real.merged()
    assert len(merged) > 4550
    assert one(real, 1912459).order in merged
    # Taken out of STATUS for another proposal; a merge commit of a side branch.
    for number in (1742822, 1656063):
        assert one(real, number).order not in merged, number
