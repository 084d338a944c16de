"""Building the real thing: Debian's own source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from debian_source import debian_source

from hpatch.httpd.build import Options, build
from hpatch.httpd.buildplan import STATIC
from hpatch.httpd.installed import ask

pytestmark = pytest.mark.proof


def test_debians_source_builds_and_builds_again_in_seconds(tmp_path: Path) -> None:
    tree = debian_source()
    prefix, folder = tmp_path / "prefix", tmp_path / "build"
    built = build(tree, prefix, Options(documentation=False), folder)
    found = ask(str(built.program))
    assert found.mpm == "event"
    names = {name.removeprefix("mod_").removesuffix(".c") for name in found.static}
    assert set(STATIC) <= names
    module = tmp_path / "build/source/modules/proxy/mod_proxy_fcgi.c"
    before = module.stat().st_mtime_ns
    again = build(tree, prefix, Options(documentation=False), folder)
    assert module.stat().st_mtime_ns == before
    assert "configure" not in again.seconds
    assert again.seconds["make"] < built.seconds["make"] / 3
    subprocess.run([built.program, "-v"], check=True, stdout=subprocess.DEVNULL)
