"""Trees of httpd."""

from __future__ import annotations

from pathlib import Path

from hpatch.build.folder import Layout
from hpatch.build.httpd import build as httpd
from hpatch.build.kinds.model import PlannedBuild
from hpatch.build.options import BuildOptions
from hpatch.build.outcome import Built, Watch
from hpatch.build.sanitize import check
from hpatch.build.trees.source import SourceTree


class HttpdTree:
    """Of httpd."""

    title = "httpd"
    options = frozenset({"configure-arg", "mpm", "modules", "sanitize", "module", "module-only", "apxs", "suite"})
    keeps = True

    def planned(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None) -> PlannedBuild:
        """As configure and make are called."""
        plan = httpd.planned(tree.root, into, options, folder)
        return PlannedBuild(
            prefix=plan.prefix,
            folder=plan.folder,
            log=Layout(plan.folder).log,
            files=plan.files,
            steps=plan.steps,
            without=plan.without,
        )

    def build(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None, watch: Watch) -> Built:
        """By configure and make."""
        check(options.sanitize)
        return httpd.build(tree.root, into, options, folder, watch)
