"""A step of CI, as GitHub's and GitLab's runners do it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def installed(root: Path, folder: Path) -> Path:
    """Put this checkout's `hpatch` where a runner's steps find it, in a folder beside the repository; the program."""
    program = folder / "hpatch/bin/hpatch"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m hpatch "$@"\n')
    program.chmod(0o755)
    return program


def step(script: str, work: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a repository, beside which hpatch is installed."""
    path = f"{work.parent / 'hpatch/bin'}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=work, env={"PATH": path, "RUNNER_TEMP": str(work.parent), **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
