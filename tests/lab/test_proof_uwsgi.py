"""The sets for uWSGI, proved on the release that their fault is in. Takes a mirror of uWSGI's history."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.lab.matrix import Experiment, run
from hpatch.lab.model import BackendSpec, Cell, GatewaySpec, Result, Transport
from hpatch.lab.registry import find
from tests.support.report.schema import valid

MIRROR = os.environ.get("HPATCH_UWSGI_GIT", "")
RELEASE = "2.0.4"
pytestmark = [pytest.mark.proof, pytest.mark.git, pytest.mark.uwsgi_git, pytest.mark.httpd]
Tried = Callable[[str, str | None], Result]


def source(folder: Path, set: str | None) -> Path:
    """The release with a set and what it needs."""
    tree = folder / f"uwsgi-{RELEASE}"
    tree.mkdir(parents=True)
    archive = subprocess.run(("git", "-C", MIRROR, "archive", RELEASE), stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(("tar", "-x", "-C", tree), input=archive, check=True)
    if set is not None:
        command = (sys.executable, "-m", "hpatch", "apply", set, "--tree", tree, "--git", MIRROR)
        subprocess.run(command, check=True, capture_output=True)
    return tree


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Try a scenario with 2.0.4, built once with each set."""
    programs: dict[str | None, Path] = {}

    def program(set: str | None) -> Path:
        if set not in programs:
            folder = tmp_path_factory.mktemp(set or "as-it-is")
            tree = source(folder / "source", set)
            command = (sys.executable, "-m", "hpatch", "build", tree, "--prefix", folder / "prefix")
            cache = {**os.environ, "XDG_CACHE_HOME": str(folder)}
            subprocess.run(command, check=True, capture_output=True, env=cache)
            programs[set] = folder / "prefix/bin/uwsgi"
        return programs[set]

    def run_it(scenario: str, set: str | None) -> Result:
        transport: Transport = "unix"
        cell = Cell(GatewaySpec("httpd"), BackendSpec("uwsgi", program(set)), transport, 4)
        return run(Experiment(find(scenario), cell))

    return run_it


@pytest.mark.parametrize(
    "set",
    [pytest.param(set, marks=pytest.mark.proves(set)) for set in ("uwsgi-fcgi-parser", "uwsgi-stdin-eof")],
)
def test_each_fault_is_there_before_and_not_after(tried: Tried, set: str) -> None:
    """The sets have the scenarios of their names."""
    before, after = tried(set, None), tried(set, set)
    assert before.verdict == "failed", before
    assert after.verdict == "passed", after
    assert before.backend == after.backend == RELEASE


def test_the_one_set_does_not_do_what_the_other_does(tried: Tried) -> None:
    assert tried("uwsgi-stdin-eof", "uwsgi-fcgi-parser").verdict == "failed"


@pytest.mark.proves("uwsgi-stdin-eof")
def test_verify_proves_it_with_the_diffs_of_the_history(tmp_path: Path) -> None:
    tree = source(tmp_path / "source", None)
    places = ("--git", MIRROR, "--build-dir", tmp_path / "build", "--format", "json")
    command = (sys.executable, "-m", "hpatch", "verify", "uwsgi-stdin-eof", "--tree", tree, *places)
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = valid("proof-1", done.stdout)
    assert {one["id"]: one["proved"] for one in told["sets"]} == dict.fromkeys(
        ("uwsgi-fcgi-parser", "uwsgi-static-average", "uwsgi-stdin-eof"), True
    )
    rows = [row for row in told["rows"] if "uwsgi-stdin-eof" in row["sets"]]
    assert {(row["before"]["transport"], row["before"]["threads"]) for row in rows} == {
        (transport, threads) for transport in ("unix", "tcp") for threads in (1, 4)
    }
    assert {row["shown"] for row in rows} == {"proved"}
    assert told["net"]["differences"] == []
