"""A server that is installed, of whichever kind: what it is, and how it is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from hpatch.build import prefix as prefixes
from hpatch.build.httpd import installed as httpd
from hpatch.build.uwsgi import installed as uwsgi
from hpatch.lab import specs
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import BackendSpec, GatewaySpec
from hpatch.lab.net.uwsgi import HTTPD
from hpatch.lab.smoke import SmokeCheck
from hpatch.lab.trying.httpd import HttpdTrying
from hpatch.lab.trying.model import Tell
from hpatch.lab.trying.uwsgi import UwsgiTrying
from hpatch.patch.sets.model import Catalog, PatchSet
from hpatch.versions import Version


class InstalledServer(NamedTuple):
    """An httpd or a uWSGI; the one in the cells of `wanted`. `version` is as it says itself."""

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
        if self.project == "uwsgi":
            return UwsgiTrying().checks(BackendSpec("uwsgi", self.program), tell)
        return HttpdTrying().checks(GatewaySpec("httpd", self.program), tell)


def find(where: str) -> InstalledServer:
    """The server in a prefix, or the one with this program. Raises UsageError and ToolError."""
    path = Path(where).expanduser()
    made = prefixes.record(path)
    if (made is not None and made.get("project") == "uwsgi") or _is_uwsgi(path):
        program = specs.program("uwsgi", where)
        spec = BackendSpec("uwsgi", program)
        wanted = Wanted([HTTPD], [spec])
        return InstalledServer("uwsgi", program, uwsgi.version(str(program)), wanted)
    program = specs.program("httpd", where)
    wanted = Wanted([GatewaySpec("httpd", program)], [BackendSpec("responder")])
    return InstalledServer("httpd", program, str(httpd.ask(str(program)).version), wanted)


def _is_uwsgi(path: Path) -> bool:
    return path.is_file() and path.name.startswith("uwsgi") and uwsgi.is_program(str(path))


def claimed(catalog: Catalog, server: InstalledServer, recorded: Sequence[str]) -> Iterator[PatchSet]:
    """The sets that a server must have, by its version or because it was built with them."""
    version = Version.parse(server.version.partition("-")[0])
    for one in catalog.sets:
        if one.project != server.project:
            continue
        if one.id in recorded or (one.contained is not None and one.contained.covers(version)):
            yield one
