"""mod_proxy_fcgi's text as httpd's releases have it, patched and compiled."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from hpatch.build.trees.source import open_tree
from hpatch.patch.diff.read import read
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import PatchSet
from hpatch.versions import Version
from tests.support.build.debian_source import debian_source

MODULE = "modules/proxy/mod_proxy_fcgi.c"
DEBIAN = "debian"
"""The name of Debian's own source, among tags."""
TRUNK = "trunk"
REPOSITORY = os.environ.get("HPATCH_HTTPD_GIT", "")
mirror = pytest.mark.httpd_git
apxs = pytest.mark.apxs


def releases() -> list[str]:
    """The tags of 2.4, and trunk."""
    tags = git("tag").decode().split()
    return [*(tag for tag in tags if re.fullmatch(r"2\.4\.\d+", tag)), TRUNK]


def released(name: str) -> tuple[Version, bytes]:
    """The module in a release, on trunk or in Debian's source, and which version that is."""
    if name == DEBIAN:
        tree = debian_source()
        return open_tree(tree).version, (tree / MODULE).read_bytes()
    if name == TRUNK:
        return Version(2, 5, 1), git("show", f"refs/heads/trunk:{MODULE}")
    return Version.parse(name), git("show", f"refs/tags/{name}:{MODULE}")


def git(*arguments: str) -> bytes:
    return subprocess.run(("git", "-C", REPOSITORY, *arguments), capture_output=True, check=True).stdout


def sets(*ids: str) -> list[PatchSet]:
    """Sets of the catalogue."""
    catalog = load()
    return [catalog.get(id) for id in ids]


def diff_for(one: PatchSet, version: Version) -> Path:
    """The diff that a set has for a version."""
    variant = one.variant(version)
    assert variant is not None, (one.id, version)
    return variant.diff


def patched(chosen: Sequence[PatchSet], version: Version, before: bytes) -> bytes:
    """The module with sets applied by hpatch, without fuzz."""
    for one in chosen:
        diff = diff_for(one, version)
        (patch,) = read(diff.read_bytes(), diff.name).files
        placed = place(before, patch, PlaceOptions())
        assert placed.ok, (one.id, version, placed.outcomes)
        assert {outcome.result for outcome in placed.outcomes} <= {"exact", "moved"}
        assert placed.after is not None
        before = placed.after
    return before


def compiled(folder: Path, source: bytes) -> tuple[Path, list[str]]:
    """The module compiled against the installed httpd, and the compiler's warnings without their lines' numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    (folder / "mod_proxy_fcgi.c").write_bytes(source)
    flags = [f"-Wc,{flag}" for flag in ("-Wall", "-Wextra", "-Wdeclaration-after-statement")]
    command = ("apxs", "-c", *flags, "mod_proxy_fcgi.c")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    warnings = re.findall(r"^mod_proxy_fcgi\.c:\d+:\d+: (warning: .*)$", done.stderr, re.M)
    return folder / ".libs" / "mod_proxy_fcgi.so", sorted(warnings)
