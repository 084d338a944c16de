"""uwsgi-lingering-close, proved on a release, and faulty versions of it refused. The source comes by pip."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.lab.matrix import Experiment, run
from hpatch.lab.model import BackendSpec, Cell, GatewayKind, GatewaySpec, Result
from hpatch.lab.registry import find

RELEASE = "2.0.31"
SET = "uwsgi-lingering-close"
HANDED_OVER = "void uwsgi_linger_fd(int fd) {\n"
FAULT = '(getenv("HPATCH_FAULT") && !strcmp(getenv("HPATCH_FAULT"), "{}"))'
CLOSE = "close(fd); __sync_sub_and_fetch(&uwsgi_linger.held, 1); return;"
WAIT = "char b[4096]; struct pollfd p = {fd, POLLIN, 0}; shutdown(fd, SHUT_WR); "
WAIT += "while (poll(&p, 1, -1) > 0 && read(fd, b, 4096) > 0); "
FAULTS = {
    "resets": (HANDED_OVER, f"{HANDED_OVER}if ({FAULT.format('resets')}) {{ {CLOSE} }}\n", "responses are not whole"),
    "waits": (HANDED_OVER, f"{HANDED_OVER}if ({FAULT.format('waits')}) {{ {WAIT}{CLOSE} }}\n", "waits for the bodies"),
    "endless": (
        "if (!over) continue;",
        f"if (!over || {FAULT.format('endless')}) continue;",
        "reads on without an end",
    ),
}
"""A part of the set's code, what a fault makes of it, and what the proof is to say."""
pytestmark = [pytest.mark.proof, pytest.mark.httpd]
Program = Callable[[str], Path]


def source(folder: Path, archive: Path, kind: str) -> Path:
    """The release as it is (`before`), with the set (`after`), or with a set that has all faults (`faulty`)."""
    subprocess.run(("tar", "-xf", archive, "-C", folder), check=True)
    (tree,) = (path for path in folder.iterdir() if path.is_dir())
    if kind != "before":
        command = (sys.executable, "-m", "hpatch", "apply", SET, "--tree", tree)
        subprocess.run(command, check=True, capture_output=True)
    if kind == "faulty":
        file = tree / "proto/base.c"
        text = file.read_text()
        for old, new, _ in FAULTS.values():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        file.write_text(text)
    return tree


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program of each kind, built once."""
    made: dict[str, Path] = {}
    packages = tmp_path_factory.mktemp("packages")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
    subprocess.run((*pip, "--dest", packages, f"uwsgi=={RELEASE}"), check=True, capture_output=True)
    (archive,) = packages.iterdir()

    def build(kind: str) -> Path:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            tree = source(folder, archive, kind)
            command = (sys.executable, "-m", "hpatch", "build", tree, "--prefix", folder / "prefix")
            cache = {**os.environ, "XDG_CACHE_HOME": str(folder)}
            subprocess.run(command, check=True, capture_output=True, env=cache)
            made[kind] = folder / "prefix/bin/uwsgi"
        return made[kind]

    return build


def tried(program: Path, gateway: GatewayKind, requests: int = 8) -> Result:
    return run(Experiment(find(SET), Cell(GatewaySpec(gateway), BackendSpec("uwsgi", program), "tcp", 2)), requests)


@pytest.mark.nginx
@pytest.mark.proves(SET)
@pytest.mark.parametrize("gateway", ["httpd", "nginx"])
def test_the_faults_are_there_before_and_not_after(program: Program, gateway: GatewayKind) -> None:
    before, after = tried(program("before"), gateway), tried(program("after"), gateway)
    assert before.verdict == "failed", before
    assert "responses are not whole" in before.why and "waits for the bodies" in before.why, before
    assert after.verdict == "passed", after
    assert before.backend == after.backend == RELEASE


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_version_is_refused(program: Program, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setenv("HPATCH_FAULT", fault)
    found = tried(program("faulty"), "httpd", 4)
    assert found.verdict == "failed", found
    assert FAULTS[fault][2] in found.why, found
