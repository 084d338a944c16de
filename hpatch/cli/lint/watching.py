"""`hpatch lint --watch`: each lint runs in a process of its own; a change of what it read or may read begins the next.

A new process reads everything again, the settings too, and nothing that one lint remembers reaches another.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from hpatch.errors import ToolError, UsageError

Tell = Callable[[Iterable[str]], None]

_SLACK = 20_000_000
"""Nanoseconds by which the time of a change may lie before that of the clock: the kernel's is coarser."""
_PAUSE = 300
"""Milliseconds from one look at the files to the next, where the system does not tell of a change by itself."""


def each_time(paths: Sequence[str], written: str | None) -> Tell:
    """Lint again and again until an interrupt: returns in each new process. There, tell by the result what was read.

    `paths` are the command's own, `written` is the file of the report. Raises UsageError and ToolError.
    """
    if "-" in paths:
        raise UsageError("--watch reads again what changes: give files or folders, not -")
    try:
        import watchfiles  # noqa: F401 - this process must know before the first lint
    except ImportError:
        raise ToolError("--watch needs the library watchfiles: pip install 'hpatch[watch]'") from None
    known: list[str] = []
    interrupted = _Interrupted()
    while True:
        interrupted.end()
        begin = time.time_ns() - _SLACK
        before = _names([*paths, *known], written)
        reader, writer = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if not child:
            interrupted.restore()
            os.close(reader)
            return lambda files: _told(writer, files)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            read = [os.fsdecode(name) for name in pipe.read().split(b"\0") if name]
        known = read or known  # a lint that failed did not tell
        os.waitpid(child, 0)
        interrupted.end()
        print("hpatch: watching for changes; Ctrl-C ends", file=sys.stderr)
        _wait([*paths, *known], begin, before, written, interrupted)


class _Interrupted:
    """Whether an interrupt came. It raises nothing where it comes: Python loses what is raised in a callback."""

    def __init__(self) -> None:
        self.before = signal.getsignal(signal.SIGINT)
        self.came = False
        if self.before is not signal.SIG_IGN:  # a background job of a shell
            signal.signal(signal.SIGINT, self._note)

    def _note(self, number: int, frame: object) -> None:
        self.came = True

    def restore(self) -> None:
        """For a lint: an interrupt ends it as ever."""
        signal.signal(signal.SIGINT, self.before)

    def end(self) -> None:
        """Raise KeyboardInterrupt, if one came."""
        if self.came:
            raise KeyboardInterrupt


def _told(writer: int, files: Iterable[str]) -> None:
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(b"\0".join(os.fsencode(os.path.abspath(file)) for file in files))  # noqa: PTH100 - text only


def _wait(
    paths: Sequence[str],
    begin: int,
    before: Mapping[str, frozenset[str]],
    written: str | None,
    interrupted: _Interrupted,
) -> None:
    """Wait for a change since a time, in nanoseconds, in these files, or for another file beside them.

    `before` has the names in their folders at that time, as far as the folders were known.
    """
    from watchfiles import DefaultFilter, watch

    own = os.path.realpath(written) if written else None
    usual = DefaultFilter()

    def matters(change: object, path: str) -> bool:
        """Whether it may be what hpatch reads: no report of its own, and nothing that an editor keeps for itself."""
        return os.path.realpath(path) != own and not path.endswith(".part") and usual(change, path)  # type: ignore[arg-type]

    times, names = {path: _time(path) for path in paths}, _names(paths, written)
    if any(stamp is not None and stamp >= begin for stamp in times.values()):
        return
    for folder, here in names.items():
        if here != before[folder] if folder in before else os.stat(folder).st_mtime_ns >= begin:  # noqa: PTH116 - text
            return
    for changes in watch(
        *names,
        watch_filter=matters,
        recursive=False,
        raise_interrupt=True,
        yield_on_timeout=True,
        rust_timeout=_PAUSE,
    ):
        interrupted.end()
        # It may have changed before the watch began, and not every file system tells.
        if changes or _names(paths, written) != names or any(_time(path) != stamp for path, stamp in times.items()):
            return


def _time(path: str) -> int | None:
    """When a file last changed, by itself or by its name; None if there is none."""
    with suppress(OSError):
        if os.path.isfile(path):  # noqa: PTH113 - text as given
            told = os.stat(path)  # noqa: PTH116 - text as given
            return max(told.st_mtime_ns, told.st_ctime_ns)
    return None


def _names(paths: Sequence[str], written: str | None) -> dict[str, frozenset[str]]:
    """The names in the folders of files, without that of the report."""
    own = os.path.basename(written) if written else None  # noqa: PTH119 - text only
    found = {}
    for folder in _folders([*paths, written] if written else paths):
        with suppress(OSError):  # it has gone meanwhile
            found[folder] = frozenset(
                one.name
                for one in os.scandir(folder)
                if one.name != own and not one.name.endswith((".part", "~", ".swp"))
            )
    return found


def _folders(paths: Sequence[str]) -> list[str]:
    """The folders of files, real ones and links alike, and all folders below folders."""
    found: dict[str, None] = {}
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - text as given
            found.update((folder, None) for folder, _, _ in os.walk(path))
            continue
        for one in (os.path.abspath(path), os.path.realpath(path)):  # noqa: PTH100 - text only
            folder = os.path.dirname(one)  # noqa: PTH120 - text only
            while not os.path.isdir(folder):  # noqa: PTH112 - text as given
                folder = os.path.dirname(folder)  # noqa: PTH120 - text only
            found[folder] = None
    return list(found)
