"""What a kind of tree has, so that it can be built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from hpatch.build.options import BuildOptions
from hpatch.build.outcome import BuildStep, Built, Watch
from hpatch.build.trees.source import SourceTree
from hpatch.records import NamedTuple


class PlannedBuild(NamedTuple):
    """What a build would run: `files` are copied to `folder` before, `without` are modules that cannot be built."""

    prefix: Path
    folder: Path
    log: Path
    files: int
    steps: Sequence[BuildStep]
    without: Mapping[str, str] = {}


class TreeKind(Protocol):
    """A kind of tree."""

    @property
    def title(self) -> str:
        """Its name, as the project spells it."""

    @property
    def options(self) -> frozenset[str]:
        """The options of the command line that apply to it, of those that do not apply to every kind (`mpm`)."""

    @property
    def keeps(self) -> bool:
        """Whether what was compiled stays, so that the next build compiles only what has changed."""

    def planned(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None) -> PlannedBuild:
        """What building would run. Raises as `build` does."""

    def build(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None, watch: Watch) -> Built:
        """Build a tree and install it to the prefix `into`, which changes as a whole or not at all.

        `folder` is where to build; None: one in the user's cache, by the tree's path. The tree is only read.

        Raises BuildError when a program fails, ToolError when one is missing or something cannot be written, UsageError
        for a prefix that is not hpatch's, InputError for a tree that cannot be read.
        """
