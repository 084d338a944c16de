"""Trees of nginx."""

from __future__ import annotations

from pathlib import Path

from hpatch.build.kinds.model import PlannedBuild
from hpatch.build.nginx import build as nginx
from hpatch.build.options import BuildOptions
from hpatch.build.outcome import Built, Watch
from hpatch.build.trees.source import SourceTree


class NginxTree:
    """Of nginx."""

    title = "nginx"
    options = frozenset({"configure-arg", "sanitize"})
    keeps = True

    def planned(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None) -> PlannedBuild:
        """As configure and make are called."""
        plan = nginx.planned(tree, into, options, folder)
        return PlannedBuild(
            prefix=plan.prefix,
            folder=plan.layout.folder,
            log=plan.layout.log,
            files=plan.files,
            steps=plan.steps,
            without=plan.without,
        )

    def build(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None, watch: Watch) -> Built:
        """By configure and make."""
        return nginx.build(tree, into, options, folder, watch)
