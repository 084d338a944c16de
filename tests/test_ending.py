"""Servers that tests start end, also against their will."""

from __future__ import annotations

import subprocess
import sys

from tests.support.ending import end

STUBBORN = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)


def test_a_server_that_ignores_the_request_to_end_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"up\n"
        end(server, patience=0.2)
    assert server.returncode == -9


def test_a_server_that_ends_is_not_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as server:
        end(server)
    assert server.returncode == -15
