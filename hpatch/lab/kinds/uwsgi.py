"""uWSGI: a backend, behind the httpd that is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hpatch.build.trees.source import SourceTree
from hpatch.build.uwsgi import installed
from hpatch.errors import UsageError
from hpatch.lab.candidates.uwsgi import WholeUwsgi
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import BackendSpec, Product
from hpatch.lab.net.uwsgi import HTTPD
from hpatch.lab.recipe import BuildWay, Recipe
from hpatch.lab.trying.uwsgi import UwsgiTrying

_HOW = "uWSGI by its uwsgiconfig.py, behind the installed httpd"


class UwsgiServer:
    """uWSGI."""

    trying = UwsgiTrying()

    def claims(self, program: Path) -> bool:
        """`uwsgi`, and with more after that. A configuration may have such a name, too, but is no program."""
        return program.name.startswith("uwsgi") and installed.is_program(str(program))

    def version(self, program: Path) -> str:
        """As --version has it."""
        return installed.version(str(program))

    def server(self, program: Path | None = None) -> BackendSpec:
        """A backend."""
        return BackendSpec("uwsgi", program)

    def cells(self, wanted: Wanted, server: Product) -> Wanted:
        """It is the backend."""
        assert isinstance(server, BackendSpec)
        if any(one.kind != "responder" for one in wanted.backends or ()):
            raise UsageError("--backend does not apply to a tree of uWSGI, which is the backend itself")
        return wanted._replace(gateways=[HTTPD], backends=[server])

    def how(self, recipes: Sequence[Recipe]) -> str:
        """As for one tree."""
        return _HOW

    def way(self, recipe: Recipe, tree: SourceTree, paths: Sequence[str]) -> BuildWay:
        """All of it."""
        jobs = recipe.whole.jobs
        return BuildWay(_HOW, lambda folder, watch: WholeUwsgi(folder, jobs, watch))
