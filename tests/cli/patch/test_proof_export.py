"""`hpatch set export` of sets for nginx and uWSGI: quilt takes the patches on their sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.build.debian_source import debian_source

RELEASE = "2.0.31"
pytestmark = [pytest.mark.proof, pytest.mark.quilt]


def nginx(folder: Path) -> Path:
    """Debian's source, which has a series that is applied."""
    return Path(shutil.copytree(debian_source("nginx"), folder / "tree"))


def uwsgi(folder: Path) -> Path:
    """The source that pip brings."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
    subprocess.run((*pip, "--dest", folder, f"uwsgi=={RELEASE}"), check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder)
    return folder / archive.name.removesuffix(".tar.gz")


@pytest.mark.parametrize(("source", "set"), [(nginx, "nginx-empty-response"), (uwsgi, "uwsgi-lingering-close")])
def test_quilt_pushes_it_and_the_tree_then_has_the_set(
    source: Callable[[Path], Path], set: str, tmp_path: Path
) -> None:
    tree = source(tmp_path)
    patches = tree / "debian/patches"
    before = (patches / "series").read_text().split() if patches.is_dir() else []

    def hpatch(*arguments: str | Path) -> str:
        command = (sys.executable, "-m", "hpatch", *arguments, "--tree", tree)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    hpatch("set", "export", set, "--as", "quilt", "--output", patches)
    assert (patches / "series").read_text().split() == [*before, f"{set}.patch"]
    quilt = ("quilt", "push", "-a", "--fuzz=0")
    subprocess.run(
        quilt, cwd=tree, check=True, capture_output=True, env={**os.environ, "QUILT_PATCHES": "debian/patches"}
    )
    (told,) = (line for line in hpatch("status").splitlines() if line.startswith(f"{set} "))
    assert "the code shows it" in told
