"""What is built for a proof, and where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hpatch.cli.options import building

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hpatch.build.options import BuildOptions
    from hpatch.lab.recipe import Recipe


def recipes(recipe: Recipe, mpm: str | None, whole: BuildOptions | None) -> Iterator[tuple[str, Recipe]]:
    """The recipe with each MPM, and the MPM's name where there are several; `whole`: how to build all of httpd."""
    mpms = building.mpms(mpm)
    for one in mpms or (None,):
        name = one if one is not None and len(mpms) > 1 else ""
        if whole is None:
            yield name, recipe._replace(mpm=one)
        else:
            yield name, recipe._replace(options=whole._replace(mpm=one or "event"))


def place(tree: Path, name: str, build_dir: Path | None) -> Path:
    """Where to build; several builds are beside each other."""
    from hpatch.build.folder import folder_of

    if build_dir is None:
        return folder_of(tree, "-".join(filter(None, ("verify", name)))).absolute()
    return (build_dir / name).absolute()
