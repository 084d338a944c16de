"""Releases of uWSGI as source packages, from the index that pip is set up for."""

from __future__ import annotations

import os
import re
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hpatch.errors import ToolError, UsageError
from hpatch.lab.programs import last_words, text_of
from hpatch.processes.keeper import Keeper

LATEST = "latest"
_VERSION = re.compile(r"\d+(\.\d+)+")
_PATIENCE = 3600.0
"""Seconds that a step may take."""
_ERROR = re.compile(r"^(?:.*: (?:fatal )?error: .*|ERROR: No matching .*)$", re.M)


def checked(version: str) -> str:
    """A version as `fetch` takes it. Raises UsageError."""
    if version != LATEST and not _VERSION.fullmatch(version):
        raise UsageError(f"'{version}' is not a version of uWSGI such as 2.0.4, nor '{LATEST}'")
    return version


def fetch(keeper: Keeper, work: Path, version: str) -> Path:
    """A release's source package, in a new folder `fetched` of a working folder. Raises ToolError."""
    wanted = "uwsgi" if version == LATEST else f"uwsgi=={version}"
    folder = work / "fetched"
    folder.mkdir()
    options = ("download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder, wanted)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "TMPDIR": str(work)}
    run(keeper, work, f"pip does not fetch {wanted}", (sys.executable, "-m", "pip", *options), work, environment)
    archives = list(folder.iterdir())
    if len(archives) != 1:
        raise ToolError(f"pip has fetched {len(archives)} files for {wanted}, not one")
    return archives[0]


def unpack(archive: Path, target: Path) -> Path:
    """The source's folder, in a new folder. Raises ToolError for what is no source package of uWSGI."""
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


def run(
    keeper: Keeper,
    work: Path,
    problem: str,
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
) -> None:
    """Run a program in a folder until it ends. Raises ToolError, which begins with the `problem`, if it fails."""
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
