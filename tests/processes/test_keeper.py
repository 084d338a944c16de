"""Programs that always end: in order, by force, and by the guard when we are gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.errors import ToolError
from hpatch.processes import guard
from hpatch.processes.keeper import Keeper, Program
from tests.support.patience import PATIENCE

SH = Path("/bin/sh")


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.005)


def living(group: int) -> list[int]:
    found = ((int(path.name), guard.stat(int(path.name))) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid, told in found if told is not None and told.group == group and told.state not in "ZX"]


def shell(keeper: Keeper, script: str, folder: Path, **options: int) -> Program:
    return keeper.start("sh", [SH, "-c", script], folder=folder, **options)


def test_a_program_that_ends(tmp_path: Path) -> None:
    with Keeper() as keeper:
        program = shell(keeper, "echo said; exit 7", tmp_path, output=subprocess.PIPE)
        assert program.output is not None
        assert program.output.read() == b"said\n"
        assert program.wait(PATIENCE)
        assert program.code == 7
        program.stop()
        program.stop()
        assert program.code == 7


def test_its_standard_input_is_empty_and_it_leaves_no_core(tmp_path: Path) -> None:
    with Keeper() as keeper:
        program = shell(keeper, "cat; ulimit -c", tmp_path, output=subprocess.PIPE)
        assert program.output is not None
        assert program.output.read() == b"0\n"


def test_all_processes_of_its_group_end(tmp_path: Path) -> None:
    with Keeper() as keeper:
        program = shell(keeper, "sleep 100 & (trap '' TERM; sleep 100) & touch ready; wait", tmp_path)
        until((tmp_path / "ready").exists)
        program.stop(seconds=0.1)
        assert program.code == -signal.SIGTERM
        assert living(program.pid) == []


def test_one_that_ignores_its_signal_is_killed(tmp_path: Path) -> None:
    with Keeper() as keeper:
        program = shell(keeper, "trap '' TERM; touch ready; while :; do sleep 100; done", tmp_path)
        until((tmp_path / "ready").exists)
        program.stop(seconds=0.1)
        assert program.code == -signal.SIGKILL


def test_the_signal_that_ends_it(tmp_path: Path) -> None:
    with Keeper() as keeper:
        program = shell(keeper, "trap 'exit 3' INT; touch ready; while :; do :; done", tmp_path, ending=signal.SIGINT)
        until((tmp_path / "ready").exists)
        program.stop()
        assert program.code == 3


def test_clocks_of_each_process_that_runs(tmp_path: Path) -> None:
    """A burst of a few milliseconds shows, where `cpu` counts in steps of ten."""
    os.mkfifo(tmp_path / "go")
    with Keeper() as keeper:
        program = shell(keeper, "(touch ready; read _ < go; :) & wait", tmp_path)
        until((tmp_path / "ready").exists)
        clocks = program.clocks()
        assert len(clocks) == 2
        assert program.pid in clocks
        assert all(0 < seconds < 60 for seconds in clocks.values())
        assert any(round(seconds, 3) != seconds for seconds in clocks.values())
        program.stop()
        assert program.pid not in program.clocks()


def test_processor_time_of_children_that_have_ended(tmp_path: Path) -> None:
    burn = "i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done"
    with Keeper() as keeper:
        program = shell(keeper, f"({burn}); touch ready; sleep 100", tmp_path)
        until((tmp_path / "ready").exists)
        used = program.cpu()
        assert used >= 0.02
        program.stop()
        assert program.cpu() >= used


def test_what_cannot_be_run(tmp_path: Path) -> None:
    with Keeper() as keeper:
        with pytest.raises(ToolError, match="none does not exist"):
            keeper.start("none", [tmp_path / "none"], folder=tmp_path)
        (tmp_path / "file").touch(0o644)
        with pytest.raises(ToolError, match="file cannot be run"):
            keeper.start("file", [tmp_path / "file"], folder=tmp_path)


def test_closing_removes_the_folder_and_ends_all(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with Keeper(folder) as keeper:
        assert folder.stat().st_mode & 0o777 == 0o700
        programs = [shell(keeper, "sleep 100", tmp_path) for _ in range(3)]
    assert not folder.exists()
    assert [living(program.pid) for program in programs] == [[], [], []]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be made: No such file or directory"):
        Keeper(tmp_path / "none" / "folder")


OWNER = """
import os, sys, time
from pathlib import Path
from hpatch.processes.keeper import Keeper
folder = Path(sys.argv[1])
keeper = Keeper(folder)
script = "sleep 100 & (trap '' TERM; sleep 100) & touch ready; sleep 100"
program = keeper.start("sh", ["/bin/sh", "-c", script], folder=folder)
while not (folder / "ready").exists():
    time.sleep(0.005)
if len(sys.argv) > 2 and os.fork() == 0:
    time.sleep(3)  # holds the guard's pipe open, and ends in time
    os._exit(0)
print(program.pid, flush=True)
time.sleep(100)
"""


@pytest.mark.parametrize("more", [[], ["fork"]])
def test_the_guard_ends_all_when_we_are_killed(tmp_path: Path, more: list[str]) -> None:
    folder = tmp_path / "folder"
    command = [sys.executable, "-c", OWNER, str(folder), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        group = int(owner.stdout.readline())
        assert len(living(group)) >= 3
        owner.kill()
        until(lambda: not living(group) and not folder.exists())


def test_the_guard_leaves_others_alone(tmp_path: Path) -> None:
    """A group's number that has come to belong to another process since, and a group that has ended in order."""
    command = [sys.executable, "-I", "-S", guard.__file__, str(os.getpid())]
    with subprocess.Popen(["sleep", "100"], start_new_session=True) as other:
        with (
            subprocess.Popen(["sleep", "100"], start_new_session=True) as ended,
            subprocess.Popen(["sleep", "100"], start_new_session=True) as ours,
        ):
            told = [guard.stat(one.pid) for one in (other, ended, ours)]
            begun = [one.start for one in told if one is not None]
            said = f"+{other.pid} {begun[0] - 1}\n+{ended.pid} {begun[1]}\n+{ours.pid} {begun[2]}\n-{ended.pid}\n"
            done = subprocess.run(command, input=said.encode(), check=True, timeout=PATIENCE, capture_output=True)
            assert (done.stdout, done.stderr) == (b"", b"")
            assert ours.wait(PATIENCE) == -signal.SIGTERM
            assert ended.poll() is None
            ended.kill()
        assert other.poll() is None
        other.kill()


def test_nothing_is_started_without_a_guard(tmp_path: Path) -> None:
    with Keeper() as keeper:
        keeper._guard.kill()
        keeper._guard.wait()
        with pytest.raises(ToolError, match="guard process that ends programs has died"):
            shell(keeper, "touch started", tmp_path)
    assert not (tmp_path / "started").exists()
