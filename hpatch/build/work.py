"""Building by configure and make: in a private copy of the tree, incrementally where one is there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hpatch.build import copying
from hpatch.build.command import Commands
from hpatch.build.diagnosis import Failure, diagnose, last_words
from hpatch.build.folder import Layout
from hpatch.build.outcome import BuildError, BuildStep, Phase, Watch
from hpatch.build.state import StateFile


class BuildWork:
    """One build, with its folder's lock held.

    `configures`: whether a file of the tree has a say in what configure does. `seconds` is how long it took, by phase.
    """

    def __init__(self, root: Path, layout: Layout, watch: Watch, configures: Callable[[str], bool]) -> None:
        self.root = root
        self.layout = layout
        self.watch = watch
        self.state = StateFile(layout.state)
        self.seconds: dict[str, float] = {}
        self._configures = configures

    def copy(self, changes: copying.Changes) -> None:
        """Take over what has changed in the tree."""
        with self.timed("copy"):
            if changes.first:
                self.state.forget()
                shutil.rmtree(self.layout.copy, ignore_errors=True)
            if changes.any:
                if any(map(self._configures, (*changes.taken, *changes.gone))):
                    self.state.unconfigured()
                self.layout.copy.mkdir(exist_ok=True)
                copying.carry_out(changes, self.root, self.layout.copy, self.layout.record)

    def steps(self, commands: Commands, steps: Sequence[BuildStep], env: Mapping[str, str], key: str) -> None:
        """Run all that comes before the installation; `key` stands for what configure is asked. Raises BuildError."""
        for step in steps:
            if step.phase != "install":
                with self.timed(step.phase):
                    self.state.begin(step.phase)
                    self._command(commands, step, env)
                    self.state.end(key if step.phase == "configure" else None)
                    if step.phase == "configure":
                        self.state.begin("make")  # what was made for another configuration is not good for this one

    def install(self, commands: Commands, steps: Sequence[BuildStep], env: Mapping[str, str], stage: Path) -> None:
        """Run the installation, below a folder. Raises BuildError."""
        for step in steps:
            if step.phase == "install":
                self._command(commands, step, {**env, "DESTDIR": str(stage)})

    def problem(self, step: BuildStep, code: int) -> str | None:
        """How a step has ended, if not in order."""
        return f"ended with {code}" if code != 0 else None

    def _command(self, commands: Commands, step: BuildStep, env: Mapping[str, str]) -> None:
        self.watch(step.phase, b"")
        env = {**env, **step.settings}
        begun = self.layout.log.stat().st_size
        code = commands.run(step.command, step.folder, env, lambda line: self.watch(step.phase, line))
        problem = self.problem(step, code)
        if problem is not None:
            if step.phase != "make" or step.command[-1] != "clean":
                # It has ended by itself, and in order: what it has made so far is whole.
                self.state.end(None)
            log = self.layout.log.read_bytes()
            words = Failure(f"{step.command[0]} {problem}: {last_words(log[begun:])}")
            raise BuildError(step.phase, diagnose(log, self.layout.copy) or words, self.layout.log)

    def timed(self, phase: Phase) -> _Timed:
        """Adds the seconds that a block takes to those of its phase."""
        return _Timed(self.seconds, phase)


class _Timed:
    """Adds the seconds that a block takes to those of its phase."""

    def __init__(self, seconds: dict[str, float], phase: Phase) -> None:
        self.seconds = seconds
        self.phase = phase

    def __enter__(self) -> None:
        self.begun = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.seconds[self.phase] = self.seconds.get(self.phase, 0.0) + time.monotonic() - self.begun
