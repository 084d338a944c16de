"""The Debian package: built without an index, by Debian's own tools, and looked at by lintian."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEM = {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
"""Debian's Python, and not that of the tests."""


@pytest.mark.debian
@pytest.mark.proof
def test_the_package(root: Path, tmp_path: Path) -> None:
    source = tmp_path / "hpatch"
    source.mkdir()
    names = (
        "hpatch", "grammars", "patches", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "debian",
        "tests/corpus/include",
    )  # fmt: skip
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", *names],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    copied = list(filter(None, listed.stdout.split("\0")))
    for name in copied:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((root / name).read_bytes())
        (source / name).chmod((root / name).stat().st_mode & 0o777)
    # What debian/README.source tells to fetch: the last that needs an index.
    fetch = [sys.executable, "-m", "pip", "--quiet", "download", "--only-binary", ":all:", "hatchling>=1.27", root]
    subprocess.run([*fetch, "-d", source / "debian" / "wheels"], check=True, capture_output=True)
    for own in (source / "debian" / "wheels").glob("hpatch-*"):
        own.unlink()
    build = ["dpkg-buildpackage", "-us", "-uc", "-b"]
    built = subprocess.run(build, cwd=source, env=SYSTEM, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    assert [name for name in copied if not (source / name).is_file()] == []
    (package,) = tmp_path.glob("hpatch_*_all.deb")
    checked = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error,warning", package],
        env=SYSTEM, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stdout) == (0, "")
    subprocess.run(["dpkg-deb", "-x", package, tmp_path / "out"], check=True)
    out = tmp_path / "out" / "usr"
    there = ("man/man1/hpatch-lint.1.gz", "bash-completion/completions/hpatch", "zsh/vendor-completions/_hpatch")
    assert all((out / "share" / name).is_file() for name in there)
    start = (out / "bin" / "hpatch").read_text().replace("/usr/lib/hpatch", str(out / "lib" / "hpatch"))
    command = ["/usr/bin/python3", "-I", "-c", start, "rule", "WK001"]
    done = subprocess.run(command, cwd=tmp_path, env=SYSTEM, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("WK001 uds-worker-collision")
