"""What a kind of server needs so that a proof can try it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from hpatch.lab.model import Cell, Product
from hpatch.lab.net.model import NetResult
from hpatch.lab.smoke import SmokeCheck

Tell = Callable[[str], None]
_Tried_contra = TypeVar("_Tried_contra", bound=Product, contravariant=True)


class Trying(Protocol[_Tried_contra]):
    """How a server is tried: in a scenario, by what it is to do in any case, and beside another build of it."""

    def cell(self, made: _Tried_contra, cell: Cell) -> Cell:
        """The cell with this server in its place."""

    def checks(self, made: _Tried_contra, tell: Tell) -> tuple[SmokeCheck, ...]:
        """What it is to do in any case. Where it does not start, `start` is the only check, and has failed."""

    def compare(self, before: _Tried_contra, after: _Tried_contra, tell: Tell) -> NetResult:
        """The net: the same exchanges with both. Raises ToolError where the first does not start."""
