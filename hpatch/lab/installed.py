"""A server that is installed, of whichever kind: what it is, and how it is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hpatch.build import prefix as prefixes
from hpatch.build.kinds.table import KINDS as TREES
from hpatch.errors import UsageError
from hpatch.lab import specs
from hpatch.lab.kinds.table import KINDS, kind
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import BackendSpec
from hpatch.lab.smoke import SmokeCheck
from hpatch.lab.trying.model import Tell
from hpatch.patch.sets.model import Catalog, PatchSet
from hpatch.records import NamedTuple
from hpatch.versions import Version


class InstalledServer(NamedTuple):
    """A server; the one in the cells of `wanted`. `version` is as it says itself."""

    project: str
    program: Path
    version: str
    wanted: Wanted

    @property
    def prefix(self) -> Path:
        """The folder that it is installed in."""
        return self.program.parent.parent

    def checks(self, tell: Tell) -> tuple[SmokeCheck, ...]:
        """What it is to do in any case."""
        one = kind(self.project)
        return one.trying.checks(one.server(self.program), tell)


def find(where: str) -> InstalledServer:
    """The server in a prefix, or the one with this program. Raises UsageError and ToolError."""
    project = _project(where)
    one = kind(project)
    program = specs.program(project, where)
    wanted = one.cells(Wanted(backends=[BackendSpec("responder")]), one.server(program))
    return InstalledServer(project, program=program, version=one.version(program), wanted=wanted)


def _project(where: str) -> str:
    """Whose server it is: as hpatch has noted in its prefix, by the program's name, or by what is in the folder.

    Raises UsageError for a folder with several, or none.
    """
    path = Path(where).expanduser()
    noted = (prefixes.record(path) or {}).get("project")
    if noted in KINDS:
        return str(noted)
    try:
        if not path.is_dir():
            return next((project for project, one in KINDS.items() if one.claims(path)), "httpd")
        found = {project: program for project in KINDS if (program := specs.within(project, path)) is not None}
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error
    if len(found) > 1:
        *most, last = (f"{TREES[project].title} ({program})" for project, program in found.items())
        told = f"{', '.join(most)} and {last}"
        raise UsageError(f"{where}: has {told}; name the program")
    if not found:
        *most, last = (TREES[project].title for project in KINDS)
        told = f"{', '.join(most)} or {last}"
        places = ", ".join(place for project in KINDS for place in specs.PROGRAMS[project])
        raise UsageError(f"{where}: has no {told} ({places}); name the program")
    return next(iter(found))


def claimed(catalog: Catalog, server: InstalledServer, recorded: Sequence[str]) -> Iterator[PatchSet]:
    """The sets that a server must have, by its version or because it was built with them."""
    version = Version.parse(server.version.partition("-")[0])
    for one in catalog.sets:
        if one.project != server.project:
            continue
        if one.id in recorded or (one.contained is not None and one.contained.covers(version)):
            yield one
