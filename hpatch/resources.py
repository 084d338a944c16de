"""Where hpatch's own files are: `grammars/` and `patches/` lie beside the package in a checkout, inside it in a wheel.

hpatch may also run from an archive (zipapp). A file or folder in it is copied to a private folder when it is asked for.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from hpatch.errors import ToolError

_PACKAGE = Path(__file__).parent


@cache
def real(path: str) -> str:
    """The path of a file or folder of hpatch, or of its copy if hpatch runs from an archive."""
    archive = getattr(globals().get("__loader__"), "archive", None)
    if archive is None or os.path.exists(path):  # noqa: PTH110 - text as given
        return path
    inside = os.path.relpath(path, archive)
    target = os.path.join(_copies(), inside)  # noqa: PTH118 - text as given
    from zipfile import ZipFile

    with ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if name == inside or name.startswith(f"{inside}/")]
        opened.extractall(_copies(), names)
    return target


@cache
def _copies() -> str:
    """The folder with the copies; `end` removes it."""
    from tempfile import mkdtemp

    return mkdtemp(prefix="hpatch-")


def end() -> None:
    """Remove the copies, if there are any."""
    if _copies.cache_info().currsize:
        from shutil import rmtree

        rmtree(_copies(), ignore_errors=True)


def folder(name: str) -> Path:
    """The folder `grammars` or `patches`, from a wheel and from a checkout alike.

    Raises ToolError when the installation lacks it.
    """
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if (found := Path(real(str(candidate)))).is_dir():
            return found
    raise ToolError(f"hpatch was installed without its folder {name!r}; install it again")


def belongs(path: str) -> bool:
    """Whether a file is part of hpatch itself."""
    full = Path(path).absolute()
    shipped = (_PACKAGE, _PACKAGE.parent / "grammars", _PACKAGE.parent / "patches")
    return any(full.is_relative_to(folder) for folder in shipped)


def grammar(name: str) -> str:
    """The text of `grammars/NAME.lark`."""
    return (folder("grammars") / f"{name}.lark").read_text(encoding="utf-8")


def grammar_table(name: str) -> str | None:
    """The text of `grammars/tables/NAME.txt`; None if there is no table for this grammar."""
    try:
        return (folder("grammars") / "tables" / f"{name}.txt").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
