"""How the whole of a tree gets into a gateway, of whichever kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from hpatch.build.folder import Layout
from hpatch.build.options import BuildOptions
from hpatch.build.outcome import Built, Watch
from hpatch.build.reproducible import SecondBuild, compare
from hpatch.build.sanitize import settings
from hpatch.lab import scratch
from hpatch.lab.model import GatewayKind, GatewaySpec


class WholeGateway(ABC):
    """All of a server, built in a folder: the first time all of it, then what has changed."""

    kind: GatewayKind

    def __init__(self, folder: Path, options: BuildOptions, watch: Watch = lambda phase, line: None) -> None:
        self.folder = folder
        self.prefix = folder / "prefix"
        self.options = options
        self.watch = watch
        self.seconds: dict[str, Mapping[str, float]] = {}
        self.sanitize = options.sanitize
        self.environment = settings(options.sanitize)
        self.program: Path | None = None  # the last one that was built

    @abstractmethod
    def build(self, tree: Path, options: BuildOptions, place: Path) -> Built:
        """Build a tree in a folder, and install it to the prefix. Raises ToolError."""

    @abstractmethod
    def files(self, program: Path) -> Mapping[str, Path]:
        """What is compared of two builds, by name: the program, and what belongs to it."""

    def made(self, tree: Path, moment: str) -> GatewaySpec:
        """The server that was built."""
        built = self.build(tree, self.options, self.folder / "build")
        self.seconds[moment] = built.seconds
        self.program = built.program
        return GatewaySpec(self.kind, built.program)

    def keep(self, made: GatewaySpec) -> GatewaySpec:
        """A copy: the next one is installed in the same place."""
        kept = self.folder / "kept"
        scratch.make(self.prefix, kept)
        assert made.program is not None, "it was built"
        return made._replace(program=kept / made.program.relative_to(self.prefix))

    def again(self, tree: Path, made: GatewaySpec) -> SecondBuild:
        """All of it, for the same prefix, which is in the files; nothing comes from ccache."""
        first, place = self.folder / "first", self.folder / "again"
        assert made.program is not None, "it was built"
        try:
            scratch.make(self.prefix, first)
            scratch.remove(place)
            built = self.build(tree, self.options._replace(cached=False), place)
            self.seconds["again"] = built.seconds
            known = self.files(first / made.program.relative_to(self.prefix))
            folders = (Layout(self.folder / "build").copy, Layout(place).copy)
            return compare(known, self.files(made.program), folders)
        finally:
            scratch.remove(place)
            scratch.remove(first)
