"""When output has colours and hyperlinks: --color, the environment, the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hpatch.cli import output
from tests.support.cli.call import call

NAMES = ("NO_COLOR", "FORCE_COLOR", "TERM", "TMUX", "STY", "VTE_VERSION", "TERM_PROGRAM", *output._LINKING)


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    output.color("auto")


@pytest.mark.parametrize(
    ("variables", "words", "colored"),
    [
        ({}, [], False),
        ({}, ["--color", "always"], True),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "0"}, [], False),
        ({"FORCE_COLOR": ""}, [], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, [], True),
        ({"FORCE_COLOR": "1"}, ["--color=never"], False),
        ({"FORCE_COLOR": "1"}, ["--color=auto"], True),
    ],
)
def test_in_a_pipe(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    words: list[str],
    colored: bool,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[1m" in call(capsys, "lint", *words, "--help").out) is colored
    assert ("\x1b[1m" in call(capsys, *words, "lint", "--help").out) is colored
    assert ("\x1b[1m" in call(capsys, "backport", *words, "list", "--help").out) is colored


def test_a_file_has_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text('ProxyPass "/a/" "http://127.0.0.1:8080"\n')
    words = ("lint", tmp_path / "a.conf", "--color", "always", "--no-config")
    assert call(capsys, *words, "--output", tmp_path / "out").code == 1
    assert "\x1b" not in (tmp_path / "out").read_text()
    assert "\x1b" in call(capsys, *words).out


class OnTerminal:
    """Standard output as it is on a terminal."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


@pytest.mark.parametrize(
    ("variables", "color", "links"),
    [
        ({}, True, False),
        ({"TERM": "dumb", "VTE_VERSION": "7000"}, False, False),
        ({"VTE_VERSION": "7000"}, True, True),
        ({"VTE_VERSION": "4999"}, True, False),
        ({"VTE_VERSION": "7000", "NO_COLOR": "1"}, False, False),
        ({"VTE_VERSION": "7000", "TMUX": "/tmp/x"}, True, False),
        ({"TERM_PROGRAM": "vscode"}, True, True),
        ({"TERM": "xterm-kitty"}, True, True),
        ({"KONSOLE_VERSION": "220401"}, True, True),
    ],
)
def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], color: bool, links: bool) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", OnTerminal())
    assert output.page()[1:] == (color, links)
    assert output.page("file")[1:] == (False, False)


def test_colour_that_is_forced_makes_no_links_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTE_VERSION", "7000")
    monkeypatch.setattr(sys, "stdout", open(os.devnull, "w"))  # noqa: PTH123, SIM115 - closed with the test
    with sys.stdout:
        output.color("always")
        assert output.page()[1:] == (True, False)
    output.color("auto")
