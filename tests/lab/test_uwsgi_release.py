"""Releases of uWSGI: fetched, built and kept as a whole, or not at all.

The failures are tried with a made-up source package, whose build is a small compilation; the proof builds real ones.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.errors import ToolError, UsageError
from hpatch.lab.backends import uwsgi, uwsgi_release
from hpatch.lab.model import Cell, GatewaySpec
from hpatch.lab.session import Session
from tests.support.patience import PATIENCE

VERSION = "9.8.7"
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = f"""
import pathlib
def prepare_metadata_for_build_wheel(directory, settings=None):
    folder = pathlib.Path(directory) / "uwsgi-{VERSION}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\\nName: uwsgi\\nVersion: {VERSION}\\n")
    return folder.name
"""
BUILD = f"""
import os, pathlib, subprocess, sys, time
assert pathlib.Path("buildconf/hpatch.ini").is_file()
compiler = os.environ["CC"]
assert subprocess.check_output([compiler, "-dumpversion"]).count(b".") == 2
if "--build" in sys.argv:
    with open(os.environ["COUNT"], "a") as stream:
        stream.write("built\\n")
    pathlib.Path("main.c").write_text('#include <stdio.h>\\nint main(void) {{ puts("{VERSION}"); return 0; }}\\n')
    if os.environ.get("FAIL") == "build":
        pathlib.Path("main.c").write_text("int main(void) {{ return nonsense; }}\\n")
    subprocess.run([compiler, "-o", "uwsgi", "main.c"], check=True)
else:
    time.sleep(float(os.environ.get("PAUSE", "0")))
    if os.environ.get("FAIL") == "plugin":
        sys.exit("no plugin today")
    pathlib.Path("symcall_plugin.so").touch()
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """hpatch's folder in a new cache; pip finds the made-up package, and nothing else."""
    packages = tmp_path / "packages"
    packages.mkdir()
    with tarfile.open(packages / f"uwsgi-{VERSION}.tar.gz", "w:gz") as archive:
        files = {"pyproject.toml": PROJECT, "backend.py": BACKEND, "uwsgiconfig.py": BUILD, "buildconf/base.ini": ""}
        for name, text in files.items():
            told = tarfile.TarInfo(f"uwsgi-{VERSION}/{name}")
            told.size = len(text)
            archive.addfile(told, io.BytesIO(text.encode()))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": packages.as_uri(), "PIP_CONFIG_FILE": os.devnull}
    for name, value in {**settings, "COUNT": str(tmp_path / "count"), "XDG_CACHE_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "hpatch"


def builds(cache: Path) -> int:
    count = cache.parent / "count"
    return count.read_text().count("built") if count.exists() else 0


def content(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir())


def until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_a_release_is_built_once(cache: Path) -> None:
    said: list[str] = []
    program = uwsgi_release.program(VERSION, said.append)
    assert program == cache / f"uwsgi-{VERSION}" / "uwsgi"
    assert uwsgi.version(program) == VERSION
    assert said == [f"fetching uWSGI {VERSION}", f"building uWSGI {VERSION}"]
    assert uwsgi_release.program(VERSION, said.append) == program
    assert uwsgi_release.program("latest", said.append) == program
    assert said[2:] == ["fetching uWSGI latest"]
    assert uwsgi_release.program("latest", said.append) == program
    assert said[3:] == []
    assert builds(cache) == 1
    assert content(cache) == [f"uwsgi-{VERSION}", "uwsgi.lock"]


@pytest.mark.parametrize(
    ("fail", "said"),
    [
        ("build", "uwsgi-9.8.7 cannot be built: .*nonsense"),
        pytest.param("plugin", "cannot be built: no plugin", marks=pytest.mark.proof),
    ],
)
def test_a_build_that_fails(cache: Path, monkeypatch: pytest.MonkeyPatch, fail: str, said: str) -> None:
    monkeypatch.setenv("FAIL", fail)
    with pytest.raises(ToolError, match=said) as caught:
        uwsgi_release.program(VERSION)
    assert "\n" not in str(caught.value)
    assert content(cache) == ["uwsgi.lock"]


def test_a_release_that_there_is_not(cache: Path) -> None:
    with pytest.raises(ToolError, match=r"pip does not fetch uwsgi==9\.9: .*No matching distribution"):
        uwsgi_release.program("9.9")
    assert content(cache) == ["uwsgi.lock"]


def test_a_cache_that_takes_nothing(cache: Path) -> None:
    (cache / "uwsgi.lock").mkdir(parents=True)
    cache.chmod(0o700)
    with pytest.raises(ToolError, match=r"uwsgi\.lock: Is a directory: uWSGI cannot be built"):
        uwsgi_release.program(VERSION)


@pytest.mark.parametrize("text", ["", "2", "2.0.4 ", "../2.0", "2.0.4;id", "newest"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(UsageError, match="is not a version"):
        uwsgi_release.program(text)


COMMAND = [sys.executable, "-c", f"from hpatch.lab.backends.uwsgi_release import program; program('{VERSION}', print)"]


@pytest.mark.proof
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_build_that_is_interrupted(cache: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "PAUSE": "100"}
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(lambda: builds(cache) == 1)
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    until(lambda: content(cache) == ["uwsgi.lock"])
    assert uwsgi_release.program(VERSION).is_file()


@pytest.mark.proof
def test_two_at_once_build_it_once(cache: Path) -> None:
    environment = {**os.environ, "PAUSE": "5"}
    with subprocess.Popen(COMMAND, env=environment) as first:
        until(lambda: builds(cache) == 1)
        said: list[str] = []
        assert uwsgi_release.program(VERSION, said.append).is_file()
        assert said == ["waiting for another hpatch that builds uWSGI"]
        assert first.wait(PATIENCE) == 0
    assert builds(cache) == 1


@pytest.mark.proof
@pytest.mark.parametrize("version", ["2.0.4", "latest"])
def test_the_real_one_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    program = uwsgi_release.program(version)
    assert uwsgi.version(program) == program.parent.name.removeprefix("uwsgi-")
    with Session() as session:
        cell = Cell(GatewaySpec("httpd"), uwsgi.BackendSpec("uwsgi", program), "unix", 4)
        assert session.uwsgi(cell, "fcgi").path is not None
