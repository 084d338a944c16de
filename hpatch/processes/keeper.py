"""Starting programs that end with us: each in a group of its own, known to the guard before it runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from types import TracebackType
from typing import IO, Self

from hpatch import log, resources
from hpatch.errors import ToolError
from hpatch.processes import guard

_GATE = 'ulimit -c 0; read -r _ && exec "$@" </dev/null'
"""What waits in the program's place until the guard knows of it: if we end before, so does it."""
_STEP = 0.02
"""The longest wait between two looks, in seconds."""


class Program:
    """A program that was started, and all processes of its group."""

    def __init__(self, keeper: Keeper, name: str, process: Popen[bytes], ending: int) -> None:
        self.name = name
        self.pid = process.pid
        self._ending = ending
        self._keeper = keeper
        self._process = process
        self._lock = threading.Lock()
        self._ended_cpu = 0.0

    @property
    def output(self) -> IO[bytes] | None:
        """Its standard output, where that was to be a pipe."""
        return self._process.stdout

    @property
    def code(self) -> int | None:
        """How its first process ended: the exit code, or the signal's number below zero; None while it runs."""
        if self._process.returncode is not None:
            return self._process.returncode
        told = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if told is None:
            return None
        return told.si_status if told.si_code == os.CLD_EXITED else -told.si_status

    def wait(self, seconds: float) -> bool:
        """Wait for its first process to end, at most so long. Whether it has."""
        limit = time.monotonic() + seconds
        pause = 0.001
        while self.code is None:
            left = limit - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 2, _STEP)
        return True

    def cpu(self) -> float:
        """The processor time of its processes and of all that have ended, in seconds (in steps of a clock tick)."""
        with self._lock:
            if self._process.returncode is not None:
                return self._ended_cpu
            return self._cpu()

    def _cpu(self) -> float:
        before, ticks = self._group()
        for _ in range(5):
            pids, ticks = self._group()
            if pids == before:
                break  # none ended in between, and was counted twice or not at all
            before = pids
        return ticks / os.sysconf("SC_CLK_TCK")

    def _group(self) -> tuple[list[int], int]:
        found = [(pid, told) for pid, told in processes() if told.group == self.pid]
        return [pid for pid, _ in found], sum(told.ticks for _, told in found)

    def clocks(self) -> Mapping[int, float]:
        """The processor time of its first process and of that one's children, in seconds, to the nanosecond.

        By their numbers, of those that run. It costs little, so that it can be asked often.
        """
        return {pid: used for pid in (self.pid, *self._children()) if (used := _clock(pid)) is not None}

    def _children(self) -> list[int]:
        try:
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii").split()]
        except OSError:  # a kernel without CONFIG_PROC_CHILDREN, or it is gone
            return [pid for pid, told in processes() if told.group == self.pid != pid and not told.ending]

    def memory(self) -> int:
        """The bytes of memory that its processes have for themselves, the first one's left out."""
        return sum(_private(pid) for pid, told in processes() if told.group == self.pid != pid)

    def files(self) -> int:
        """The open files, sockets and pipes of its first process's children. It costs little, as `clocks` does."""
        return sum(map(_open, self._children()))

    def uncollected(self) -> list[int]:
        """Its processes that have ended, or are about to, and that their parent has not collected; not the first."""
        return [pid for pid, told in processes() if told.group == self.pid != pid and told.ending]

    def signal(self, number: int) -> None:
        """Send its first process a signal, if it still runs."""
        with self._lock, suppress(ProcessLookupError):
            if self._process.returncode is None:
                os.kill(self.pid, number)

    def stop(self, seconds: float = 5.0) -> None:
        """End it with its signal, whatever is left after so long by SIGKILL; wait until all are gone."""
        with self._lock, suppress(ProcessLookupError):
            if self._process.returncode is None:
                os.kill(self.pid, self._ending)
        self.wait(seconds)
        with self._lock:
            if self._process.returncode is not None:
                return
            self._finish()

    def _finish(self) -> None:
        """Kill what is left of the group. As long as its first process is not collected, the number is its own."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait(60)
        pause = 0.001
        while any(told.group == self.pid and told.state not in "ZX" for _, told in processes()):
            time.sleep(pause)
            pause = min(pause * 2, _STEP)
        self._ended_cpu = self._cpu()
        self._keeper.ended(self)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class Keeper:
    """Starts programs, and ends them at the latest when it is closed; if this process is killed, its guard does.

    `folder` is made, and removed with them: the guard knows of it before it is there. Programs may be started from
    several threads. Raises ToolError.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._programs: list[Program] = []
        self._lock = threading.Lock()
        command = [sys.executable, "-I", "-S", resources.real(guard.__file__), str(os.getpid())]
        try:
            self._guard = Popen(
                command + ([str(folder)] if folder else []),
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=DEVNULL,
                cwd="/",
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise ToolError(f"{sys.executable} cannot be run: {error.strerror or error}") from error
        if folder is not None:
            try:
                folder.mkdir(mode=0o700)
            except OSError as error:
                self.close()
                raise ToolError(f"{folder}: cannot be made: {error.strerror or error}") from error

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        output: int | IO[bytes] = DEVNULL,
        errors: int | IO[bytes] = DEVNULL,
        ending: int = signal.SIGTERM,
    ) -> Program:
        """Start a program in a folder. `output` and `errors` are as subprocess has them. Raises ToolError.

        `ending` is the signal that ends it in order.
        """
        program = Path(command[0])
        if not program.is_absolute():
            raise ValueError(f"{program} is not absolute")
        if not os.access(program, os.X_OK) or program.is_dir():
            raise ToolError(f"{program} {'cannot be run' if program.exists() else 'does not exist'}")
        log.running([str(word) for word in command], folder)
        try:
            process = Popen(
                ["/bin/sh", "-c", _GATE, name, *map(str, command)],
                stdin=PIPE,
                stdout=output,
                stderr=errors,
                cwd=folder,
                env=environment,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise ToolError(f"{program} cannot be run: {error.strerror or error}") from error
        told = guard.stat(process.pid)
        assert told is not None, "a child that was not collected"
        started = Program(self, name, process, ending)
        with self._lock:
            self._programs.append(started)
        assert process.stdin is not None
        with process.stdin as gate, suppress(BrokenPipeError):
            self._tell(f"+{process.pid} {told.start}\n")
            gate.write(b"\n")
        return started

    def ended(self, program: Program) -> None:
        """A program has ended; before its number can be another's."""
        with self._lock:
            if program in self._programs:
                self._programs.remove(program)
        with suppress(ToolError):
            self._tell(f"-{program.pid}\n")

    def _tell(self, line: str) -> None:
        assert self._guard.stdin is not None
        try:
            self._guard.stdin.write(line.encode())  # shorter than PIPE_BUF: never mixed with another's
        except (OSError, ValueError) as error:
            raise ToolError("the guard process that ends programs has died; hpatch starts no program") from error

    def close(self) -> None:
        """End all programs, the last first; remove the folder. What an interrupt leaves undone here, the guard does."""
        assert self._guard.stdin is not None
        try:
            for program in reversed(self._programs.copy()):
                program.stop()
            if self.folder is not None:
                from shutil import rmtree

                rmtree(self.folder, ignore_errors=True)
        finally:
            self._guard.stdin.close()
            self._guard.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _clock(pid: int) -> float | None:
    """What a process's clock says (clock_getcpuclockid(3)); None for one that is gone."""
    import ctypes

    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        return None
    try:
        return time.clock_gettime(clock.value)
    except OSError:
        return None


def _private(pid: int) -> int:
    """A process's private memory in bytes; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def _open(pid: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it is gone
        return 0


def processes() -> list[tuple[int, guard.Stat]]:
    """All processes that there are (proc(5))."""
    found = ((int(path.name), guard.stat(int(path.name))) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [(pid, told) for pid, told in found if told is not None]
