"""What an installed uWSGI says of itself."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from hpatch.build.uwsgi.installed import is_program, version
from hpatch.errors import ToolError
from hpatch.versions import Version
from tests.support.needs import program


def script(folder: Path, text: str) -> str:
    """A program with uWSGI's name in it."""
    file = folder / "uwsgi"
    file.write_text(f"#!/bin/sh\n# uWSGI\n{text}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize("said", ["2.0.21", "2.0.21-debian", "2.0.25.1", "2.1-dev-f74553db"])
def test_version(tmp_path: Path, said: str) -> None:
    assert version(script(tmp_path, f"echo {said}")) == said


@pytest.mark.parametrize("said", ["hello", "", "uwsgi 2.0.21", "2.0.21 of something", "21"])
def test_another_answer(tmp_path: Path, said: str) -> None:
    with pytest.raises(ToolError, match="does not answer --version as uWSGI does"):
        version(script(tmp_path, f"echo '{said}'"))


def test_it_gets_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UWSGI_INI", "/nowhere")
    assert version(script(tmp_path, "echo 2.0.2${UWSGI_INI}")) == "2.0.2"


def test_a_name_without_a_slash_is_that_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    script(tmp_path, "echo 2.0.3")
    script(other, "echo 2.0.4")
    monkeypatch.setenv("PATH", str(other))
    monkeypatch.chdir(tmp_path)
    assert version("uwsgi") == "2.0.3"


def test_a_program_without_the_name_of_uwsgi_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "other"
    file.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\necho 2.0.21\n")
    file.chmod(0o755)
    with pytest.raises(ToolError, match="other is a program, but not uWSGI"):
        version(str(file))
    assert not (tmp_path / "ran").exists()


def test_what_cannot_be_run(tmp_path: Path) -> None:
    path = script(tmp_path, "echo 2.0.21")
    os.chmod(path, 0o644)  # noqa: PTH101 - text as given
    with pytest.raises(ToolError, match="cannot be run: Permission denied"):
        version(path)
    with pytest.raises(ToolError, match=re.escape(f"{tmp_path}/no cannot be read: No such file")):
        version(str(tmp_path / "no"))


def test_is_program(tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell is not None
    assert is_program(shell)
    assert not is_program(script(tmp_path, ""))
    assert not is_program(str(tmp_path))
    assert not is_program(str(tmp_path / "no"))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert not is_program(str(pipe))


@pytest.mark.uwsgi
def test_a_real_one() -> None:
    path = program("uwsgi")
    assert is_program(path)
    assert Version.parse(version(path)) >= Version(2, 0)
