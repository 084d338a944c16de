"""`hpatch backport merge` as a committer calls it, in working copies of git and Subversion."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hpatch.backport.history import messages
from tests.support.backport import accepted, twins, two_lines
from tests.support.cli.call import Answer, call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.git
MESSAGE = """\
Merge r1003, r1004 from trunk:

mod_a: Fix the first thing.

It was [31mbroken.

PR: 60001
Submitted by: Cid <cid example org>


Follow up to r1003: fix the comment.

Submitted by: Ann Example
Reviewed by: ann, bob, cid

Github: closes #12
"""
FILES = ["M CHANGES", "M include/ap_mmn.h", f"M {accepted.A}", f"A {accepted.NEW}", "M STATUS"]
SVN = ["", "M CHANGES", "M STATUS", "M include/ap_mmn.h", f"M {accepted.A}", f"A {accepted.NEW}"]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_lines.build(tmp_path_factory.mktemp("mirror") / "httpd.git", accepted.HISTORY)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return twins.server(tmp_path_factory.mktemp("server") / "svn", accepted.HISTORY)


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Jane Doe")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "jdoe@example.org")


@pytest.fixture
def clone(mirror: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--branch", "2.4.x", mirror, folder], check=True)
    git(folder, "branch", "--quiet", "trunk", "origin/trunk")
    (folder / "mine.txt").write_text("not versioned\n")
    return folder


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


def svn(folder: Path, command: str, *arguments: str) -> str:
    command_ = ["svn", command, "--non-interactive", *arguments]
    return subprocess.run(command_, cwd=folder, check=True, capture_output=True, text=True).stdout


def snapshot(folder: Path) -> dict[str, bytes]:
    """What is in a folder, but for what its version control keeps."""
    found = (path for path in folder.rglob("*") if path.is_file() and not {".git", ".svn"} & {*path.parts})
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def merge(capsys: Capture, folder: Path, which: str, *arguments: object) -> Answer:
    return call(capsys, "backport", "merge", which, "--to", folder, *arguments)


def is_merged(files: dict[str, bytes]) -> None:
    """The files are those of the first entry's merge."""
    assert files[accepted.A] == two_lines.lines("a", {5: "fixed; /* so */"})
    assert files[accepted.NEW] == two_lines.lines("new", count=5)
    assert files["CHANGES"] == accepted.CHANGES.replace(b"\n\n", b"\n\n" + accepted.NOTE, 1)
    assert b"MINOR 2 " in files["include/ap_mmn.h"]
    start, end = accepted.STATUS.index("  *) mod_a"), accepted.STATUS.index("\n  *) mod_b: A patch")
    assert files["STATUS"].decode() == accepted.STATUS[: start - 1] + accepted.STATUS[end:]


def test_into_a_clone(capsys: Capture, clone: Path, tmp_path: Path) -> None:
    before = snapshot(clone)
    planned = merge(capsys, clone, "mod_a", "--dry-run", "--message", tmp_path / "m")
    assert planned.code == 0
    assert "  would merge r1003, r1004\n" in planned.out
    assert (snapshot(clone), (tmp_path / "m").exists()) == (before, False)
    answer = merge(capsys, clone, "r1003", "--message", tmp_path / "m")
    assert (answer.code, answer.err) == (0, "")
    assert "  merged r1003, r1004; nothing is committed\n" in answer.out
    assert [line.strip() for line in answer.out.splitlines() if line[2:4] in ("M ", "A ", "D ")] == FILES
    assert f"git -C {clone} commit --file {tmp_path}/m\n" in answer.out
    assert (tmp_path / "m").read_text() == MESSAGE
    is_merged(snapshot(clone))
    assert git(clone, "log", "-1", "--format=%s") == "Branch.\n"
    assert sorted(git(clone, "status", "--short").splitlines()) == sorted(
        [*(f"{f[0]}  {f[2:]}" for f in FILES), "?? mine.txt"]
    )
    again = merge(capsys, clone, "r1005")
    assert (
        again.code,
        "it has changes that are not committed: CHANGES, STATUS, include/ap_mmn.h and 2" in again.out,
    ) == (1, True)


def test_a_commit(capsys: Capture, clone: Path) -> None:
    answer = valid("merge-1", merge(capsys, clone, "mod_a", "--commit", "--format", "json").out)
    assert (answer["state"], answer["commit"]) == ("committed", git(clone, "rev-parse", "HEAD").strip())
    assert answer["message"] == MESSAGE == git(clone, "log", "-1", "--format=%B").rstrip("\n") + "\n"
    assert git(clone, "status", "--short") == "?? mine.txt\n"
    is_merged(snapshot(clone))
    # What was merged so is known as merged.
    assert [one.low for one in messages.merged(MESSAGE)] == [1003, 1004]


def test_a_commit_that_fails_leaves_all_as_it_was(capsys: Capture, clone: Path) -> None:
    before = snapshot(clone)
    hook = clone / ".git" / "hooks" / "commit-msg"
    hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    answer = merge(capsys, clone, "mod_a", "--commit")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err == f"hpatch: {clone}: git commit: no; nothing was changed\n"
    assert snapshot(clone) == before
    assert git(clone, "status", "--short") == "?? mine.txt\n"
    (clone / ".git" / "index.lock").touch()
    assert merge(capsys, clone, "mod_a").code == 4
    assert snapshot(clone) == before


def test_a_commit_that_fails_leaves_permissions(capsys: Capture, clone: Path, tmp_path: Path) -> None:
    """A hook that says nothing is not taken for a success, nor for nothing."""
    hook = clone / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 3\n")
    hook.chmod(0o755)
    head = f"diff --git a/{accepted.B} b/{accepted.B}\nold mode 100644\nnew mode 100755\n".encode()
    (tmp_path / "b.diff").write_bytes(head + accepted.PATCH)
    answer = merge(capsys, clone, "r1005", "--patch", tmp_path / "b.diff", "--commit")
    assert (answer.code, "exit code 1; a hook may have refused it" in answer.err) == (4, True)
    assert git(clone, "status", "--short") == "?? mine.txt\n"
    hook.unlink()
    assert merge(capsys, clone, "r1005", "--patch", tmp_path / "b.diff", "--commit").code == 0
    assert git(clone, "ls-files", "--stage", accepted.B).startswith("100755 ")


def test_the_patch_that_was_voted_on(capsys: Capture, clone: Path, tmp_path: Path) -> None:
    before = snapshot(clone)
    refused = merge(capsys, clone, "r1005")
    assert refused.code == 1
    assert "has a patch of its own, which hpatch does not fetch: https://example.org/" in refused.out
    assert merge(capsys, clone, "r1005", "--patch", "https://example.org/b.diff").err.endswith(
        "save the patch to a file\n"
    )
    assert snapshot(clone) == before
    (tmp_path / "b.diff").write_bytes(accepted.PATCH)
    assert merge(capsys, clone, "r1005", "--patch", tmp_path / "b.diff", "--commit").code == 0
    files = snapshot(clone)
    assert files[accepted.B] == two_lines.lines("b", {10: "our own;"})
    assert files["CHANGES"].startswith(
        b"Changes with Apache 2.4.9\n\n  *) mod_b: As it was voted on.  [Dan]\n\n  *) core"
    )
    again = merge(capsys, clone, "mod_md", "--force", "--patch", tmp_path / "b.diff")
    assert (again.code, "all of it is there already" in again.out) == (1, True)
    (tmp_path / "b.diff").write_bytes(accepted.PATCH.replace(b" b 11;", b" other 11;"))
    wrong = merge(capsys, clone, "mod_md", "--force", "--patch", tmp_path / "b.diff")
    assert (wrong.code, f"b.diff does not apply: {accepted.B} (its lines are not there)" in wrong.out) == (1, True)


def test_an_area_without_votes(capsys: Capture, clone: Path) -> None:
    answer = merge(capsys, clone, "mod_md")
    assert (answer.code, "needs 2 more +1; mod_md needs no votes: --force merges it without" in answer.out) == (1, True)
    forced = merge(capsys, clone, "mod_md", "--force", "--commit")
    assert forced.code == 0
    assert "Merge r1006 from trunk: [CTR for mod_md]" in forced.out
    assert not (clone / "free").exists()


@pytest.mark.parametrize(
    ("which", "options", "said"),
    [
        ("touch", ["--force"], "needs no veto (eve)"),
        ("Forgotten", [], "stands under PATCHES/ISSUES THAT ARE STALLED; move it first"),
    ],
)
def test_what_is_refused(capsys: Capture, clone: Path, which: str, options: list[str], said: str) -> None:
    before = snapshot(clone)
    answer = merge(capsys, clone, which, *options, "--format", "json")
    assert answer.code == 1
    assert said in valid("merge-1", answer.out)["reason"]
    assert snapshot(clone) == before


def test_a_tree_that_is_not_clean(capsys: Capture, clone: Path) -> None:
    (clone / "free").write_text("mine\n")
    answer = merge(capsys, clone, "mod_a")
    assert (answer.code, "it has changes that are not committed: free; commit or stash" in answer.out) == (1, True)
    git(clone, "checkout", "--quiet", "free")
    (clone / accepted.NEW).write_text("mine\n")
    answer = merge(capsys, clone, "mod_a")
    assert (answer.code, f"{accepted.NEW}: is not as 2.4.x has it" in answer.err) == (3, True)
    assert (clone / accepted.NEW).read_text() == "mine\n"
    (clone / accepted.NEW).unlink()
    git(clone, "update-ref", "MERGE_HEAD", "HEAD")
    assert "a merge is under way in it" in merge(capsys, clone, "mod_a").out


@pytest.mark.parametrize(
    ("folder", "said"),
    [("none", "none"), ("clone/modules", "not a git repository"), ("httpd.git", "is a bare repository")],
)
def test_what_is_no_working_copy(
    capsys: Capture, clone: Path, mirror: Path, tmp_path: Path, folder: str, said: str
) -> None:
    shutil.copytree(mirror, tmp_path / "httpd.git")
    answer = merge(capsys, tmp_path / folder, "1")
    assert (answer.code, answer.out, answer.err.count("\n")) == (3, "", 1)
    assert said in answer.err


@pytest.mark.svn
@pytest.mark.proof
def test_into_a_working_copy_of_subversion(capsys: Capture, mirror: Path, url: str, tmp_path: Path) -> None:
    """Also where svn merge conflicts: CHANGES, and a file that the branch deleted. What it records is recorded."""
    copy = twins.checkout(url, tmp_path / "co@py")  # svn takes what follows an @ as a revision
    (copy / "mine.txt").write_text("not versioned\n")
    before = snapshot(copy)
    # A patch that cannot be recorded as merged: all is taken back.
    (tmp_path / "b.diff").write_bytes(accepted.PATCH)
    shutil.move(url.removeprefix("file://").removesuffix("/httpd/httpd"), tmp_path / "away")
    assert merge(capsys, copy, "r1005", "--repo", mirror, "--patch", tmp_path / "b.diff").code == 4
    assert (snapshot(copy), svn(copy, "status")) == (before, "?       mine.txt\n")
    shutil.move(tmp_path / "away", url.removeprefix("file://").removesuffix("/httpd/httpd"))
    assert merge(capsys, copy, "mod_a").err.endswith("and --mergeinfo this working copy\n")

    answer = merge(capsys, copy, "mod_a", "--repo", mirror, "--message", tmp_path / "m")
    assert (answer.code, (tmp_path / "m").read_text()) == (0, MESSAGE)
    is_merged(snapshot(copy))
    rows = [line.split() for line in svn(copy, "status", "--quiet").splitlines()]
    assert sorted([(row[0], row[-1]) for row in rows]) == sorted([("M", "."), *((row[0], row[2:]) for row in FILES)])
    assert svn(copy, "propget", "svn:mergeinfo", ".").strip() == "/httpd/httpd/trunk:1003-1004"
    hook = Path(url.removeprefix("file://").removesuffix("/httpd/httpd")) / "hooks" / "pre-commit"
    busy = merge(capsys, copy, "r1005", "--repo", mirror)
    assert (busy.code, "commit or revert them first" in busy.out) == (1, True)
    svn(copy, "revert", "--quiet", "--recursive", "--remove-added", ".")
    assert snapshot(copy) == before
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    stopped = merge(capsys, copy, "mod_a", "--repo", mirror, "--commit")
    assert (stopped.code, stopped.err.count("\n"), "not today" in stopped.err) == (4, 1, True)
    assert (snapshot(copy), svn(copy, "status")) == (before, "?       mine.txt\n")
    hook.unlink()
    done = merge(capsys, copy, "r1005", "--repo", mirror, "--patch", tmp_path / "b.diff", "--commit")
    assert (done.code, "committed as r1007" in done.out) == (0, True)
    assert svn(copy, "status") == "?       mine.txt\n"
    assert svn(copy, "log", "-r", "1007", url).count("Merge r1005 from trunk:") == 1
