"""Asking a program what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.errors import ToolError
from hpatch.processes import ask as asking
from hpatch.processes.ask import Said, ask


def script(folder: Path, text: str) -> Path:
    """A program."""
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def test_both_streams_whatever_the_exit_code(tmp_path: Path) -> None:
    assert ask(script(tmp_path, 'echo "$1 $2"; echo oh >&2; exit 3'), "-a", "b c") == Said("-a b c\n", "oh\n")


def test_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME", "value")
    program = script(tmp_path, "echo $NAME")
    assert ask(program, "-v").output == "value\n"
    assert ask(program, "-v", environment={}).output == "\n"


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    assert ask(script(tmp_path, r"printf '\377'"), "-v").output == "\ufffd"


def test_it_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PATIENCE", 0.1)
    with pytest.raises(ToolError, match="program -v does not end"):
        ask(script(tmp_path, "exec sleep 60"), "-v")


def test_no_program(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no cannot be run: No such file"):
        ask(tmp_path / "no", "-v")
