"""What builds the servers of a proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from hpatch.build.facts import BuildFacts
from hpatch.build.reproducible import SecondBuild
from hpatch.build.sanitize import Sanitizer
from hpatch.lab.model import Product
from hpatch.lab.suite.model import SuiteChoice
from hpatch.lab.suite.run import Suite
from hpatch.lab.trying.model import Trying

_Made = TypeVar("_Made", bound=Product)


class Candidate(Protocol[_Made]):
    """Makes servers of trees: gateways, or backends."""

    seconds: dict[str, Mapping[str, float]]
    """How long that took, by moment and phase."""

    @property
    def trying(self) -> Trying[_Made]:
        """How such a server is tried."""

    @property
    def sanitize(self) -> Sequence[Sanitizer]:
        """The sanitizers that they are built with."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What is set for servers that are built with sanitizers."""

    def made(self, tree: Path, moment: str) -> _Made:
        """The server of a tree, as it is at a moment (`before`, `after`, …); it serves until the next one is made.

        Raises ToolError when it does not build.
        """

    def keep(self, made: _Made) -> _Made:
        """The server, so that it lasts when the next one is made. Raises ToolError."""

    def suite(self, tree: Path, choice: SuiteChoice) -> Suite:
        """httpd's own tests, for servers that are made here. Raises UsageError for another server."""

    def facts(self) -> BuildFacts:
        """How the servers are built. Raises ToolError where there is none yet."""

    def again(self, tree: Path, made: _Made) -> SecondBuild:
        """Build the same tree anew in another folder, and compare with this server of it. Raises ToolError."""
