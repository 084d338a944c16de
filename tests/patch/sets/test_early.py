"""The sets for responses that come early, on every release. HPATCH_HTTPD_GIT names a git repository of httpd."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.lab.matrix import Experiment, run
from hpatch.lab.model import BackendSpec, Cell, GatewaySpec
from hpatch.lab.registry import find
from hpatch.patch.diff.read import read
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import PatchSet
from hpatch.versions import Version
from tests.support.build.debian_source import debian_source
from tests.support.build.fcgi_module import apxs, git, mirror, releases

FIRST = {"uwsgi": 30, "scgi": 0}
"""By scheme, the first release of 2.4 for which its set is."""
SABOTAGE = {
    "every error ends the exchange": ("APR_STATUS_IS_EPIPE(rv) || APR_STATUS_IS_ECONNRESET(rv)", "0"),
    "sending waits for the backend alone": ("events == APR_POLLIN", "0"),
    "every end is whole": ("rv == APR_EOF && !APR_STATUS_IS_ECONNRESET(body->error)", "1"),
}
"""By what they do, a text of the diff and what a sabotaged version has instead."""


@pytest.fixture(params=FIRST)
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def one(scheme: str) -> PatchSet:
    return load().get(f"{scheme}-early-response")


def module(scheme: str) -> str:
    return f"modules/proxy/mod_proxy_{scheme}.c"


def applied(one: PatchSet, scheme: str, folder: Path, version: Version, before: bytes) -> bytes:
    """The module with the set applied by GNU patch, without fuzz."""
    variant = one.variant(version)
    assert variant is not None
    file = folder / module(scheme)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before)
    assert not one.recognise[0].found(before)
    command = ("patch", "-p1", "-F0", "-s", "--force", "-d", folder, "-i", variant.diff)
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, (version, one.id, done.stdout)
    assert one.recognise[0].found(file.read_bytes())
    return file.read_bytes()


def test_the_ranges_cover_each_version_once(one: PatchSet, scheme: str) -> None:
    for patch in range(200):
        due = patch >= FIRST[scheme]
        assert one.applies.covers(Version(2, 4, patch)) is due
        assert sum(variant.versions.covers(Version(2, 4, patch)) for variant in one.variants) == due
    assert one.variant(Version(2, 5, 1)) is None


def test_each_diff_changes_the_module_alone(one: PatchSet, scheme: str) -> None:
    for variant in one.variants:
        diff = read(variant.diff.read_bytes(), variant.diff.name)
        assert [(patch.old, patch.new) for patch in diff.files] == [(f"a/{module(scheme)}", f"b/{module(scheme)}")]
        added = [line[1:] for line in variant.diff.read_text("latin-1").splitlines() if line[:1] == "+"]
        assert all(len(line) <= 79 and line == line.rstrip() and "\t" not in line for line in added)


@mirror
@pytest.mark.git
@pytest.mark.patch
def test_they_apply_without_fuzz_to_every_release(one: PatchSet, scheme: str, tmp_path: Path) -> None:
    tried = set()
    for name in releases():
        if name.startswith("2.4.") and one.applies.covers(version := Version.parse(name)):
            before = git("show", f"refs/tags/{name}:{module(scheme)}")
            variant = one.variant(version)
            assert variant is not None
            if (before, variant.diff) not in tried:
                applied(one, scheme, tmp_path / name, version, before)
                tried.add((before, variant.diff))
    assert len(tried) >= 8


def compiled(folder: Path, scheme: str, source: bytes) -> GatewaySpec:
    """The packaged httpd with this module."""
    tree = debian_source()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    name = f"mod_proxy_{scheme}"
    (folder / f"{name}.c").write_bytes(source)
    (folder / "scgi.h").write_bytes((tree / "modules/proxy/scgi.h").read_bytes())
    command = ("apxs", "-c", "-Wc,-Wall", "-Wc,-Wdeclaration-after-statement", f"{name}.c")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning: " not in done.stderr, done.stderr
    return GatewaySpec("httpd", None, {f"proxy_{scheme}": folder / ".libs" / f"{name}.so"})


@pytest.mark.proof
@pytest.mark.patch
@pytest.mark.httpd
@apxs
@pytest.mark.parametrize(
    "scheme", [pytest.param(scheme, marks=pytest.mark.proves(f"{scheme}-early-response")) for scheme in FIRST]
)
def test_what_the_scenario_says_of_them(scheme: str, tmp_path: Path) -> None:
    """It passes with the set, over both transports, and refuses each sabotaged version of it."""
    one = load().get(f"{scheme}-early-response")
    tmp_path.chmod(0o755)
    tmp_path.parent.chmod(0o755)
    before = (debian_source() / module(scheme)).read_bytes()
    patched = applied(one, scheme, tmp_path / "tree", Version(2, 4, 68), before)
    versions = {"patched": patched, "as it is": before}
    for about, (text, instead) in SABOTAGE.items():
        assert patched.count(text.encode()) == 1, about
        versions[about] = patched.replace(text.encode(), instead.encode())
    for number, (about, source) in enumerate(versions.items()):
        gateway = compiled(tmp_path / str(number), scheme, source)
        for transport in ("unix", "tcp") if about == "patched" else ("unix",):
            cell = Cell(gateway, BackendSpec("responder"), transport)
            found = run(Experiment(find(one.id), cell))
            assert found.verdict == ("passed" if about == "patched" else "failed"), (about, found)
            assert found.figures.segfaults == 0
