"""nginx: a gateway."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hpatch.build.nginx import installed
from hpatch.build.nginx.optional import left_out
from hpatch.build.nginx.plan import check_tools
from hpatch.build.sanitize import check
from hpatch.build.trees.source import SourceTree
from hpatch.errors import ToolError
from hpatch.lab.candidates.nginx import WholeNginx
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import GatewaySpec, Product
from hpatch.lab.recipe import BuildWay, Recipe
from hpatch.lab.trying.nginx import NginxTrying


class NginxServer:
    """nginx."""

    trying = NginxTrying()

    def claims(self, program: Path) -> bool:
        """`nginx`, and with more after that."""
        return program.name.startswith("nginx")

    def version(self, program: Path) -> str:
        """As -V has it."""
        return str(installed.said(program).version)

    def server(self, program: Path | None = None) -> GatewaySpec:
        """A gateway."""
        return GatewaySpec("nginx", program)

    def cells(self, wanted: Wanted, server: Product) -> Wanted:
        """It is the gateway."""
        assert isinstance(server, GatewaySpec)
        return wanted._replace(gateways=[server])

    def how(self, recipes: Sequence[Recipe]) -> str:
        """All of it."""
        return f"nginx, with -fsanitize={','.join(recipes[0].sanitize)}" if recipes[0].sanitize else "nginx"

    def way(self, recipe: Recipe, tree: SourceTree, paths: Sequence[str]) -> BuildWay:
        """All of it. Raises ToolError where what it is tried with cannot be built."""
        check_tools()
        check(recipe.sanitize)
        options = recipe.whole
        without = left_out(tree, options.arguments)
        if _NEEDED in without:
            raise ToolError(f"{tree.name} cannot be tried without {_NEEDED}: {without[_NEEDED]}")
        with_ = f", with -fsanitize={','.join(recipe.sanitize)}" if recipe.sanitize else ""
        lacking = "".join(f", without {name} ({why})" for name, why in without.items())
        return BuildWay(
            f"nginx by its configure{with_}{lacking}", lambda folder, watch: WholeNginx(folder, options, watch)
        )


_NEEDED = "http_rewrite_module"
"""The lab's configuration has `rewrite` in it."""
