"""Commits on a branch: what git makes of them, and branches that others move meanwhile."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hpatch.errors import ToolError
from hpatch.patch.sources import commits
from hpatch.patch.sources.commits import FILE, LINK, PROGRAM, CommitFile, NewCommit
from hpatch.patch.sources.git import Git

pytestmark = pytest.mark.git
WHO = b"Ann <ann@example.org> 1700000000 +0100"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    **{f"GIT_{role}_{what}": "eve@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


def run(folder: Path, *arguments: str) -> str:
    command = ("git", "-C", str(folder), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout.strip()


def test_a_branch_that_somebody_else_made_or_moved_stays(tmp_path: Path) -> None:
    run(tmp_path, "init", "--quiet")
    (tmp_path / "a").write_text("a\n", encoding="utf-8")
    run(tmp_path, "add", "a")
    run(tmp_path, "commit", "--quiet", "-m", "start")
    git, base = Git(str(tmp_path)), run(tmp_path, "rev-parse", "HEAD")
    first = NewCommit(
        author=WHO,
        message=b"first\n",
        files=(
            CommitFile("a/b", PROGRAM, b"#!\n"),
            CommitFile("l\n", LINK, b"a/b"),
            CommitFile("a", FILE, None),
        ),
    )
    again = NewCommit(WHO, b"again\n", (CommitFile("c", FILE, b""),), tree=run(tmp_path, "rev-parse", "HEAD^{tree}"))
    made = commits.write(git, "new", base, (first, again), who=WHO, new=True)
    rows = [row.split() for one in made for row in run(tmp_path, "ls-tree", "-r", one).splitlines()]
    assert [(mode, path) for mode, _, _, path in rows] == [
        *(("100755", "a/b"), ("120000", '"l\\n"')),
        *(("100644", "a"), ("100644", "c")),
    ]
    assert run(tmp_path, "log", "-2", "--format=%s|%an|%ci", "new").splitlines() == [
        "again|Ann|2023-11-14 23:13:20 +0100",
        "first|Ann|2023-11-14 23:13:20 +0100",
    ]
    assert run(tmp_path, "rev-parse", "new") == made[-1]
    run(tmp_path, "branch", "other", base)
    before = run(tmp_path, "for-each-ref")
    for name, new, what in (("other", True, "made"), ("new", False, "moved")):
        with pytest.raises(ToolError, match=f"the branch {name} cannot be {what}"):
            commits.write(git, name, base, (again,), who=WHO, new=new)
    assert run(tmp_path, "for-each-ref") == before
