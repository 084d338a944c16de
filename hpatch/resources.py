"""Where `grammars/` and `patches/` are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

from hpatch.errors import ToolError

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `grammars` or `patches`, from a wheel and from a checkout alike.

    Raises ToolError when the installation lacks it.
    """
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
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
