"""What a recipe means for a tree of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.options import BuildOptions
from hpatch.build.trees.source import open_tree
from hpatch.errors import ToolError, UsageError
from hpatch.lab.kinds.table import settle
from hpatch.lab.recipe import Recipe
from tests.support.build.small_nginx import make, without

pytestmark = pytest.mark.toolchain
WHOLE = Recipe(BuildOptions())


def test_what_an_nginx_is_tried_with_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = open_tree(make(tmp_path))
    monkeypatch.setenv("CC", without(tmp_path, "zlib.h"))
    said = (
        "nginx by its configure, without http_gzip_module (zlib.h is not there; on Debian: apt-get install zlib1g-dev)"
    )
    assert settle(WHOLE, tree, ()).how == said
    monkeypatch.setenv("CC", without(tmp_path, "pcre2.h", "pcre.h"))
    with pytest.raises(
        ToolError, match=r"nginx 1\.22\.1 cannot be tried without http_rewrite_module: pcre2\.h or pcre\.h"
    ):
        settle(WHOLE, tree, ())


def test_without_a_compiler_an_nginx_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = open_tree(make(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(ToolError, match="building nginx needs make and cc"):
        settle(WHOLE, tree, ())


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(None), "--module-only does not apply to a tree of nginx; leave it out"),
        (Recipe(BuildOptions(mpm="worker")), "--mpm does not apply to a tree of nginx; leave it out"),
        (
            Recipe(None, mpm="worker"),
            "--module-only and --mpm do not apply to a tree of nginx; leave them out",
        ),
    ],
)
def test_what_does_not_apply_to_an_nginx(tmp_path: Path, recipe: Recipe, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        settle(recipe, open_tree(make(tmp_path)), ())
    assert str(refused.value) == said
