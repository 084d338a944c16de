"""What a mutant may do: a process that writes into its own folders and ends, with all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.mutants import sandbox
from tests.support.patience import PATIENCE

# The sandbox makes the process that starts it the parent of orphans, and ends its children: it gets one of its own.
RUN = """
import os, sys, time, signal, subprocess
from pathlib import Path
from bench.mutants import sandbox
def work():
    {work}
    return 0
inside, outside = Path(sys.argv[1]), Path(sys.argv[2])
print(sandbox.run(work, writable=[inside], cpu={cpu}, wall={wall}).status)
"""
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, root: Path) -> Run:
    try:
        sandbox.check()
    except sandbox.UnavailableError:
        pytest.skip("needs a kernel with Landlock")
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept").write_text("kept")

    def call(work: str, cpu: float = 20, wall: float = 30) -> str:
        program = RUN.format(work=work, cpu=cpu, wall=wall)
        command = [sys.executable, "-c", program, str(tmp_path / "inside"), str(tmp_path / "outside")]
        return subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=True, timeout=PATIENCE
        ).stdout.strip()

    return call


def test_its_own_folder_is_writable(run: Run, tmp_path: Path) -> None:
    assert run("(inside / 'new').write_text('a'); (inside / 'new').rename(inside / 'other')") == "0"
    assert (tmp_path / "inside/other").read_text() == "a"


@pytest.mark.parametrize(
    "work",
    [
        "(outside / 'new').write_text('a')",
        "(outside / 'kept').write_text('a')",
        "os.truncate(outside / 'kept', 0)",
        "(outside / 'kept').unlink()",
        "(outside / 'kept').rename(inside / 'kept')",
        "(outside / 'folder').mkdir()",
        "(inside / 'link').symlink_to(outside); (inside / 'link/new').write_text('a')",
        "subprocess.run(['rm', '-r', outside], check=True)",
    ],
)
def test_nothing_changes_outside(run: Run, tmp_path: Path, work: str) -> None:
    assert run(work) == "70"
    assert [(path.name, path.read_text()) for path in (tmp_path / "outside").iterdir()] == [("kept", "kept")]


def test_a_loop_ends(run: Run) -> None:
    assert int(run("while True: pass", cpu=1)) < 0


def test_a_wait_ends(run: Run) -> None:
    assert run("time.sleep(600)", wall=0.5) == "None"


def test_memory_is_bounded(run: Run) -> None:
    assert run(f"bytearray({sandbox.MEMORY})") == "70"


def test_nothing_outlives_it(run: Run, tmp_path: Path) -> None:
    # A daemon: its own session, its parent gone.
    start = "(inside / 'new').write_text(str(os.getpid())); (inside / 'new').rename(inside / 'pid'); time.sleep(600)"
    begun = "while not (inside / 'pid').exists(): time.sleep(0.01)"
    assert run(f"if os.fork() == 0: os.setsid(); os.fork() == 0 or os._exit(0); {start}\n    {begun}") == "0"
    pid = int((tmp_path / "inside/pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_parent_cannot_be_ended(run: Run) -> None:
    if sandbox.check() < 6:
        pytest.skip("needs version 6 of Landlock")
    assert run("os.kill(os.getppid(), signal.SIGTERM)") == "70"
