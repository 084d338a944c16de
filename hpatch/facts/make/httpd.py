"""What an installed httpd says of itself: `-V`, and with all its modules `-M` and `-L`; and the tables in its files."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hpatch.facts import thirdparty
from hpatch.facts.make import elf
from hpatch.facts.make.commands import CommandRow
from hpatch.records import NamedTuple
from hpatch.versions import Version

_FOLDERS = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules")
_PATIENCE = 60
"""Seconds."""
_LISTED = re.compile(
    r"^(\S+) \((\S+)\.c\)\n(?:(?!\S+ \(\S+\.c\)\n).*\n)*?"
    r"\tAllowed in \*\.conf (anywhere|only outside|only inside)(.*)\n"
    r"(?:\twhen AllowOverride (.*)\n)?",
    re.M,
)
_ALL = frozenset(("AuthConfig", "FileInfo", "Indexes", "Limit", "Options"))


class Listed(NamedTuple):
    """What `-L` says of a directive: whether it is allowed outside and inside of sections, by which AllowOverride."""

    name: str
    module: str
    outside: bool
    inside: bool
    override: frozenset[str]


class Httpd(NamedTuple):
    """An installed httpd with all modules of its folder but those that are known to be of other makers.

    `modules` are identifiers, `files` the command tables in its files, `unread` the files whose tables could not be
    read (None for a machine that `elf` does not know is never there: such a file is unread).
    """

    version: Version
    modules: frozenset[str]
    listed: frozenset[Listed]
    files: frozenset[CommandRow]
    unread: tuple[Path, ...]


def ask(program: str, folder: Path | None = None) -> Httpd:
    """Run an httpd with each MPM in turn. Raises OSError, or ValueError where it does not answer as httpd does."""
    found = shutil.which(program)
    if found is None:
        raise FileNotFoundError(f"{program} is not installed")
    about = _run(found, "-V")
    version = re.search(r"^Server version:.*?/(\d+\.\d+\.\d+)", about, re.M)
    if version is None:
        raise ValueError(f"{program} -V does not answer as httpd does")
    folder = folder or module_folder(Path(found))
    others = set(thirdparty.modules())
    paths = sorted(path for path in folder.glob("mod_*.so") if path.stem not in others)
    if not paths:
        raise FileNotFoundError(f"{folder} has no modules")
    modules: set[str] = set()
    listed: set[Listed] = set()
    mpms: list[Path | None] = [path for path in paths if path.stem.startswith("mod_mpm_")]
    for mpm in mpms or [None]:
        loaded = [path for path in paths if path == mpm or not path.stem.startswith("mod_mpm_")]
        with tempfile.TemporaryDirectory(prefix="hpatch-facts-") as name:
            file = write_configuration(Path(name), loaded)
            options = ("-d", name, "-f", str(file))
            modules.update(re.findall(r"^ (\w+) \(", _run(found, "-M", *options), re.M))
            listed.update(_listed(_run(found, "-L", *options)))
    files: set[CommandRow] = set()
    unread = []
    for path in [Path(found).resolve(), *paths]:
        try:
            files.update(elf.of_file(path))
        except ValueError:
            unread.append(path)
    return Httpd(
        version=Version.parse(version[1]),
        modules=frozenset(modules),
        listed=frozenset(listed),
        files=frozenset(files),
        unread=tuple(unread),
    )


def module_folder(program: Path) -> Path:
    """The folder of an httpd's modules: that of its prefix, or the system's. Raises FileNotFoundError."""
    for folder in (program.resolve().parent.parent / "modules", *map(Path, _FOLDERS)):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the modules of {program} are not found: give their folder with --modules")


def write_configuration(work: Path, paths: list[Path]) -> Path:
    """A configuration in a folder that loads these modules, and nothing else."""
    lines = [f"LoadModule {path.stem.removeprefix('mod_')}_module {path}" for path in paths]
    lines += ["ServerName localhost", "ErrorLog error.log", "PidFile httpd.pid", "DefaultRuntimeDir .", ""]
    file = work / "httpd.conf"
    file.write_text("\n".join(lines))
    return file


def _listed(text: str) -> Iterator[Listed]:
    for name, module, where, _, override in _LISTED.findall(text):
        words = frozenset(re.findall(r"[A-Z]\w+", override))
        yield Listed(
            name=name,
            module=module,
            outside=where != "only inside",
            inside=where != "only outside",
            override=_ALL if words == {"None"} else words,
        )


def _run(*command: str) -> str:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False, text=True
    )
    if done.returncode and "-V" not in command:
        said = done.stderr.strip().split("\n")[-1] or f"exit code {done.returncode}"
        raise ValueError(f"{' '.join(command[:2])} failed: {said}")
    return done.stdout
