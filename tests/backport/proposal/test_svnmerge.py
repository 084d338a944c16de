"""What svn merge would make of revisions, next to what it makes of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.backport.check.trial import CommitFiles
from hpatch.backport.history.changes import Objects
from hpatch.backport.history.revisions import Revisions
from hpatch.backport.proposal import svnmerge
from hpatch.backport.proposal.proposal import Wish, make
from tests.support.backport import two_lines
from tests.support.backport.two_lines import A, B

pytestmark = pytest.mark.git


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Revisions:
    return Revisions(str(two_lines.build(tmp_path_factory.mktemp("git") / "repository")))


def plain(history: Revisions, *names: str) -> dict[str, bytes | None]:
    objects = Objects(history.git)
    return svnmerge.merge(objects, CommitFiles(objects, history.onto.commit), objects.changes(history.find(names)))


def test_one_after_the_other(history: Revisions) -> None:
    found = plain(history, "r1950001", "r1950002")
    assert found == {A: two_lines.lines("a", {5: "fixed; /* so */", 39: "end;"}), "CHANGES": None}


def test_lines_that_are_gone_in_part(history: Revisions) -> None:
    assert plain(history, "r1950003") == {B: None}


def test_files_that_come_and_go(tmp_path: Path) -> None:
    own, new, both = "modules/own.c", "modules/new.c", "modules/both.c"
    commits = (
        two_lines.Commit("2.4.x", 1950010, "Own.", {own: b"own\n", both: b"both\n"}),
        two_lines.Commit("trunk", 1950011, "Come.", {own: b"other\n", new: b"new\n", both: b"both\n"}),
        two_lines.Commit("trunk", 1950012, "Go.", {B: None, two_lines.MANUAL: None}),
    )
    there = Revisions(str(two_lines.build(tmp_path / "repository", (*two_lines.HISTORY, *commits))))
    assert plain(there, "r1950011") == {own: None, new: b"new\n"}
    assert plain(there, "r1950012") == {B: None, two_lines.MANUAL: None}


BASE = b"1\n2\n3\n4\n5\n6\n"
CASES = {
    # name: ours, theirs, merged
    "apart": (b"x\n2\n3\n4\n5\n6\n", b"1\n2\n3\n4\n5\ny\n", b"x\n2\n3\n4\n5\ny\n"),
    "side by side": (b"1\n2\nx\n4\n5\n6\n", b"1\n2\n3\ny\n5\n6\n", b"1\n2\nx\ny\n5\n6\n"),
    "the same": (b"1\nx\n3\n4\n5\n6\n", b"1\nx\n3\n4\n5\ny\n", b"1\nx\n3\n4\n5\ny\n"),
    "one line": (b"1\n2\nx\n4\n5\n6\n", b"1\n2\ny\n4\n5\n6\n", None),
    "added at one place": (b"1\n2\nx\n3\n4\n5\n6\n", b"1\n2\ny\n3\n4\n5\n6\n", None),
    "added beside": (b"1\n2\nx\n4\n5\n6\n", b"1\n2\n3\ny\n4\n5\n6\n", None),
    "gone in part": (b"1\n2\n4\n5\n6\n", b"1\n5\n6\n", None),
    "at the end": (b"1\n2\n3\n4\n5\n6\n7\n", b"0\n1\n2\n3\n4\n5\n6\n", b"0\n1\n2\n3\n4\n5\n6\n7\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_three_ways(name: str) -> None:
    ours, theirs, merged = CASES[name]
    assert svnmerge.three_way(ours, BASE, theirs) == merged
    assert svnmerge.three_way(theirs, BASE, ours) == merged


@pytest.mark.svn
def test_three_ways_of_svn(tmp_path: Path) -> None:
    def svn(*arguments: object) -> str:
        command = ["svn", *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    subprocess.run(["svnadmin", "create", tmp_path / "repository"], check=True)
    url = f"file://{tmp_path}/repository"
    svn("mkdir", "-m", "r1", f"{url}/trunk")
    svn("checkout", f"{url}/trunk", "theirs")
    names = {name: name.replace(" ", "-") for name in CASES}

    def write(folder: str, contents: dict[str, bytes]) -> None:
        for name, content in contents.items():
            (tmp_path / folder / names[name]).write_bytes(content)

    write("theirs", dict.fromkeys(CASES, BASE))
    svn("add", *(tmp_path / "theirs").glob("[!.]*"))
    svn("commit", "-m", "r2", "theirs")
    svn("copy", "-m", "r3", f"{url}/trunk", f"{url}/branch")
    svn("checkout", f"{url}/branch", "ours")
    write("ours", {name: case[0] for name, case in CASES.items()})
    svn("commit", "-m", "r4", "ours")
    write("theirs", {name: case[1] for name, case in CASES.items()})
    svn("commit", "-m", "r5", "theirs")
    svn("update", "ours")
    svn("merge", "--accept", "postpone", "-c", "5", f"{url}/trunk", "ours")
    stopped = {line[8:] for line in svn("status", "ours").splitlines() if line.startswith("C")}
    for name, (_, _, merged) in CASES.items():
        if name == "added beside":
            continue  # Subversion merges some of these and not others
        assert (f"ours/{names[name]}" in stopped) == (merged is None), name
        if merged is not None:
            assert (tmp_path / "ours" / names[name]).read_bytes() == merged


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A working copy of 2.4.x in a Subversion repository where r1950001 is r5."""

    def svn(*arguments: object) -> None:
        subprocess.run(["svn", *map(str, arguments)], cwd=tmp_path, check=True, capture_output=True)

    subprocess.run(["svnadmin", "create", tmp_path / "repository"], check=True)
    url = f"file://{tmp_path}/repository"
    svn("mkdir", "--parents", "-m", "r1", f"{url}/trunk", f"{url}/branches")
    svn("checkout", f"{url}/trunk", "trunk")
    start, branch, *rest = two_lines.HISTORY
    write(tmp_path / "trunk", start)
    svn("add", *((tmp_path / "trunk").glob("[!.]*")))
    svn("commit", "-m", "r2", "trunk")
    svn("copy", "-m", "r3", f"{url}/trunk", f"{url}/branches/2.4.x")
    svn("checkout", f"{url}/branches/2.4.x", "branch")
    write(tmp_path / "branch", branch)
    svn("commit", "-m", "r4", "branch")
    write(tmp_path / "trunk", rest[0])
    svn("commit", "-m", "r5", "trunk")
    svn("update", "branch")
    return tmp_path / "branch"


def write(folder: Path, one: two_lines.Commit) -> None:
    for name, content in one.files.items():
        assert content is not None
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def states(copy: Path) -> dict[str, str]:
    told = subprocess.run(["svn", "status", "-q"], cwd=copy, check=True, capture_output=True, text=True).stdout
    return {line[8:]: line[0] for line in told.splitlines() if line[:1].strip() and line[8:] != "."}


@pytest.mark.svn
def test_as_svn_merge_does(history: Revisions, copy: Path) -> None:
    one = make(history, history.find(["r1950001"]), Wish())
    command = one.merge.replace("1950001", "5").replace("^/httpd/httpd/trunk", "^/trunk").split()
    subprocess.run([*command, "--accept", "postpone"], cwd=copy, check=True, capture_output=True)
    # What the proposal says: trunk's change goes in, but for CHANGES.
    assert (one.way, one.modulo) == ("modulo", ("CHANGES",))
    assert states(copy) == {A: "M", "CHANGES": "C"}
    assert (copy / A).read_bytes() == two_lines.lines("a", {5: "fixed;"})


@pytest.mark.svn
def test_svn_patch_takes_the_patch(history: Revisions, copy: Path, tmp_path: Path) -> None:
    one = make(history, history.find(["r1950001"]), Wish())
    assert one.patch is not None
    (tmp_path / "a.patch").write_bytes(one.patch)
    subprocess.run(["svn", "patch", tmp_path / "a.patch"], cwd=copy, check=True, capture_output=True)
    assert states(copy) == {A: "M", "CHANGES": "M"}
    assert b"mod_a: Fix it. PR 60001." in (copy / "CHANGES").read_bytes()
