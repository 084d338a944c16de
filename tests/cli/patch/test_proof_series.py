"""Debian's series: hpatch against quilt, and a packager's cycle that dpkg-source accepts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.series import compare
from tests.support.build.debian_source import debian_source

pytestmark = [pytest.mark.proof, pytest.mark.quilt]
SET = "fcgi-stdin-eof"


@pytest.mark.parametrize("package", ["apache2", "nginx"])
def test_all_is_as_quilt_makes_it(package: str, tmp_path: Path) -> None:
    rows = list(compare(debian_source(package), tmp_path))
    assert [row.what for row in rows] == ["apply", "export", "pop", "refresh"]
    assert {row.what: list(row.different) for row in rows if row.different} == {}


def test_a_packagers_cycle(tmp_path: Path) -> None:
    """Take the series, add a set, refresh, give the series back, and build the source package."""
    tree = tmp_path / "apache2"
    shutil.copytree(debian_source(), tree, symlinks=True)
    patches = tree / "debian/patches"

    def run(*command: str | Path, folder: Path = tree) -> str:
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def hpatch(*words: str | Path) -> str:
        return run(sys.executable, "-m", "hpatch", *words)

    run("dpkg-source", "--after-build", ".")  # takes the patches off where they are applied
    if (tree / ".pc").is_dir():
        run("quilt", "pop", "-a")
        shutil.rmtree(tree / ".pc")
    before = {path.name: path.read_bytes() for path in patches.iterdir()}
    names = [line.split()[0] for line in before["series"].decode().splitlines() if line.strip() and line[0] != "#"]
    source, version = re.match(r"(\S+) \(([^-]+)-", (tree / "debian/changelog").read_text()).groups()  # type: ignore[union-attr]
    upstream = tmp_path / f"{source}-{version}"
    shutil.copytree(tree, upstream, symlinks=True, ignore=shutil.ignore_patterns("debian"))
    run("tar", "-czf", f"{source}_{version}.orig.tar.gz", upstream.name, folder=tmp_path)

    hpatch("apply", "--series", "debian/patches")
    hpatch("apply", SET)
    assert hpatch("applied").split() == [*names, SET]
    file = tree / "modules/proxy/mod_proxy_fcgi.c"
    file.write_bytes(file.read_bytes() + b"/* mine */\n")
    assert f"{SET}: written again" in hpatch("refresh", "--all")
    hpatch("export", SET, "--output", "debian/patches", "--forwarded", "no", "--bug", "https://bugs.example.org/1")
    hpatch("export", "--output", "debian/patches", "--force", "--dry-run")
    assert (patches / "series").read_bytes() == before["series"].rstrip(b"\n") + f"\n{SET}.patch\n".encode()
    assert {
        name: data for path in patches.iterdir() if (name := path.name) in names for data in [path.read_bytes()]
    } == {name: before[name] for name in names}
    text = (patches / f"{SET}.patch").read_text()
    header = text.partition("\n--- ")[0].partition("\ndiff --git ")[0]
    for field in ("Description: ", "Origin: vendor\n", "Forwarded: no\n", "Bug: https://", "Last-Update: 2"):
        assert f"\n{field}" in f"\n{header}\n"
    assert "\n+/* mine */\n" in text
    hpatch("revert", "--all")
    assert not (tree / ".hpatch").exists()

    assert f"applying {SET}.patch" in run("dpkg-source", "--before-build", ".")
    assert file.read_bytes().endswith(b"/* mine */\n")
    run("dpkg-source", "-b", "apache2", folder=tmp_path)
    (description,) = tmp_path.glob("*.dsc")
    run("dpkg-source", "--no-check", "-x", description.name, "unpacked", folder=tmp_path)
    told = hpatch("status", SET, "--tree", tmp_path / "unpacked")
    assert re.search(rf"{SET}\s+present\s+the code shows it", told)
