"""Where `grammars/` and `patches/` are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `grammars` or `patches`, from a wheel and from a checkout alike.

    Raises FileNotFoundError when the installation lacks it.
    """
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"hpatch was installed without its folder {name!r}; install it again")


def grammar(name: str) -> str:
    """The text of `grammars/NAME.lark`."""
    return (folder("grammars") / f"{name}.lark").read_text(encoding="utf-8")


def grammar_table(name: str) -> str | None:
    """The text of `grammars/tables/NAME.txt`; None if there is no table for this grammar."""
    try:
        return (folder("grammars") / "tables" / f"{name}.txt").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
