"""What stands on this machine's disk, and what httpd makes of it in the place of a .htaccess file."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.paths.disk import Machine
from hpatch.paths.model import ClientRequest, FileKind
from hpatch.paths.site import Site
from hpatch.paths.who import Who, who


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        # The whole path may be too long for a socket.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            one.bind(path.name)
        finally:
            os.chdir(here)


ODD = {
    "a pipe": os.mkfifo,
    "a socket": _socket,
    "a device": lambda path: path.symlink_to("/dev/null"),
    "a loop of links": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_neither_file_nor_folder(tmp_path: Path, name: str) -> None:
    make: Callable[[Path], None] = ODD[name]
    make(tmp_path / "a")
    assert Machine().odd(str(tmp_path / "a")) == name
    assert Machine().kind(str(tmp_path / "a")) is None


def test_files_and_folders_are_not_odd(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, kind in (("file", FileKind.FILE), ("", FileKind.FOLDER), ("none", FileKind.NOTHING)):
        assert Machine().odd(str(tmp_path / path)) is None
        assert Machine().kind(str(tmp_path / path)) is kind
    assert Machine().odd("\0") is None


@pytest.mark.parametrize("name", [name for name in ODD if name != "a pipe"])
def test_httpd_refuses_what_it_cannot_read_as_a_htaccess_file(tmp_path: Path, name: str) -> None:
    ODD[name](tmp_path / ".htaccess")
    told = _who(tmp_path, "All")
    assert told.answer.status == 403
    assert told.answer.unseen == ()
    assert told.steps[-1].text == f'"{tmp_path}/.htaccess" is {name}, not a file'
    assert _who(tmp_path, "None").answer.kind == "file"


def test_httpd_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".htaccess")
    answer = _who(tmp_path, "All").answer
    assert answer.kind == "unknown"
    assert f'"{tmp_path}/.htaccess" is a pipe: httpd waits' in answer.text


def _who(folder: Path, override: str) -> Who:
    (folder / "a").write_text("")
    text = f'DocumentRoot "{folder}"\n<Directory "/">\nAllowOverride {override}\n</Directory>\n'
    modules = Modules(["dir_module"], complete=True)
    site = Site(load_text(text, Options(modules=modules)), disk=Machine())
    return who(site, ClientRequest(path="/a", query=None, host="h.test", client="192.0.2.1"))
