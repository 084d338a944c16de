"""The workaround proved on a tag with Debian's own source: on this machine, and by a Dask cluster."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.build.debian_source import debian_source
from tests.support.lab.leftovers import nothing_left
from tests.support.patch.repositories import Repository

pytestmark = [pytest.mark.proof, pytest.mark.httpd, pytest.mark.apxs, pytest.mark.git]

CLUSTER = """\
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose one tag has what mod_proxy's modules are built from."""
    tree = debian_source()
    made = Repository(tmp_path_factory.mktemp("across") / "git")
    made.git("--work-tree", str(tree), "add", "--force", "include", "modules/proxy", "configure", "CHANGES")
    made.git("commit", "--quiet", "-m", "Debian's source")
    made.git("tag", "debian")
    return made.folder


def verify(repository: Path, state: Path, *more: str) -> Any:
    """Prove there; the one cell."""
    command = [sys.executable, "-m", "hpatch", "verify", "fcgi-stdin-eof", "--across", "debian", "--git", repository]
    command += ["--module-only", "--transport", "unix", "--state", state, "--format", "json", *more]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert answer["ok"]
    ((cell,),) = (row["cells"] for row in answer["rows"])
    return cell


def test_what_is_proved_on_this_machine_is_kept(repository: Path, tmp_path: Path) -> None:
    with nothing_left():
        first = verify(repository, tmp_path)
    assert (first["verdict"], first["kept"]) == ("proved", False)
    assert first["reason"].startswith("its fault is cured in 1 of 1 cells, ")
    again = verify(repository, tmp_path)
    assert again == {**first, "kept": True}


@pytest.fixture
def scheduler() -> Iterator[subprocess.Popen[str]]:
    """A cluster of one worker, with its scheduler; its first line is the address."""
    command = [sys.executable, "-c", CLUSTER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                running.communicate(timeout=600)


def address(scheduler: subprocess.Popen[str]) -> str:
    assert scheduler.stdout is not None
    return scheduler.stdout.readline().strip()


def test_a_cluster_proves_the_same(repository: Path, tmp_path: Path, scheduler: subprocess.Popen[str]) -> None:
    cell = verify(repository, tmp_path, "--dask", address(scheduler))
    assert (cell["verdict"], cell["kept"]) == ("proved", False)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_scheduler_that_ends_is_told_of_in_the_table(
    repository: Path, tmp_path: Path, scheduler: subprocess.Popen[str]
) -> None:
    """Nothing else is said of it, and the row is not done."""
    state, base = tmp_path / "state", tmp_path / "base"
    base.mkdir()
    command = [sys.executable, "-m", "hpatch", "verify", "fcgi-stdin-eof", "--across", "debian", "--git", repository]
    command += ["--state", state, "--build-dir", base, "--dask", address(scheduler), "--format", "json"]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        try:
            end = time.monotonic() + 600
            while not any(base.iterdir()) and run.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            scheduler.communicate(timeout=600)
            said, errors = run.communicate(timeout=600)
        finally:
            run.kill()
    assert (run.returncode, errors) == (4, "")
    ((cell,),) = (row["cells"] for row in json.loads(said)["rows"])
    assert cell["verdict"] == "error"
    assert cell["reason"].startswith("the executor gave it up: ")
    assert list(state.iterdir()) == []


def test_where_no_scheduler_answers_nothing_is_proved(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hpatch", "verify", "fcgi-stdin-eof", "--across", "debian", "--git", repository]
    command += ["--module-only", "--state", tmp_path, "--dask", "nowhere:x"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 4
    assert "hpatch: --dask nowhere:x: no scheduler answers there: " in done.stderr
    assert len(done.stderr.splitlines()) == 1
