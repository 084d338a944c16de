"""Progress: on a terminal, after a while, and gone at the end; nothing in a pipe."""

from __future__ import annotations

import io
import os
import pty
import re
import sys
import time
from collections.abc import Iterator

import pytest

from hpatch.report.common import progress
from hpatch.report.prove.building import following
from tests.support.patience import PATIENCE


class Terminal:
    """A terminal, and what it shows."""

    def __init__(self) -> None:
        self._main, side = pty.openpty()
        self.stream = os.fdopen(side, "w", encoding="utf-8")

    def shown(self) -> str:
        """What was written to it so far, without its control sequences."""
        self.stream.flush()
        os.set_blocking(self._main, False)
        try:
            text = os.read(self._main, 1 << 20).decode()
        except BlockingIOError:
            return ""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)

    def close(self) -> None:
        self.stream.close()
        os.close(self._main)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    one = Terminal()
    yield one
    one.close()


def until(terminal: Terminal, word: str) -> str:
    """What the terminal shows until it shows a word: the bar is drawn ten times a second."""
    text = ""
    limit = time.monotonic() + PATIENCE
    while word not in text and time.monotonic() < limit:
        time.sleep(0.02)
        text += terminal.shown()
    return text


def test_a_build_on_a_terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.shown() as one:
        watch = following(one, "build: ")
        watch("configure", b"checking for \x1b[31mgcc... yes\n")
        watch("make", b"")
        watch("make", b"libtool --mode=compile gcc -c mod_proxy.c && touch mod_proxy.lo\n")
        text = until(terminal, "mod_proxy.c")
    assert "build: make" in text
    assert "3/5" in text
    assert "mod_proxy.c" in text


def test_one_long_step_is_shown_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    with progress.shown() as one:
        one.step(1, 2, "slow")
        assert "slow" in until(terminal, "slow")


def test_before_the_first_step_none_is_counted(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.shown() as one:
        assert one.at == ""
        text = until(terminal, "0/")
        one.step(2, 3, "later")
        assert one.at == "step 2 of 3, later"
        text += until(terminal, "1/3")
    assert "-1" not in text


def test_what_is_quick_shows_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    with progress.shown() as one:
        one.step(1, 2, "quick")
        one.detail("done")
    assert terminal.shown() == ""


def test_nothing_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.shown() as one:
        one.step(1, 2, "slow")
        one.detail("x")
        assert one.at == "step 1 of 2, slow"
    assert stream.getvalue() == ""
