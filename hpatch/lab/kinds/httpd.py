"""httpd: a gateway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hpatch.build.httpd.installed import ask
from hpatch.build.httpd.optional import left_out
from hpatch.build.sanitize import check
from hpatch.build.trees.source import SourceTree
from hpatch.lab.candidates.httpd import SingleModules, Whole, touched
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import GatewaySpec, Product
from hpatch.lab.recipe import BuildWay, Recipe
from hpatch.lab.trying.httpd import HttpdTrying


class HttpdServer:
    """httpd."""

    trying = HttpdTrying()

    def claims(self, program: Path) -> bool:
        """`apache2`, `httpd`, and with more after that."""
        return program.name.startswith(("apache2", "httpd"))

    def version(self, program: Path) -> str:
        """As -V has it."""
        return str(ask(str(program)).version)

    def server(self, program: Path | None = None) -> GatewaySpec:
        """A gateway."""
        return GatewaySpec("httpd", program)

    def cells(self, wanted: Wanted, server: Product) -> Wanted:
        """It is the gateway."""
        assert isinstance(server, GatewaySpec)
        return wanted._replace(gateways=[server])

    def how(self, recipes: Sequence[Recipe]) -> str:
        """With each MPM, or modules alone."""
        mpms = [recipe.options.mpm for recipe in recipes if recipe.options is not None]
        with_ = f", with -fsanitize={','.join(recipes[0].sanitize)}" if recipes[0].sanitize else ""
        if not mpms:
            return f"the changed modules in an installed httpd{with_}"
        return f"httpd with the MPM{'s' if len(mpms) > 1 else ''} {', '.join(mpms)}{with_}"

    def way(self, recipe: Recipe, tree: SourceTree, paths: Sequence[str]) -> BuildWay:
        """All of it, or the modules that change."""
        check(recipe.sanitize)
        with_ = f", with -fsanitize={','.join(recipe.sanitize)}" if recipe.sanitize else ""
        if recipe.options is not None:
            options = recipe.options._replace(sanitize=recipe.sanitize)
            without = "".join(f", without mod_{name} ({why})" for name, why in left_out(tree).items())
            return BuildWay(
                f"httpd with the MPM {options.mpm}{with_}{without}", lambda folder, watch: Whole(folder, options, watch)
            )
        apxs = recipe.found()
        names = touched(tree, paths, apxs)
        files = ", ".join(f"mod_{name}" for name in names)
        mpm = f" with the MPM {recipe.mpm}" if recipe.mpm is not None else ""
        return BuildWay(
            f"{files} in httpd {ask(str(apxs.httpd)).version}{mpm}{with_} ({apxs.httpd})",
            lambda folder, watch: SingleModules(folder, names, apxs, mpm=recipe.mpm, sanitize=recipe.sanitize),
        )
