"""The C compiler, and ccache under its names."""

from __future__ import annotations

import shutil
from pathlib import Path

from hpatch.build import compiler


def test_ccache_goes_by_the_compilers_names(tmp_path: Path) -> None:
    compiler.masquerade(tmp_path / "masks", "/usr/bin/ccache")
    names = {path.name for path in (tmp_path / "masks").iterdir()}
    assert {name for name in ("cc", "gcc") if shutil.which(name)} <= names
    assert all(path.readlink() == Path("/usr/bin/ccache") for path in (tmp_path / "masks").iterdir())
