"""Running the programs of a build: what they say goes to a log, and none of them outlives hpatch."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import PIPE, STDOUT
from types import TracebackType
from typing import IO, Self, cast

from hpatch.errors import ToolError
from hpatch.processes.keeper import Keeper

Watch = Callable[[bytes], None]
"""Gets each line that a program says."""


class Commands:
    """Programs that run one after the other; `with Commands(log, folder) as commands:`.

    Their temporary files go to `folder/tmp`, which goes with them: a compiler that is killed leaves its files.
    """

    def __init__(self, log: IO[bytes], folder: Path) -> None:
        self._log = log
        self._temporary = folder / "tmp"
        shutil.rmtree(self._temporary, ignore_errors=True)  # of a machine that went down
        self._keeper = Keeper(self._temporary)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.close()

    def run(self, command: Sequence[str], folder: Path, env: Mapping[str, str], watch: Watch) -> int:
        """Run a program to its end; its exit code. What it leaves running ends with it. Raises ToolError."""
        self._log.write(f"$ {' '.join(command)}\n".encode("utf-8", "surrogateescape"))
        self._log.flush()
        path = shutil.which(command[0], path=env.get("PATH")) if "/" not in command[0] else str(folder / command[0])
        if path is None:
            raise ToolError(f"{command[0]} is not installed")
        program = self._keeper.start(
            command[0],
            [path, *command[1:]],
            folder=folder,
            environment={**env, "TMPDIR": str(self._temporary)},
            output=PIPE,
            errors=STDOUT,
        )
        assert program.output is not None
        try:
            with io.BufferedReader(cast(io.RawIOBase, program.output)) as lines:
                for line in lines:
                    self._log.write(line)
                    watch(line)
            while not program.wait(1):
                pass  # it has closed its output, and goes on
            return program.code or 0
        finally:
            self._log.flush()
            program.stop()
