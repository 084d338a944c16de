"""Debian's own source of httpd and nginx, from where this machine gets its packages."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_FOLDER = Path(tempfile.gettempdir()) / f"hpatch-debian-source-{os.getuid()}"
_LISTS = Path("/etc/apt")


_KEPT = {"apache2": ("tree", "include/ap_release.h"), "nginx": ("nginx", "src/core/nginx.h")}
"""By source package: the folder where its tree is kept, and a file of the tree."""


def debian_source(package: str = "apache2") -> Path:
    """The newest source package that is there, unpacked; kept for the next run. Without one the test is skipped."""
    for program in ("apt-get", "apt-cache", "dpkg-source"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}, which is not installed")
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    if _FOLDER.stat().st_uid != os.getuid():
        pytest.fail(f"{_FOLDER} belongs to another user")
    name, file = _KEPT[package]
    with (_FOLDER / f"{name}.lock").open("w") as lock:
        # Tests in other processes ask for it, too: apt would refuse the second.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _kept(package, _FOLDER / name, file)


def _kept(package: str, kept: Path, file: str) -> Path:
    if (kept / file).is_file():
        return kept
    options = _options(_FOLDER / f"apt-{package}")  # the other package may be asked for at the same time
    _run(["apt-get", *options, "-q", "update"])
    shown = _run(["apt-cache", *options, "showsrc", package])
    said = ""
    for version in _newest_first(set(re.findall(r"^Version: (\S+)$", shown, re.M))):
        work = Path(tempfile.mkdtemp(dir=_FOLDER))
        try:
            # The newest one is sometimes known and not there.
            _run(["apt-get", *options, "-q", "source", "--download-only", f"{package}={version}"], work)
            (description,) = work.glob("*.dsc")
            _run(["dpkg-source", "--no-check", "-x", description.name, "tree"], work)
            (work / "tree").rename(kept)
            return kept
        except subprocess.CalledProcessError as error:
            said = error.output.strip().splitlines()[-1:] and error.output.strip().splitlines()[-1]
        finally:
            shutil.rmtree(work, ignore_errors=True)
    pytest.skip(f"Debian's source of {package} cannot be fetched: {said}")


def _options(top: Path) -> list[str]:
    """apt with lists of its own, of sources in place of packages, in a folder."""
    parts = top / "parts"
    for folder in (parts, top / "lists" / "partial", top / "cache" / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    stanzas = list(_stanzas())
    if not stanzas:
        pytest.skip("no source of Debian's packages is known to apt")
    (parts / "debian.sources").write_text("\n".join(stanzas))
    settings = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": parts,
        "Dir::State::Lists": top / "lists",
        "Dir::Cache": top / "cache",
        "APT::Sandbox::User": "",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _stanzas() -> Iterator[str]:
    """The machine's own entries for Debian, for sources."""
    for path in sorted((_LISTS / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            if re.search(r"^Types:.*\bdeb\b", stanza, re.M) and "debian" in stanza and _of_debian(stanza):
                yield re.sub(r"^Types:.*$", "Types: deb-src", stanza, flags=re.M) + "\n"
    for path in (_LISTS / "sources.list", *sorted((_LISTS / "sources.list.d").glob("*.list"))):
        for line in path.read_text().splitlines() if path.is_file() else ():
            match = re.match(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)", line)
            if match is not None and _of_debian(line):
                signed = re.search(r"signed-by=(\S+)", match[1] or "")
                lines = [f"Types: deb-src\nURIs: {match[2]}\nSuites: {match[3]}\nComponents: {match[4]}\n"]
                yield "".join(lines + ([f"Signed-By: {signed[1]}\n"] if signed else []))


def _of_debian(entry: str) -> bool:
    release = Path("/etc/os-release").read_text()
    name = re.search(r"^VERSION_CODENAME=(\S+)", release, re.M)
    return name is not None and re.search(rf"\b{re.escape(name[1])}(-updates|-security)?\b", entry) is not None


def _newest_first(versions: set[str]) -> list[str]:
    found: list[str] = []
    for version in versions:
        at = 0
        while at < len(found) and not _newer(version, found[at]):
            at += 1
        found.insert(at, version)
    return found


def _newer(one: str, other: str) -> bool:
    return subprocess.run(["dpkg", "--compare-versions", one, "gt", other], check=False).returncode == 0


def _run(command: list[str], folder: Path = _FOLDER) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        timeout=600,
    )
    return done.stdout
