"""From what is missing to the merge: all commands of `hpatch backport` in a row, on httpd's own history.

r1887050 and r1887052 were merged in r1887090. The clone has both lines as they were before. Subversion cannot have
their numbers without all the others, so there they are r1003 and r1004, on the same trees.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backport import twins, two_lines
from tests.support.backport.two_lines import Commit
from tests.support.cli.call import Answer, call

Capture = pytest.CaptureFixture[str]
GIT = os.environ.get("HPATCH_HTTPD_GIT", "")
pytestmark = [pytest.mark.git, pytest.mark.httpd_git, pytest.mark.proof]
BEFORE, AFTER = "branches/2.4.x@1887090 ", "trunk@1887052 "
FIRST = "trunk@1887050 "
SESSION = "modules/session/mod_session.c"
FILES = ("modules/session", "include", "CHANGES", "README.CHANGES", "STATUS", "changes-entries")
VOTERS = ("ann", "bob")


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Jane Doe")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "jdoe@example.org")


def git(*arguments: object, folder: object = GIT) -> bytes:
    command = ["git", "-C", str(folder), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def svn(folder: Path, *arguments: str) -> str:
    command = ["svn", *arguments, "--non-interactive"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(place: str) -> str:
    """The commit of a revision, by its git-svn-id."""
    line = "refs/heads/trunk" if place.startswith("trunk") else "refs/heads/2.4.x"
    return git("log", line, "-1", "--fixed-strings", f"--grep=/{place}", "--format=%H").decode().strip()


def tree(name: str) -> dict[str, bytes]:
    """Some of a commit's files."""
    paths = git("ls-tree", "-r", "-z", "--name-only", name, "--", *FILES).decode().split("\0")[:-1]
    return {path: git("cat-file", "blob", f"{name}:{path}") for path in paths}


def voted(capsys: Capture, status: Path, which: str) -> None:
    """Two more votes, and the move to the accepted ones."""
    assert call(capsys, "backport", "accept", which, "--status", status).code == 1
    for name in VOTERS:
        assert call(capsys, "backport", "vote", which, "--name", name, "--status", status).code == 0
    assert call(capsys, "backport", "accept", which, "--status", status).code == 0


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and not {".git", ".svn"} & {*path.parts})
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_on_a_clone_with_its_whole_history(capsys: Capture, tmp_path: Path) -> None:
    merge = commit(BEFORE)
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--shared", "--no-checkout", GIT, clone)
    git("update-ref", "refs/heads/trunk", commit(AFTER), folder=clone)
    git("checkout", "--quiet", "-B", "2.4.x", f"{merge}~1", folder=clone)

    def hpatch(command: str, *arguments: object) -> Answer:
        return call(capsys, "backport", command, *arguments, "--repo", clone)

    missing = hpatch("missing", "--path", "modules/session", "--since", "2021-01-01").out
    assert "r1887050" in missing
    assert "Next: propose r1887050,r1887052\n" in hpatch("check", "r1887050,r1887052").out
    again = hpatch("propose", "r1887050,r1887052", "--insert", clone / "STATUS")
    assert (again.code, "STATUS already, line" in again.out) == (1, True)
    assert call(capsys, "backport", "remove", "r1887050", "--status", clone / "STATUS").code == 0
    assert hpatch("propose", "r1887050,r1887052", "--vote", "eve", "--insert", clone / "STATUS").code == 0
    assert "needs 2 more +1" in call(capsys, "backport", "merge", "r1887050", "--to", clone).out
    voted(capsys, clone / "STATUS", "r1887050")
    assert "changes that are not committed: STATUS" in call(capsys, "backport", "merge", "r1887050", "--to", clone).out
    git("commit", "--quiet", "--all", "--message", "Vote.", folder=clone)
    answer = call(capsys, "backport", "merge", "r1887050", "--to", clone, "--commit")
    assert (answer.code, answer.err) == (0, "")
    # As the committer made it, who wrote the entry into CHANGES; and without the proposal that was there before.
    changed = set(git("diff", "--name-only", "HEAD~2", "HEAD", folder=clone).decode().split())
    assert changed == {SESSION, "changes-entries/session_parsing.txt", "STATUS"}
    assert (clone / SESSION).read_bytes() == git("cat-file", "blob", f"{merge}:{SESSION}")
    assert b"r1887050" not in (clone / "STATUS").read_bytes()
    message = git("log", "-1", "--format=%B", folder=clone).decode()
    assert message.startswith("Merge r1887050, r1887052 from trunk:\n\nmod_session: save one apr_strtok()")
    assert message.rstrip().endswith("Submitted by: ylavic\nReviewed by: eve, ann, bob")
    missing = hpatch("missing", "--path", "modules/session", "--since", "2021-01-01").out
    assert ("r1887050" in missing, "r1887052" in missing) == (False, False)


def history() -> Iterator[Commit]:
    """Both lines on the same trees, with small numbers."""
    base = tree(f"{commit(FIRST)}~1")
    yield Commit("trunk", 1001, "Start.", base)
    own = tree(f"{commit(BEFORE)}~1")
    gone: dict[str, bytes | None] = dict.fromkeys(base.keys() - own.keys())
    yield Commit("2.4.x", 1002, "Branch.", gone | {name: data for name, data in own.items() if base.get(name) != data})
    before = base
    for number, place in ((1003, FIRST), (1004, AFTER)):
        after = tree(commit(place))
        message = git("log", "-1", "--format=%B", commit(place)).decode().partition("\ngit-svn-id")[0].rstrip("\n")
        yield Commit("trunk", number, message, {name: data for name, data in after.items() if before.get(name) != data})
        before = after


@pytest.mark.svn
def test_as_svn_merge_does(capsys: Capture, tmp_path: Path) -> None:
    commits = tuple(history())
    mirror = two_lines.build(tmp_path / "httpd.git", commits)
    url = twins.server(tmp_path / "svn", commits)
    copy = twins.checkout(url, tmp_path / "copy")
    proposed = ("1003,1004", "--repo", mirror, "--vote", "eve", "--insert", copy / "STATUS")
    assert call(capsys, "backport", "propose", *proposed).code == 0
    voted(capsys, copy / "STATUS", "r1003")
    svn(copy, "commit", "--quiet", "--message", "Vote.", ".")
    svn(copy, "update", "--quiet", ".")
    plain = twins.checkout(url, tmp_path / "plain")
    svn(plain, "merge", "--quiet", "--accept", "postpone", "-c", "1003,1004", "^/httpd/httpd/trunk", ".")
    answer = call(capsys, "backport", "merge", "r1003", "--to", copy, "--repo", mirror)
    assert (answer.code, answer.err) == (0, "")
    mine, theirs = files(copy), files(plain)
    assert mine.pop("STATUS") != theirs.pop("STATUS")
    assert mine == theirs
    assert mine[SESSION] == git("cat-file", "blob", f"{commit(BEFORE)}:{SESSION}")
    rows = {folder: svn(folder, "status", "--quiet") for folder in (copy, plain)}
    assert rows[copy].replace("M       STATUS\n", "") == rows[plain]
    assert svn(copy, "propget", "svn:mergeinfo", ".") == svn(plain, "propget", "svn:mergeinfo", ".")
    # And so does hpatch in a clone.
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--branch", "2.4.x", mirror, clone, folder=tmp_path)
    git("branch", "--quiet", "trunk", "origin/trunk", folder=clone)
    (clone / "STATUS").write_bytes(tree(f"{commit(BEFORE)}~1")["STATUS"])
    inserted = call(capsys, "backport", "propose", "1003,1004", "--repo", clone, "--vote", "eve", "--insert", clone)
    assert inserted.code == 0
    voted(capsys, clone / "STATUS", "r1003")
    git("commit", "--quiet", "--all", "--message", "Vote.", folder=clone)
    assert call(capsys, "backport", "merge", "r1003", "--to", clone, "--commit").code == 0
    in_git = files(clone)
    assert in_git.pop("STATUS") == (copy / "STATUS").read_bytes()
    assert in_git == mine
