"""Options and habits of the commands that work in a source tree."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from hpatch import files
from hpatch.cli import interrupt
from hpatch.report.common.terminal import visible

Tree = Annotated[
    Path, typer.Option("--tree", metavar="DIR", help="The source tree. The default is the current folder.")
]


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Hold the tree for writing, after what an interrupted hpatch left in it is finished or undone."""
    with files.lock(root):
        _recover(root)
        yield


@contextmanager
def changed(root: Path) -> Iterator[None]:
    """Hold the tree for one transaction. An interruption, up to the command's end, tells whether it was carried out."""
    with held(root):
        before = files.finished(root)
        interrupt.standing(
            lambda: "the tree was changed as a whole" if files.finished(root) > before else interrupt.UNCHANGED
        )
        yield


def settle(root: Path) -> None:
    """For a command that only reads: finish or undo what an interrupted hpatch left in the tree."""
    if files.interrupted(root):
        with held(root):
            pass


def _recover(root: Path) -> None:
    what = files.recover(root)
    if what is not None:
        done = "finished it" if what == "finished" else "took it back"
        print(visible(f"hpatch: {root}: an earlier hpatch was interrupted here; {done}"), file=sys.stderr)
