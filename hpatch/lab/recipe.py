"""What a user asks for of the trees of a proof, and how they are then built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpatch.build.options import BuildOptions, Mpm
from hpatch.build.outcome import Watch
from hpatch.build.sanitize import Sanitizer
from hpatch.lab.candidates.model import Candidate
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.build.httpd.apxs import Apxs


class Recipe(NamedTuple):
    """What a user asks for. `options` None: single modules for the httpd `httpd`, by `apxs` (None: those found).

    `mpm` is the one of that httpd's MPMs that is loaded; None: the one that it has or prefers. `sanitize` are the
    sanitizers to build with.
    """

    options: BuildOptions | None
    httpd: str | None = None
    apxs: str | None = None
    mpm: Mpm | None = None
    sanitize: tuple[Sanitizer, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """The options of the command line that are given, of those that do not apply to every kind of tree."""
        options = self.options or BuildOptions()
        told = {
            "module-only": self.options is None,
            "mpm": self.mpm is not None or options.mpm != "event",
            "configure-arg": bool(options.arguments),
            "sanitize": bool(self.sanitize),
        }
        return tuple(name for name, given in told.items() if given)

    @property
    def whole(self) -> BuildOptions:
        """How to build all of a server."""
        return (self.options or BuildOptions())._replace(sanitize=self.sanitize)

    def found(self) -> Apxs:
        """The apxs that single modules are built with. Raises ToolError, UsageError."""
        from hpatch.build.httpd import apxs
        from hpatch.lab import specs

        return apxs.find(self.apxs, None if self.httpd is None else specs.program("httpd", self.httpd))


class BuildWay(NamedTuple):
    """How trees are built: `how` in words; `make` gives what builds, in a folder."""

    how: str
    make: Callable[[Path, Watch], Candidate[Any]]

    def candidate(self, folder: Path, watch: Watch = lambda phase, line: None) -> Candidate[Any]:
        """What builds, in a folder."""
        return self.make(folder, watch)
