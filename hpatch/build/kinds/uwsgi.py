"""Trees of uWSGI."""

from __future__ import annotations

from pathlib import Path

from hpatch.build.kinds.model import PlannedBuild
from hpatch.build.options import BuildOptions
from hpatch.build.outcome import BuildStep, Built, Watch
from hpatch.build.trees.source import SourceTree
from hpatch.build.uwsgi import build as uwsgi


class UwsgiTree:
    """Of uWSGI."""

    title = "uWSGI"
    options: frozenset[str] = frozenset()
    keeps = False

    def planned(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None) -> PlannedBuild:
        """As its script is called."""
        plan = uwsgi.planned(tree, into, options.jobs, folder)
        layout = plan.layout
        return PlannedBuild(
            prefix=plan.prefix,
            folder=layout.folder,
            log=layout.log,
            files=plan.files,
            steps=[BuildStep("make", command, layout.copy, plan.settings) for command in plan.commands],
        )

    def build(self, tree: SourceTree, into: Path, options: BuildOptions, folder: Path | None, watch: Watch) -> Built:
        """By its script."""
        return uwsgi.build(tree, into, options.jobs, folder, watch)
