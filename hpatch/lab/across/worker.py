"""The process of a row. The calling process writes its job to a file and reads a line of JSON for each cell."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from pathlib import Path

from hpatch.lab.across.cell import cells


def main() -> None:
    """Prove the job in the file that the command line names, in that file's folder."""
    signal.signal(signal.SIGTERM, _end)
    path = Path(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what is printed by the way is no answer
    for cell in cells(pickle.loads(path.read_bytes()), path.parent):
        print(json.dumps(cell._asdict()), file=answers, flush=True)


def _end(number: int, frame: object) -> None:
    """As if interrupted: what was started ends."""
    raise SystemExit(128 + number)
