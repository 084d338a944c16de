"""`hpatch backport propose --branch` in a clone with a work tree of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.backport import two_lines
from tests.support.backport.status_text import TEXT
from tests.support.backport.two_lines import A, B
from tests.support.cli.call import Answer, call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.git


class Clone:
    """A clone in which somebody works: a file is changed, one is staged and one is new."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.folder = folder
        self._run("git", "clone", "--quiet", str(repository), str(folder))
        self.git("config", "user.name", "Eve")
        self.git("config", "user.email", "eve@example.org")
        self.git("config", "core.hooksPath", str(folder / ".git" / "hooks"))
        hook = folder / ".git" / "hooks" / "reference-transaction"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho ran >> '{folder}/.git/ran'\n", encoding="utf-8")
        hook.chmod(0o755)
        for name in ("staged", "new", A):
            (folder / name).write_text("mine\n", encoding="utf-8")
        self.git("add", "staged")

    def git(self, *arguments: str) -> str:
        return self._run("git", "-C", str(self.folder), *arguments)

    @staticmethod
    def _run(*command: str) -> str:
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=two_lines.ENVIRONMENT)
        return done.stdout

    @property
    def state(self) -> tuple[str, ...]:
        """What must stay: HEAD, the branches, the index, the files."""
        asked = (("symbolic-ref", "HEAD"), ("for-each-ref",), ("ls-files", "--stage"), ("status", "--porcelain"))
        return tuple(self.git(*one) for one in asked)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """One clone for all: a test makes a branch of another name than all others."""
    folder = tmp_path_factory.mktemp("branching")
    return Clone(two_lines.build(folder / "repository"), folder / "clone")


@pytest.fixture(autouse=True)
def surroundings(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(clone.folder.with_name("cache")))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("HOME", str(clone.folder.parent))
    monkeypatch.delenv("EMAIL", raising=False)


def propose(capsys: Capture, clone: Clone, *arguments: object) -> Answer:
    return call(capsys, "backport", "propose", *arguments, "--repo", clone.folder)


def test_a_commit_for_each_revision(capsys: Capture, clone: Clone) -> None:
    before = clone.state
    (clone.folder / ".git" / "ran").unlink(missing_ok=True)
    answer = propose(capsys, clone, "r1950001,r1950002,r1950003", "--branch", "up/merge")
    assert (answer.code, answer.err) == (0, "")
    made = "up/merge: made on 2.4.x at r1950009, with 3 commits; push it with git push REMOTE up/merge"
    assert f"{made}, and give --at its pull request's URL for the entry\n" in answer.out
    newest, *_, oldest = clone.git("log", "-3", "--format=%H", "up/merge").split()
    assert f"  {oldest[:12]} r1950001\n" in answer.out
    shown = clone.git("show", "--no-patch", "--format=%an <%ae> %ad; %cn <%ce>; %B", "--date=raw", oldest)
    assert shown.startswith(
        "Ann Example <ann@example.org> 1700000003 +0000; Eve <eve@example.org>; Merge r1950001 from"
    )
    assert shown.strip().endswith(
        "trunk:\n\nmod_a: Fix the first thing.\n\nIt was broken.\n\nPR: 60001\nSubmitted by: Cid <cid example org>"
    )
    changed = [clone.git("show", "--name-only", "--format=", one).split() for one in (oldest, f"{newest}^", newest)]
    assert changed == [["CHANGES", A], [A], [B]]
    assert clone.git("merge-base", "origin/2.4.x", newest) == clone.git("rev-parse", "origin/2.4.x")
    assert clone.git("show", f"{newest}:{A}").encode() == two_lines.lines("a", {5: "fixed; /* so */", 39: "end;"})
    assert clone.git("show", f"{newest}:STATUS") == clone.git("show", "origin/2.4.x:STATUS")
    assert not (clone.folder / ".git" / "ran").exists()
    assert not clone.git("fsck", "--no-dangling", "--strict")
    clone.git("update-ref", "-d", "refs/heads/up/merge")
    assert clone.state == before


def test_the_branch_is_what_the_patch_makes(capsys: Capture, clone: Clone, tmp_path: Path) -> None:
    patch = tmp_path / "a.patch"
    assert propose(capsys, clone, "1950001,1950003", "--branch", "patched", "--patch", patch).code == 0
    tree = two_lines.checkout(clone.folder, tmp_path / "tree", "origin/2.4.x")
    subprocess.run(["git", "apply", "-p0", patch], cwd=tree, check=True, env=two_lines.ENVIRONMENT)
    made = two_lines.checkout(clone.folder, tmp_path / "made", "patched")
    subprocess.run(["diff", "-r", tree, made], check=True)


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("there", 2, "has a branch there already; give another name, or delete it with 'git branch -D there'"),
        ("there/below", 4, "the branch there/below cannot be made"),
        ("2.4.x", 2, "2.4.x is the name of a branch that is read"),
        ("a..b", 2, "'a..b' cannot be the name of a branch"),
        ("-f", 2, "'-f' cannot be the name of a branch"),
        ("HEAD", 2, "'HEAD' cannot be the name of a branch"),
    ],
)
def test_names_that_are_refused(capsys: Capture, clone: Clone, name: str, code: int, said: str) -> None:
    clone.git("branch", "--force", "there")
    before = clone.state
    answer = propose(capsys, clone, "r1950001", f"--branch={name}")
    assert (answer.code, answer.out, answer.err.count("\n")) == (code, "", 1)
    assert said in answer.err
    assert clone.state == before


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("r1950004", "one place of it conflicts, so 2.4.x needs a patch of its own"),
        ("r1950007", "2.4.x has none of the files that it changes"),
        ("r1950008", "2.4.x has it already, merged in r1950009"),
    ],
)
def test_what_does_not_merge_gets_no_branch(capsys: Capture, clone: Clone, revision: str, said: str) -> None:
    before = clone.state
    for more in (("--at", "https://example.org/x.patch"), ("--format", "github")):
        answer = propose(capsys, clone, revision, "--branch", "merge", *more)
        assert answer.code == 1
        assert said in " ".join((answer.out + answer.err).split())
    assert clone.state == before


def test_a_dry_run_and_data(capsys: Capture, clone: Clone) -> None:
    before = clone.state
    text = propose(capsys, clone, "r1910001", "--branch", "merge", "--dry-run")
    assert text.code == 0
    assert "merge: would be made on 2.4.x at r1950009, with 1 commit\n  r1910001\n" in text.out
    assert (
        "proposed       it is in 2.4.x:STATUS already, line 41" in " ".join(text.out.split("  "))
        or "line 41" in text.out
    )
    planned = valid("proposal-1", propose(capsys, clone, "r1910001", "--branch=x", "--dry-run", "-f", "json").out)
    assert planned["made"]["commits"] == [{"revision": "r1910001", "commit": None}]
    assert clone.state == before
    made = valid("proposal-1", propose(capsys, clone, "r1910001", "--branch", "x", "--format", "json").out)["made"]
    assert made["base"] == clone.git("rev-parse", "origin/2.4.x").strip()
    assert made["commits"] == [{"revision": "r1910001", "commit": clone.git("rev-parse", "x").strip()}]


def test_no_branch_without_the_entry(capsys: Capture, clone: Clone, tmp_path: Path) -> None:
    before = clone.state
    status = tmp_path / "STATUS"
    status.write_text(TEXT, encoding="utf-8")
    status.chmod(0o444)
    answer = propose(capsys, clone, "r1950001", "--branch", "entry", "--insert", status)
    assert (answer.code, "is read-only; nothing was changed" in answer.err) == (3, True)
    assert clone.state == before
    status.chmod(0o644)
    assert propose(capsys, clone, "r1950001", "--branch", "entry", "--insert", status).code == 0
    assert "r1950001" in status.read_text(encoding="utf-8")
    assert clone.git("show", "--name-only", "--format=%s", "entry").startswith("Merge r1950001 from trunk:")


def test_git_must_know_the_committer(capsys: Capture, clone: Clone) -> None:
    clone.git("config", "--unset", "user.email")
    answer = propose(capsys, clone, "r1950001", "--branch", "nobody")
    clone.git("config", "user.email", "eve@example.org")
    assert (answer.code, answer.err.count("\n")) == (4, 1)
    assert "git does not know who you are; run 'git config --global user.name NAME'" in answer.err
