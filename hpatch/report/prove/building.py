"""How far a build is: its phase, and the file that is being compiled."""

from __future__ import annotations

import re
from collections.abc import Callable

from hpatch.build.outcome import PHASES, Phase
from hpatch.report.common.progress import Progress

_FILE = re.compile(rb"([\w.+-]+\.c)(?:\s|$)")


def following(progress: Progress, prefix: str = "") -> Callable[[Phase, bytes], None]:
    """What tells a progress of a build; `prefix` is put before its phases' names."""
    now: list[Phase] = []

    def watch(phase: Phase, line: bytes) -> None:
        if now != [phase]:
            now[:] = [phase]
            progress.step(PHASES.index(phase) + 1, len(PHASES), f"{prefix}{phase}")
        found = _FILE.search(line) if phase in ("make", "install") else None
        if found is not None:
            progress.detail(found[1].decode())
        elif phase == "configure" and line.startswith(b"checking "):
            progress.detail(line.decode("utf-8", "surrogateescape").strip()[:60])

    return watch


def following_module(progress: Progress) -> Callable[[bytes], None]:
    """What tells a progress of building single modules."""
    progress.step(1, 1, "apxs")

    def watch(line: bytes) -> None:
        found = _FILE.search(line)
        if found is not None:
            progress.detail(found[1].decode())

    return watch
