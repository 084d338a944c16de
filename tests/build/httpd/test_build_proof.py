"""Building the real thing: Debian's own source."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hpatch.build.httpd.build import build
from hpatch.build.httpd.installed import ask
from hpatch.build.httpd.optional import left_out
from hpatch.build.httpd.plan import STATIC
from hpatch.build.options import BuildOptions
from hpatch.build.trees.source import open_tree
from tests.support.build.debian_source import debian_source

pytestmark = pytest.mark.proof


def test_debians_source_builds_and_builds_again_in_seconds(tmp_path: Path) -> None:
    tree = debian_source()
    prefix, folder = tmp_path / "prefix", tmp_path / "build"
    built = build(tree, prefix, BuildOptions(documentation=False), folder)
    found = ask(str(built.program))
    assert found.mpm == "event"
    names = {name.removeprefix("mod_").removesuffix(".c") for name in found.static}
    assert set(STATIC) - set(left_out(open_tree(tree))) <= names
    module = tmp_path / "build/source/modules/proxy/mod_proxy_fcgi.c"
    before = module.stat().st_mtime_ns
    again = build(tree, prefix, BuildOptions(documentation=False), folder)
    assert module.stat().st_mtime_ns == before
    assert "configure" not in again.seconds
    assert again.seconds["make"] < built.seconds["make"] / 3
    subprocess.run([built.program, "-v"], check=True, stdout=subprocess.DEVNULL)


def test_a_tree_without_configure_gets_one(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(debian_source(), tree, ignore=shutil.ignore_patterns("manual"))
    (tree / "configure").unlink()
    built = build(tree, tmp_path / "prefix", BuildOptions(documentation=False), tmp_path / "build")
    assert built.seconds["buildconf"] > 0
    assert ask(str(built.program)).mpm == "event"
    assert not (tree / "configure").exists()
