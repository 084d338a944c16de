"""Releases of uWSGI: their source packages, from the index that pip is set up for, built once and kept in the cache.

Built is what the lab needs: the server without optional libraries, and the symcall plugin as a file beside it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hpatch.build.uwsgi import script
from hpatch.errors import ToolError, UsageError
from hpatch.lab.programs import last_words, text_of
from hpatch.patch.sources import cache
from hpatch.processes.keeper import Keeper

LATEST = "latest"
_VERSION = re.compile(r"\d+(\.\d+)+")
_PATIENCE = 3600.0
"""Seconds that a step may take."""
_ERROR = re.compile(r"^(?:.*: (?:fatal )?error: .*|ERROR: No matching .*)$", re.M)
_PARTS = (script.PROGRAM, script.PLUGIN)
Tell = Callable[[str], None]
_newest: dict[Path, str] = {}
"""By cache, which release `latest` is: pip is asked once a run, however many cells have it."""


def checked(version: str) -> str:
    """A version as `program` takes it. Raises UsageError."""
    if version != LATEST and not _VERSION.fullmatch(version):
        raise UsageError(f"'{version}' is not a version of uWSGI such as 2.0.4, nor '{LATEST}'")
    return version


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
        archive = _fetch(keeper, work, version)
        found = re.fullmatch(r"uwsgi-(.+?)\.tar\.\w+|uwsgi-(.+?)\.tgz", archive.name, re.I)
        if found is None:
            raise ToolError(f"{archive.name} is not a source package of uWSGI")
        version = found[1] or found[2]
        if _built(base, version):
            return version
        source = _unpack(archive, work / "source")
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


def _fetch(keeper: Keeper, work: Path, version: str) -> Path:
    wanted = "uwsgi" if version == LATEST else f"uwsgi=={version}"
    folder = work / "fetched"
    folder.mkdir()
    options = ("download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder, wanted)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "TMPDIR": str(work)}
    _run(keeper, work, f"pip does not fetch {wanted}", (sys.executable, "-m", "pip", *options), work, environment)
    archives = list(folder.iterdir())
    if len(archives) != 1:
        raise ToolError(f"pip has fetched {len(archives)} files for {wanted}, not one")
    return archives[0]


def _unpack(archive: Path, target: Path) -> Path:
    try:
        with tarfile.open(archive) as packed:
            if hasattr(tarfile, "data_filter"):  # since Python 3.11.4
                packed.extractall(target, filter="data")
            else:
                packed.extractall(target)
    except (tarfile.TarError, OSError) as error:
        raise ToolError(f"{archive.name} cannot be unpacked: {error}") from error
    folders = [path.parent for path in target.glob("*/uwsgiconfig.py")]
    if len(folders) != 1:
        raise ToolError(f"{archive.name} is not a source package of uWSGI")
    return folders[0]


def _build(keeper: Keeper, work: Path, source: Path) -> None:
    helpers = script.Script(work)
    helpers.write(source, ".")
    environment = {**script.environment(), **helpers.settings()}
    for command in helpers.commands():
        _run(keeper, work, f"{source.name} cannot be built", command, source, environment)


def _run(
    keeper: Keeper,
    work: Path,
    problem: str,
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
) -> None:
    words = work / "words"
    with words.open("wb") as stream:
        program = keeper.start(
            Path(command[0]).name, command, folder=folder, environment=environment, output=stream, errors=stream
        )
    ended = program.wait(_PATIENCE)
    code = program.code
    program.stop()
    if not ended or code != 0:
        raise ToolError(f"{problem}: {_cause(text_of(words))}")


def _cause(said: str) -> str:
    """What a compiler or pip has called an error, or else the last words."""
    found = _ERROR.findall(said)
    return last_words(found[0] if found else said)
