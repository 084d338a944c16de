"""`hpatch apply --into-git`: the commits are those of `git am`, and nothing else in the repository changes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli.call import Answer, call
from tests.support.cli.tree import BASE, MODULE, changed, diff, make, snapshot
from tests.support.report.schema import valid

Run = Callable[..., Answer]
pytestmark = pytest.mark.git
COMMITTER = {
    "GIT_COMMITTER_NAME": "Cöm",
    "GIT_COMMITTER_EMAIL": "c@example.org",
    "GIT_COMMITTER_DATE": "1700000000 +0130",
}


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run git in the tree, with nobody's settings and without the hooks."""
    for name, value in {**COMMITTER, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(tmp_path)}

    def run(*arguments: str | Path, input: bytes = b"") -> str:
        done = subprocess.run(
            ("git", "-c", "core.hooksPath=/dev/null", *arguments),
            cwd=tmp_path / "tree",
            input=input,
            capture_output=True,
            check=False,
            env={**os.environ, **alone},
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout.decode().strip()

    return run


@pytest.fixture
def tree(tmp_path: Path, git: Callable[..., str]) -> Path:
    """A repository with one commit, edits that are not committed, and hooks that fail."""
    tree = make(tmp_path)
    (tree / "tool").write_text("#!/bin/sh\n")
    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=start")
    for name in ("reference-transaction", "pre-commit", "post-commit", "applypatch-msg", "pre-applypatch"):
        hook = tree / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tree}/hooked\nexit 1\n")
        hook.chmod(0o755)
    return tree


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tree: Path) -> Run:
    return lambda *arguments: call(capsys, "apply", *arguments, "--tree", tree)


def mail(subject: str, body: str, patch: str, who: str = "Ann <a@example.org>", more: str = "") -> bytes:
    return (
        f"From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\nFrom: {who}\n"
        f"Date: Sun, 9 Feb 2014 16:09:48 -0530\n{more}Subject: {subject}\n\n{body}{patch}-- \n2.39.0\n\n"
    ).encode()


MODES = "diff --git a/tool b/tool\nold mode 100644\nnew mode 100755\n"
NEW = "diff --git a/new b/new\nnew file mode 100755\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n"
GONE = "diff --git a/README b/README\ndeleted file mode 100644\n--- a/README\n+++ /dev/null\n@@ -1 +0,0 @@\n-read me\n"
MAILS = [
    mail("[PATCH 1/7] The first", "Why.  \n\n\n\nMore: this\n---\n x | 2 +-\n\n", diff(5, "first")),
    mail("Re: [PATCH v3 2/7] [sub] folded\n over  two lines", "---\n", diff(12, "second")),
    mail("[PATCH 3/7] by another", "From: Bob <b@example.org>\n\nText\n---\n", diff(20, "third")),
    mail("=?UTF-8?q?Gr=C3=B6=C3=9Fe?=", "Größe\n---\n", MODES, "=?UTF-8?q?J=C3=B6rg?= <j@example.org>"),
    mail("[PATCH] new", "", NEW, '"Last, First" <l@example.org>'),
    mail("gone", "\n\nBy hand.\n\n", GONE, more="To: list@example.org\nX-Tool: y\n"),
    mail(
        "=?UTF-8?q?Gr=C3?=\n =?UTF-8?q?=B6=C3=9Fe?= a=?utf-8?q?=C3=A9?=", "Größe\n---\n", diff(16, "a"), "A. B. <b>"
    ).replace("Größe".encode(), "Größe".encode("latin-1")),
    mail(": ISO", "Subject: folded\n twice\n\n", diff(25, "b"), "a@example.org").replace(
        b"Sun, 9 Feb 2014 16:09:48 -0530", b"2014-02-09T16:09:48-05:30"
    ),
]


def test_the_commits_are_those_of_git_am(run: Run, tree: Path, git: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "mbox").write_bytes(b"".join(MAILS))
    git("worktree", "add", "--quiet", "--detach", tmp_path / "am")
    git("-C", tmp_path / "am", "am", "--quiet", tmp_path / "mbox")
    (tree / MODULE).write_text("edited\n")
    git("add", MODULE)
    (tree / MODULE).write_text(changed(BASE, 5, "edited"))
    before = snapshot(tree), git("status", "--porcelain")
    answer = run("--series", tmp_path / "mbox", "--into-git", "topic", "-f", "json")
    told = valid("plan-1", answer.out)["branch"]
    assert answer.code == 0
    assert git("rev-parse", "topic") == git("-C", tmp_path / "am", "rev-parse", "HEAD") == told["commits"][-1]["commit"]
    assert len(told["commits"]) == len(MAILS)
    after = {path: state for path, state in snapshot(tree).items() if not path.startswith(".git/")}
    assert after == {path: state for path, state in before[0].items() if not path.startswith(".git/")}
    assert git("status", "--porcelain") == before[1]
    assert git("symbolic-ref", "HEAD") == "refs/heads/main"


def test_a_branch_that_is_there_goes_on(run: Run, tree: Path, git: Callable[..., str], tmp_path: Path) -> None:
    for number, word in ((5, "first"), (12, "second")):
        (tmp_path / f"{word}.diff").write_text(
            f"Description: make it {word}\n For a reason.\nOrigin: vendor\nAuthor: Ann\n\n{diff(number, word)}"
        )
        assert run(tmp_path / f"{word}.diff", "--into-git", "topic").code == 0
    assert git("log", "--format=%an|%cn|%B", "topic") == (
        "Ann|Cöm|make it second\n\nFor a reason.\n\nOrigin: vendor\n\n"
        "Ann|Cöm|make it first\n\nFor a reason.\n\nOrigin: vendor\n\na|Cöm|start"
    )
    assert git("show", f"topic:{MODULE}") + "\n" == changed(changed(BASE, 5, "first"), 12, "second")
    answer = run(tmp_path / "first.diff", "--into-git", "topic")
    assert (answer.code, answer.out.endswith("Nothing to do: the tree already has everything.\n")) == (0, True)
    assert not (tree / ".hpatch").exists()


def test_nothing_is_committed_where_one_does_not_fit(
    run: Run, tree: Path, git: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "good.diff").write_text(diff(5, "first"))
    (tmp_path / "bad.diff").write_text(diff(12, "second").replace("line 11", "other 11"))
    assert run(tmp_path / "good.diff", "--into-git", "topic", "--dry-run").code == 0
    answer = run(tmp_path / "good.diff", tmp_path / "bad.diff", "--into-git", "topic", "-f", "json")
    assert (answer.code, json.loads(answer.out)["state"]) == (1, "refused")
    assert git("branch", "--list", "topic") == ""


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("main", 2, "the branch main is checked out"),
        ("a..b", 2, "'a..b' is not a name for a branch"),
        ("--help", 2, "'--help' is not a name for a branch"),
    ],
)
def test_other_branches(run: Run, tmp_path: Path, name: str, code: int, message: str) -> None:
    (tmp_path / "a.diff").write_text(diff(5, "first"))
    answer = run(tmp_path / "a.diff", f"--into-git={name}")
    assert (answer.code, answer.out, message in answer.err) == (code, "", True)


def test_wrong_uses(run: Run, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.diff").write_text(diff(5, "first"))
    answer = run("r1591472", "--into-git", "topic")
    assert (answer.code, "--into-git is for diffs and series" in answer.err) == (2, True)
    answer = run(tmp_path / "a.diff", "--into-git", "topic", "--reject", tmp_path / "out")
    assert (answer.code, "--into-git excludes" in answer.err) == (2, True)
    (tmp_path / "plain").mkdir()
    answer = call(capsys, "apply", tmp_path / "a.diff", "--into-git", "topic", "--tree", tmp_path / "plain")
    assert (answer.code, "not a git repository" in answer.err) == (3, True)


@pytest.mark.parametrize("path", ["link", "folder/x", "README/x", "include"])
def test_no_commit_goes_through_a_link(
    run: Run, tree: Path, git: Callable[..., str], tmp_path: Path, path: str
) -> None:
    (tree / "link").symlink_to("README")
    (tree / "folder").symlink_to("/tmp")
    git("add", "--all")
    git("-c", "user.name=a", "-c", "user.email=a@x.org", "commit", "-qm", "links")
    (tmp_path / "a.diff").write_text(f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n")
    answer = run(tmp_path / "a.diff", "--into-git", "topic")
    assert (answer.code, answer.out, "link" in answer.err or "regular file" in answer.err) == (3, "", True)
    assert git("branch", "--list", "topic") == ""
