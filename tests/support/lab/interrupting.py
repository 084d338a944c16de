"""Interrupting an hpatch that runs one session of the lab after the other."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import NamedTuple

from tests.support.lab.leftovers import nothing_left
from tests.support.patience import PATIENCE


class Interrupted(NamedTuple):
    """How it ended."""

    code: int
    out: bytes
    err: bytes


def in_the_second_session(*arguments: str) -> Interrupted:
    """Run `hpatch ARGUMENTS`, and interrupt it when the servers of its second session run; nothing may be left."""
    command = [sys.executable, "-m", "hpatch", *arguments]
    with nothing_left() as left:
        sessions: set[str] = set()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            while (len(sessions) < 2 or len(left.look()) < 3) and process.poll() is None:
                # APR tries the folder with a file of its own, apr-tmp.XXXXXX, which is no session.
                sessions |= {path.name for path in left.base.glob("hpatch-*")}
                time.sleep(0.001)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
        return Interrupted(process.returncode, out, err)
