"""How a tree of nginx gets into a gateway."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hpatch.build.facts import BuildFacts
from hpatch.build.nginx import build as nginx
from hpatch.build.nginx import facts
from hpatch.build.options import BuildOptions
from hpatch.build.outcome import Built
from hpatch.build.trees.source import open_tree
from hpatch.errors import ToolError, UsageError
from hpatch.lab.candidates.whole import WholeGateway
from hpatch.lab.suite.model import SuiteChoice
from hpatch.lab.suite.run import Suite
from hpatch.lab.trying.nginx import NginxTrying


class WholeNginx(WholeGateway):
    """The whole of nginx, built in a folder: the first time all of it, then what has changed."""

    kind = "nginx"
    trying = NginxTrying()

    def build(self, tree: Path, options: BuildOptions, place: Path) -> Built:
        """By configure and make."""
        return nginx.build(open_tree(tree), self.prefix, options, place, self.watch)

    def files(self, program: Path) -> Mapping[str, Path]:
        """The program: all is in it."""
        return {program.name: program}

    def suite(self, tree: Path, choice: SuiteChoice) -> Suite:
        """There is none."""
        raise UsageError("--suite does not apply to a tree of nginx; leave it out")

    def facts(self) -> BuildFacts:
        """As configure has it."""
        if self.program is None:
            raise ToolError("no nginx was built")
        return facts.of_whole(self.folder / "build", self.program)
