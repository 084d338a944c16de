"""Tests that a mutant keeps from their end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE

RUN = """
import sys
from pathlib import Path
from tests.support.patience import PATIENCE
from bench.mutants import tests
tests.LEAST = float(sys.argv[1])
sys.exit(tests.attempt({"test_it.py::test_it": 0.0}, ["test_it.py"], Path("note")))
"""


# What ends by itself has time enough on a busy machine, too: the limit also counts pytest's own work after the test.
@pytest.mark.parametrize(
    ("body", "seconds", "status"),
    [("pass", PATIENCE, 0), ("assert False", PATIENCE, 1), ("while True: pass", 1, -signal.SIGPROF)],
)
def test_a_test_that_does_not_end_is_ended(tmp_path: Path, root: Path, body: str, seconds: float, status: int) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {body}\n")
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(seconds)],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        timeout=PATIENCE,
    )
    assert done.returncode == status
