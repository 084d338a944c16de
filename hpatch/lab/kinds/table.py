"""The kinds of trees whose servers can be tried and proved, by their projects' names in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hpatch.build.kinds.table import refuse
from hpatch.build.trees.source import SourceTree
from hpatch.errors import UsageError
from hpatch.lab.kinds.httpd import HttpdServer
from hpatch.lab.kinds.model import ServerKind
from hpatch.lab.kinds.nginx import NginxServer
from hpatch.lab.kinds.uwsgi import UwsgiServer
from hpatch.lab.recipe import BuildWay, Recipe

KINDS: Mapping[str, ServerKind] = {"httpd": HttpdServer(), "uwsgi": UwsgiServer(), "nginx": NginxServer()}


def kind(project: str) -> ServerKind:
    """The kind of a project's servers. Raises UsageError for one that cannot be tried."""
    found = KINDS.get(project)
    if found is None:
        raise UsageError(f"hpatch verify tries {', '.join(KINDS)}, and not {project}")
    return found


def settle(recipe: Recipe, tree: SourceTree, paths: Sequence[str]) -> BuildWay:
    """What a recipe means for a tree, and a change of these files.

    Raises UsageError for what does not apply to it, and where single modules cannot show the change.
    """
    refuse(tree.project, recipe.given)
    return kind(tree.project).way(recipe, tree, paths)
