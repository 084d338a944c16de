"""What hpatch reads, fetches and runs, told to whoever wants to know (`--verbose`); nothing where nobody does.

Not the standard library's logging, which takes longer to load than a small file takes to lint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

_write: Callable[[str], None] | None = None


def to(write: Callable[[str], None] | None) -> None:
    """Send what is told from now on to a function, one line a call; None: to nobody.

    A line has names of files and words of commands as they are: `write` escapes what a terminal would obey.
    """
    global _write  # noqa: PLW0603 - one for the process, as its standard error is
    _write = write


def is_on() -> bool:
    """Whether anybody is told."""
    return _write is not None


def tell(text: str, *values: object) -> None:
    """Tell that something is done: `text` with its `%s` filled in, which costs nothing where nobody is told."""
    if _write is not None:
        _write(text % values if values else text)


def running(command: Sequence[str], folder: object = None) -> None:
    """Tell that a program is run, as a shell would take it."""
    if _write is not None:
        import shlex

        where = "" if folder is None else f" (in {folder})"
        _write(f"run {shlex.join(command)}{where}")
