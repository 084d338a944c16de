"""How a tree of uWSGI gets into a backend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hpatch.build.facts import BuildFacts
from hpatch.build.outcome import Watch
from hpatch.build.reproducible import SecondBuild
from hpatch.build.sanitize import Sanitizer
from hpatch.build.trees.source import open_tree
from hpatch.build.uwsgi import build as uwsgi
from hpatch.build.uwsgi import facts, script
from hpatch.errors import ToolError, UsageError
from hpatch.lab import scratch
from hpatch.lab.model import BackendSpec
from hpatch.lab.suite.model import SuiteChoice
from hpatch.lab.suite.run import Suite
from hpatch.lab.trying.uwsgi import UwsgiTrying


class WholeUwsgi:
    """uWSGI, built anew each time: its script knows too little of what has changed."""

    sanitize: tuple[Sanitizer, ...] = ()
    environment: Mapping[str, str] = {}

    def __init__(self, folder: Path, jobs: int | None = None, watch: Watch = lambda phase, line: None) -> None:
        self.folder = folder
        self.jobs = jobs
        self.trying = UwsgiTrying()
        self.watch = watch
        self.seconds: dict[str, Mapping[str, float]] = {}

    def made(self, tree: Path, moment: str) -> BackendSpec:
        """The uWSGI that was built."""
        built = uwsgi.build(open_tree(tree), self.folder / "prefix", self.jobs, self.folder / "build", self.watch)
        self.seconds[moment] = built.seconds
        return BackendSpec("uwsgi", built.program)

    def keep(self, made: BackendSpec) -> BackendSpec:
        """A copy, with its plugin beside it: the program looks for plugins in the prefix, which the next one takes."""
        prefix, kept = self.folder / "prefix", self.folder / "kept"
        scratch.make(prefix, kept)
        program = kept / uwsgi.PROGRAM
        plugin = kept / uwsgi.PLUGINS / script.PLUGIN
        plugin.replace(program.with_name(plugin.name))
        return made._replace(program=program)

    def suite(self, tree: Path, choice: SuiteChoice) -> Suite:
        """There is none."""
        raise UsageError("--suite applies only to a tree of httpd")

    def facts(self) -> BuildFacts:
        """As its script has it."""
        return facts.of_whole(self.folder / "build", self.folder / "prefix" / uwsgi.PROGRAM)

    def again(self, tree: Path, made: BackendSpec) -> SecondBuild:
        """Not done."""
        raise ToolError("uWSGI has the time of its build in it")
