"""Rows in processes of their own, on trees that are small or never built to the end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hpatch.errors import ToolError
from hpatch.lab.across.across import AcrossWork
from hpatch.lab.across.carry import carry_out
from hpatch.lab.across.local import LocalWorkers, usual_workers
from hpatch.lab.across.model import AcrossCell
from hpatch.lab.across.state import Done
from hpatch.patch.sets.load import load
from tests.support.cli.tree import catalog
from tests.support.lab.leftovers import Leftovers, nothing_left
from tests.support.lab.versions import job, repository, slow
from tests.support.patch.repositories import Repository
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.git


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    catalog(tmp_path)
    return repository(tmp_path / "git")


@pytest.fixture
def here() -> Iterator[Leftovers]:
    """Nothing of a row is left."""
    with nothing_left() as leftovers:
        yield leftovers


def until(true: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_what_needs_no_build_is_told_from_the_tree(made: Repository, tmp_path: Path, here: Leftovers) -> None:
    heard: list[AcrossCell] = []
    there = job(made.folder, "2.4.10", "one", "two", row="2.4.10", catalogs=tmp_path / "sets")
    found = carry_out(there, heard.append)
    assert [(cell.set, cell.verdict) for cell in found] == [("one", "there"), ("two", "there")]
    assert found[0].reason == "httpd 2.4.10 has it, and the code has its marks"
    assert heard == list(found)
    assert all(cell.row == "2.4.10" and cell.when.endswith("+00:00") for cell in found)


def test_what_does_not_fit_or_is_not_meant_for_the_version(made: Repository, tmp_path: Path, here: Leftovers) -> None:
    module = made.folder / "modules/proxy/mod_small.c"
    made.git("checkout", "--quiet", "2.4.9")
    module.write_text(module.read_text().replace("line 6\n", "another 6\n"))
    made.git("commit", "--quiet", "-a", "-m", "other")
    (tmp_path / "sets/three/set.toml").write_text(
        (tmp_path / "sets/three/set.toml").read_text().replace('applies = "<2.4.10"', 'applies = "<2.4.5"')
    )
    found = carry_out(job(made.folder, "HEAD", "one", "three", catalogs=tmp_path / "sets"))
    assert [(cell.set, cell.verdict) for cell in found] == [("one", "not-applying"), ("three", "not-applying")]
    assert "modules/proxy/mod_small.c: hunk 1: " in found[0].reason
    assert found[1].reason == "three: for httpd <2.4.5"


@pytest.mark.parametrize(
    ("commit", "sets", "said"),
    [("nothing", ("one",), "nothing"), ("2.4.9", ("unheard",), "there is no patch set 'unheard'")],
)
def test_what_goes_wrong_is_the_reason(
    made: Repository, tmp_path: Path, here: Leftovers, commit: str, sets: tuple[str, ...], said: str
) -> None:
    (cell,) = carry_out(job(made.folder, commit, *sets, catalogs=tmp_path / "sets"))
    assert cell.verdict == "error"
    assert said in cell.reason


@pytest.mark.toolchain
def test_a_process_that_dies_leaves_errors(made: Repository, tmp_path: Path, here: Leftovers) -> None:
    slow(made, tmp_path / "begun")
    one = job(made.folder, "slow", "one", "three", catalogs=tmp_path / "sets")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(carry_out, one)
        until((tmp_path / "begun").exists)
        (worker,) = [pid for pid in here.look() if b"hpatch.lab.across.worker" in cmdline(pid)]
        os.kill(worker, 9)
        found = future.result(PATIENCE)
    assert [cell.verdict for cell in found] == ["error", "error"]
    assert found[0].reason.startswith("its process ended with -9: ")


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.toolchain
def test_rows_that_run_are_ended_with_their_workers(made: Repository, tmp_path: Path, here: Leftovers) -> None:
    slow(made, tmp_path / "begun")
    one = job(made.folder, "slow", "one", catalogs=tmp_path / "sets")
    with LocalWorkers(1, lambda cell: None) as workers:
        futures = [workers.submit(one), workers.submit(one)]
        until((tmp_path / "begun").exists)
        assert here.look()
    assert futures[1].cancelled()
    assert futures[0].result()[0].verdict == "error"


def test_an_interrupt_keeps_what_is_known(made: Repository, tmp_path: Path, here: Leftovers) -> None:
    """The second row waits for ever; the first one is done, and stays done."""
    slow(made, tmp_path / "begun")
    sets = tmp_path / "sets"
    jobs = [
        job(made.folder, "2.4.10", "one", row="2.4.10", catalogs=sets),
        job(made.folder, "slow", "one", row="slow", catalogs=sets),
    ]
    done = Done(tmp_path / "state", load([str(sets)]))
    work = AcrossWork(jobs, done)

    def interrupt(cell: AcrossCell, number: int, count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.run(workers=1, tell=interrupt)
    assert [row for row, _ in AcrossWork(jobs, done).table.cells] == ["2.4.10"]


def test_a_folder_that_cannot_be_written_ends_the_run(made: Repository, tmp_path: Path, here: Leftovers) -> None:
    jobs = [job(made.folder, "2.4.10", "one", row="2.4.10", catalogs=tmp_path / "sets")]
    done = Done(tmp_path / "state", load([str(tmp_path / "sets")]))
    (tmp_path / "state").rmdir()
    with pytest.raises(ToolError, match="cannot be written"):
        AcrossWork(jobs, done).run(workers=1)


def test_rows_run_beside_each_other(made: Repository, tmp_path: Path, here: Leftovers) -> None:
    jobs = [job(made.folder, tag, "one", row=tag, catalogs=tmp_path / "sets") for tag in ("2.4.10", "2.4.8")]
    jobs[1] = jobs[1]._replace(version=jobs[0].version)
    both = threading.Barrier(2, timeout=PATIENCE)

    def met(cell: AcrossCell) -> None:
        both.wait()

    with LocalWorkers(2, met) as workers:
        futures = [workers.submit(one) for one in jobs]
        assert [future.result()[0].verdict for future in futures] == ["there", "there"]


def test_there_is_always_a_worker() -> None:
    assert 1 <= usual_workers() <= (os.cpu_count() or 1)
