"""Carrying out a row in a process of its own: what it starts and writes is gone when it ends, however it ends."""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from secrets import token_hex
from subprocess import PIPE
from typing import cast

import hpatch
from hpatch.build.folder import plain
from hpatch.errors import HpatchError
from hpatch.lab.across.cell import errors
from hpatch.lab.across.model import AcrossCell, AcrossJob
from hpatch.lab.programs import last_words, text_of
from hpatch.processes.keeper import Keeper, Program

Heard = Callable[[AcrossCell], None]
"""Gets each cell when it is done."""
Begun = Callable[[Program], AbstractContextManager[object]]
_START = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
import hpatch
del sys.path[0]
from hpatch.lab.across.worker import main
main()
"""
"""The worker runs the same hpatch as this process, wherever that is, and imports nothing from the folder it runs in."""


def carry_out(job: AcrossJob, heard: Heard = lambda cell: None, begun: Begun = nullcontext) -> tuple[AcrossCell, ...]:
    """Prove a row's sets; every set has a cell. It can be called in any process and on any machine that has hpatch.

    `begun` gets the row's program, and is left when that has ended.
    """
    done: list[AcrossCell] = []
    with closing(_cells(job, begun)) as cells:
        for cell in cells:
            done.append(cell)
            heard(cell)
    return tuple(done)


def _cells(job: AcrossJob, begun: Begun) -> Generator[AcrossCell]:
    """Each cell when it is done; errors for those that the row's process leaves out."""
    done = 0
    try:
        folder = (job.base or Path(tempfile.gettempdir())).absolute() / f"hpatch-across-{token_hex(6)}"
        plain(folder, "folder for temporary files (TMPDIR)")
        with Keeper(folder) as keeper:
            (folder / "job").write_bytes(pickle.dumps(job))
            said = folder / "said"
            command = [sys.executable, "-P", "-c", _START, str(Path(hpatch.__file__).parents[1]), str(folder / "job")]
            with said.open("wb") as words:
                program = keeper.start("hpatch", command, folder=folder, output=PIPE, errors=words)
            assert program.output is not None
            with begun(program), io.BufferedReader(cast(io.RawIOBase, program.output)) as lines:
                for line in lines:
                    yield AcrossCell(**json.loads(line))
                    done += 1
            program.stop()
            reason = f"its process ended with {program.code}: {last_words(text_of(said))}"
    except HpatchError as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    yield from errors(job._replace(sets=job.sets[done:]), reason)


def processors(workers: int) -> int:
    """How many compilers each of so many rows at once may run."""
    return max(1, len(os.sched_getaffinity(0)) // workers)
