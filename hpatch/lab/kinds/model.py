"""What a kind of tree has, so that its servers can be tried and proved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from hpatch.build.trees.source import SourceTree
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import Product
from hpatch.lab.recipe import BuildWay, Recipe
from hpatch.lab.trying.model import Trying


class ServerKind(Protocol):
    """A kind of server."""

    @property
    def trying(self) -> Trying[Any]:
        """How such a server is tried."""

    def claims(self, program: Path) -> bool:
        """Whether a file is such a server, by its name."""

    def version(self, program: Path) -> str:
        """What it calls its version. Raises ToolError for another program."""

    def server(self, program: Path | None = None) -> Product:
        """The server with a program; None: its place, until it is built."""

    def cells(self, wanted: Wanted, server: Product) -> Wanted:
        """What is wanted, with a server in the place that such a server has. Raises UsageError."""

    def how(self, recipes: Sequence[Recipe]) -> str:
        """How trees are built by these recipes, in words that hold for every version."""

    def way(self, recipe: Recipe, tree: SourceTree, paths: Sequence[str]) -> BuildWay:
        """How a tree is built for the proof of a change of these files.

        Raises UsageError for what does not apply, and where the change cannot be shown in that way.
        """
