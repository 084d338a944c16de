"""The same history twice: as a repository of Subversion, and as the mirror of it in git (`two_lines`)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.backport.two_lines import Commit

_MEMORY = Path("/dev/shm")
"""svnadmin syncs every revision to the disk, which takes seconds where it is one."""
ROOT = "httpd/httpd"
"""Where trunk and branches are, as on httpd's server."""


def server(folder: Path, commits: Iterable[Commit]) -> str:
    """Make the repository; the URL of what has trunk and branches. The first commit is trunk's, the branch's first one
    copies it. The numbers of the revisions are kept: those between are empty.
    """
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as scratch:
        made = Path(scratch) / "server"
        subprocess.run(["svnadmin", "create", made], check=True)
        load = ["svnadmin", "load", "--quiet", "--bypass-prop-validation", made]
        subprocess.run(load, input=b"".join(_dump(list(commits))), check=True, capture_output=True)
        shutil.copytree(made, folder)
    return f"file://{folder}/{ROOT}"


def checkout(url: str, folder: Path, line: str = "branches/2.4.x") -> Path:
    """A working copy."""
    subprocess.run(["svn", "checkout", "--quiet", "--non-interactive", f"{url}/{line}", folder], check=True)
    return folder


def _dump(commits: list[Commit]) -> Iterator[bytes]:
    yield b"SVN-fs-dump-format-version: 2\n\n"
    number = 0
    folders: set[str] = set()
    known: dict[str, set[str]] = {"trunk": set()}
    for one in commits:
        for between in range(number + 1, one.number):
            yield _revision(between, "")
        number = one.number
        yield _revision(number, one.message)
        top = f"{ROOT}/trunk" if one.line == "trunk" else f"{ROOT}/branches/{one.line}"
        if one.line not in known:
            yield from _folders(f"{ROOT}/branches", folders)
            yield b"Node-path: %s\nNode-kind: dir\nNode-action: add\n" % top.encode()
            yield b"Node-copyfrom-rev: %d\nNode-copyfrom-path: %s/trunk\n\n" % (number - 1, ROOT.encode())
            known[one.line] = set(known["trunk"])
            folders.update(f"{top}{name.removeprefix(f'{ROOT}/trunk')}" for name in tuple(folders) if "/trunk" in name)
        for path, content in one.files.items():
            name = f"{top}/{path}".encode()
            if content is None:
                yield b"Node-path: %s\nNode-action: delete\n\n" % name
                known[one.line].discard(path)
                continue
            yield from _folders(f"{top}/{path}".rpartition("/")[0], folders)
            action = b"change" if path in known[one.line] else b"add"
            known[one.line].add(path)
            size = len(content)
            yield b"Node-path: %s\nNode-kind: file\nNode-action: %s\n" % (name, action)
            yield b"Text-content-length: %d\nContent-length: %d\n\n%s\n\n" % (size, size, content)


def _revision(number: int, message: str) -> bytes:
    text = message.encode()
    log = b"K 7\nsvn:log\nV %d\n%s\n" % (len(text), text) if text else b""
    properties = log + b"PROPS-END\n"
    size = len(properties)
    return b"Revision-number: %d\nProp-content-length: %d\nContent-length: %d\n\n%s\n" % (
        number,
        size,
        size,
        properties,
    )


def _folders(path: str, known: set[str]) -> Iterator[bytes]:
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        folder = "/".join(parts[:count])
        if folder not in known:
            known.add(folder)
            yield b"Node-path: %s\nNode-kind: dir\nNode-action: add\n\n" % folder.encode()
