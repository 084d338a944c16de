"""What a build made or would run (`hpatch.build/1`, described in docs/output.md)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from hpatch.build.trees.source import SourceTree
from hpatch.records import NamedTuple
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap


class Command(NamedTuple):
    """A command that would run, in a phase and a folder; `settings` are added to its environment."""

    phase: str
    command: Sequence[str]
    folder: Path
    settings: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class BuildReport:
    """A build that is done, or planned (`dry_run`).

    `program` is the server, None where single modules are built; `modules` are module files by name; `folder` is where
    it is built, `files` how many are copied there; `without` are modules that cannot be built, with the reason.
    """

    schema: ClassVar[str] = "hpatch.build/1"
    tree: SourceTree
    prefix: Path
    folder: Path
    log: Path
    dry_run: bool
    program: Path | None = None
    modules: Mapping[str, Path] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    files: int | None = None
    steps: Sequence[Command] = ()
    without: Mapping[str, str] = field(default_factory=dict)

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return (_plan if self.dry_run else _done)(self, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return _data(self)


def _plan(build: BuildReport, width: int | None, color: bool) -> Iterator[str]:
    """As a shell would take it: it can be copied, so it is not wrapped."""
    yield paint(f"# {visible(build.tree.name)}, from {visible(str(build.tree.root))}", "dim", color)
    if build.files is not None:
        yield paint(f"# {build.files} files to copy to {visible(str(build.folder))}", "dim", color)
    for line in _without(build):
        yield paint(f"# {line}", "dim", color)
    folder: Path | None = None
    exported: dict[str, str] = {}
    for step in build.steps:
        for name, value in step.settings.items():
            if exported.get(name) != value:
                exported[name] = value
                yield f"export {name}={visible(shlex.quote(value))}"
        if step.folder != folder:
            folder = step.folder
            yield f"cd {visible(shlex.quote(str(folder)))}"
        yield visible(shlex.join(step.command))
    single = any(step.phase == "apxs" for step in build.steps)
    last = f"copied to {build.prefix / 'modules'}" if single else f"installed to {build.prefix} as a whole"
    yield paint(f"# then {visible(last)}", "dim", color)


def _done(build: BuildReport, width: int | None, color: bool) -> Iterator[str]:
    total = sum(build.seconds.values())
    if build.program is not None:
        yield from wrap(f"{build.tree.name}: {visible(str(build.program))}", width, 2)
    for line in _without(build):
        yield from wrap(line, width, 2)
    for path in build.modules.values():
        yield from wrap(f"{build.tree.name}: {visible(str(path))}", width, 2)
    phases = ", ".join(f"{name} {seconds:.1f}" for name, seconds in build.seconds.items() if seconds >= 0.05)
    yield from wrap(f"{total:.1f} seconds" + (f": {phases}" if phases else ""), width, 2)
    yield from wrap(f"The log is {visible(str(build.log))}", width, 2)


def _without(build: BuildReport) -> Iterator[str]:
    return (f"without {spelled(name)}: {visible(why)}" for name, why in build.without.items())


def spelled(name: str) -> str:
    """A module as its server spells it: httpd's with `mod_` before the name, nginx's with `_module` after it."""
    return name if name.endswith("_module") else f"mod_{name}"


def _data(build: BuildReport) -> dict[str, Any]:
    tree = build.tree
    return {
        "tree": {
            "root": str(tree.root),
            "project": tree.project,
            "version": str(tree.version),
            "development": tree.development,
        },
        "prefix": str(build.prefix),
        "folder": str(build.folder),
        "log": str(build.log),
        "dry_run": build.dry_run,
        "program": None if build.program is None else str(build.program),
        "modules": {name: str(path) for name, path in build.modules.items()},
        "seconds": {name: round(seconds, 3) for name, seconds in build.seconds.items()},
        "files": build.files,
        "without": dict(build.without),
        "steps": [
            {
                "phase": step.phase,
                "command": list(step.command),
                "folder": str(step.folder),
                "environment": dict(step.settings),
            }
            for step in build.steps
        ],
    }
