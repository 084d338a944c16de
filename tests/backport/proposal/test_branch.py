"""Branches of proposals: whatever a revision can do to a file, in a repository of git's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hpatch.backport.history.revisions import Revisions
from hpatch.backport.proposal import branch
from hpatch.backport.proposal.proposal import Wish, make

pytestmark = pytest.mark.git
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Zoë",
    "GIT_AUTHOR_EMAIL": "zoe@example.org",
    "GIT_AUTHOR_DATE": "2001-02-03T04:05:06+0530",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
}


def git(folder: Path, *arguments: str) -> str:
    command = ("git", "-C", str(folder), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout.strip()


def test_every_kind_of_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NAME", "EMAIL"):
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", "eve@example.org")
    git(tmp_path, "init", "--quiet", "-b", "main")
    for name in ("a.c", "gone.c", "run.sh"):
        (tmp_path / name).write_text(f"{name}\n", encoding="utf-8")
    (tmp_path / "link").symlink_to("a.c")
    (tmp_path / "b.gif").write_bytes(b"\0old")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "base")
    git(tmp_path, "branch", "2.x")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "b.gif").write_bytes(b"\0new")
    (tmp_path / "gone.c").unlink()
    git(tmp_path, "commit", "--quiet", "--all", "-m", "core: one")
    (tmp_path / "new.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "new.sh").chmod(0o755)
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("new.sh")
    (tmp_path / "other").symlink_to("a.c")
    (tmp_path / 'od"d\nname').write_bytes(b"\0x")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "two")
    history = Revisions(str(tmp_path), "2.x", "main")
    proposal = make(history, history.all("trunk")[::-1], Wish())
    assert (proposal.way, proposal.unmade) == ("works", "")
    assert proposal.patch is not None
    assert b"old mode 100644\nnew mode 100755\n" in proposal.patch
    assert b"new file mode 100755\n" in proposal.patch
    assert b"diff --git other other\nnew file mode 120000\n" in proposal.patch
    commits = branch.make(history, branch.plan(history, proposal), "pick/all")
    assert [git(tmp_path, "rev-parse", f"{one}^{{tree}}") for one in commits] == [
        git(tmp_path, "rev-parse", f"{one}^{{tree}}") for one in ("main^", "main")
    ]
    told = git(tmp_path, "log", "-1", "--format=%an %ae %aI %ce%n%B", "pick/all")
    origin = f"two\n\n(cherry picked from commit {git(tmp_path, 'rev-parse', 'main')})"
    assert told == f"Zoë zoe@example.org 2001-02-03T04:05:06+05:30 eve@example.org\n{origin}"
