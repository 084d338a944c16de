"""hpatch as a repository of hooks, which pre-commit clones and installs without a network."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

_FILES = (
    *("hpatch", "grammars", "patches"),
    *("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".pre-commit-hooks.yaml"),
)


def git(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run git as somebody; its hooks run, too, with these variables."""
    own = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
    environment = {**os.environ, **variables}
    command = ["git", "-C", folder, *own, *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def repository(root: Path, folder: Path) -> str:
    """Make a repository of this checkout's files in a new folder; its revision."""
    folder.mkdir()
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", *_FILES],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((root / name).read_bytes())
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        git(folder, *words).check_returncode()
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def offline(home: Path) -> dict[str, str]:
    """Variables for pre-commit: what a hook's environment lacks is taken from this one, and nothing is downloaded."""
    return {
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": site.getsitepackages()[0],
        "PRE_COMMIT_HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
