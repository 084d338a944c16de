"""Releases of uWSGI: their source packages, from the index that pip is set up for, built once and kept in the cache.

Built is what the lab needs: the server without optional libraries, and the symcall plugin as a file beside it.
"""

from __future__ import annotations

import fcntl
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hpatch.build.uwsgi import script
from hpatch.errors import ToolError
from hpatch.lab.backends.uwsgi_source import LATEST, checked, fetch, run, unpack
from hpatch.patch.sources import cache
from hpatch.processes.keeper import Keeper

_PARTS = (script.PROGRAM, script.PLUGIN)
Tell = Callable[[str], None]
_newest: dict[Path, str] = {}
"""By cache, which release `latest` is: pip is asked once a run, however many cells have it."""


def program(version: str, tell: Tell = lambda text: None) -> Path:
    """The program of a release (`2.0.4`, or `latest`), built if it is not in the cache; `tell` hears what is done.

    Raises UsageError for what is no version, ToolError when it cannot be fetched or built; the cache is then as it was.
    """
    checked(version)
    base = cache.folder()
    known = _newest.get(base) if version == LATEST else version
    if known is None or not _built(base, known):
        try:
            known = _made(base, version, tell)
        except OSError as error:
            raise ToolError(f"{error.filename or base}: {error.strerror or error}: uWSGI cannot be built") from error
    if version == LATEST:
        _newest[base] = known
    return base / f"uwsgi-{known}" / "uwsgi"


def _made(base: Path, version: str, tell: Tell) -> str:
    """Make it, unless another hpatch does so meanwhile; which version it is."""
    if shutil.which("cc") is None:
        raise ToolError("cc is not installed; hpatch needs it to compile uWSGI (Debian: gcc, libc6-dev)")
    with _locked(base, tell):
        if version != LATEST and _built(base, version):
            return version
        return _make(base, version, tell)


def _built(base: Path, version: str) -> bool:
    return all((base / f"uwsgi-{version}" / part).is_file() for part in _PARTS)


@contextmanager
def _locked(base: Path, tell: Tell) -> Iterator[None]:
    """One build at a time; the system lets go of the lock when the process ends."""
    with (base / "uwsgi.lock").open("wb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another hpatch that builds uWSGI")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make(base: Path, version: str, tell: Tell) -> str:
    """Fetch and build; which version it is. All happens in a folder beside, which becomes the release as a whole."""
    work = base / f"uwsgi-build-{secrets.token_hex(6)}"
    with Keeper(work) as keeper:
        tell(f"fetching uWSGI {version}")
        archive = fetch(keeper, work, version)
        found = re.fullmatch(r"uwsgi-(.+?)\.tar\.\w+|uwsgi-(.+?)\.tgz", archive.name, re.I)
        if found is None:
            raise ToolError(f"{archive.name} is not a source package of uWSGI")
        version = found[1] or found[2]
        if _built(base, version):
            return version
        source = unpack(archive, work / "source")
        tell(f"building uWSGI {version}")
        _build(keeper, work, source)
        ready = work / "ready"
        ready.mkdir()
        for part in _PARTS:
            (source / part).replace(ready / part)
        target = base / f"uwsgi-{version}"
        shutil.rmtree(target, ignore_errors=True)
        ready.replace(target)
    return version


def _build(keeper: Keeper, work: Path, source: Path) -> None:
    helpers = script.Script(work)
    helpers.write(source, ".")
    environment = {**script.environment(), **helpers.settings()}
    for command in helpers.commands():
        run(keeper, work, f"{source.name} cannot be built", command, source, environment)
