"""Completion in the shells themselves."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.needs import program
from tests.support.patience import PATIENCE

EXPECTED = {
    "hpatch li": {"lint"},
    "hpatch backport che": {"check"},
    "hpatch lint --sel": {"--select"},
    "hpatch lint a.conf --col": {"--color"},
    "hpatch --color never rule slash-d": {"slash-double"},
    "hpatch lint --select slash-d": {"slash-double"},
    "hpatch lint --select WK001,slash-d": {"WK001,slash-double"},
    "hpatch lint --severity-of slash-d": {"slash-double="},
    "hpatch lint --fail-on n": {"never"},
    "hpatch verify --mpm event,wo": {"event,worker"},
    "hpatch verify fcgi-b": {"fcgi-body-cpu"},
    "hpatch lab run scgi-e": {"scgi-early-response"},
    "hpatch lint --httpd-version ": set(),
    "hpatch completion z": {"zsh"},
}
"""What stands on the line, and the words that a shell offers for its end."""


@pytest.fixture
def script(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The script of the shell that the test names, in a folder with files."""
    code, out, err = call(capsys, "completion", request.param)
    assert (code, err) == (0, "")
    (tmp_path / "one site").mkdir()
    (tmp_path / "one.conf").touch()
    file = tmp_path / f"hpatch.{request.param}"
    file.write_text(out)
    return file


@pytest.mark.parametrize("script", ["bash"], indirect=True)
def test_bash(script: Path) -> None:
    """Without any program on its path: completion runs none."""
    lines = [*EXPECTED, "hpatch lint one", "hpatch lint --root one", "hpatch lint --fail-on = n"]
    test = [f". {script}"]
    for line in lines:
        words = line.split(" ")
        test.append(
            f"COMP_WORDS=({' '.join(words[:-1])} '{words[-1]}') COMP_CWORD={len(words) - 1}; _hpatch 2>/dev/null"
        )
        test.append('printf "%s;" "${COMPREPLY[@]}"; echo')
    done = subprocess.run(
        ["/bin/bash", "--norc", "-uc", "\n".join(test)],
        cwd=script.parent, env={"PATH": ""}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = [set(filter(None, line.split(";"))) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    assert dict(zip(EXPECTED, found, strict=False)) == EXPECTED
    assert found[len(EXPECTED) :] == [{"one site", "one.conf"}, {"one site"}, {"never"}]


@pytest.mark.fish
@pytest.mark.parametrize("script", ["fish"], indirect=True)
def test_fish(script: Path) -> None:
    lines = [*EXPECTED, "hpatch lint one", "hpatch lint --root one"]
    test = f"source {script}\n" + "".join(f"complete -C '{line}'; echo ----\n" for line in lines)
    home = {"HOME": str(script.parent), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [program("fish"), "--no-config", "-c", test],
        cwd=script.parent, env=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = [
        {line.split("\t")[0] for line in part.split("\n") if line} for part in done.stdout.split("----\n")[: len(lines)]
    ]
    assert done.stderr == ""
    assert dict(zip(EXPECTED, found, strict=False)) == EXPECTED
    assert found[len(EXPECTED) :] == [{"one site/", "one.conf"}, {"one site/"}]


@pytest.mark.zsh
@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh(script: Path) -> None:
    """On a terminal, for zsh completes nowhere else: what it makes of the line is what it shows."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(script.parent)
        os.environ.update(TERM="dumb", COLUMNS="200", HOME=str(script.parent))
        os.execv(program("zsh"), ["zsh", "-f", "-i"])
    try:
        shell = Typed(terminal)
        shell.send(f"PS1='> '; autoload -Uz compinit; compinit -u -D; source {script}; print REA''DY\n")
        shell.until("READY")
        for line, expected in {**EXPECTED, "hpatch lint one.": {"one.conf"}}.items():
            for word in expected:
                shell.until("> ")
                shell.send(f"{line}\t")
                shell.until(f"{line.rpartition(' ')[0]} {word}")
                shell.send("\x15\n")
        shell.until("> ")
        shell.send("exit\n")
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


class Typed:
    """A terminal, at which someone types and reads."""

    def __init__(self, terminal: int) -> None:
        self.terminal = terminal
        self.shown = ""

    def send(self, text: str) -> None:
        """Type."""
        os.write(self.terminal, text.encode())

    def until(self, wanted: str) -> None:
        """Read on until a text has come. Fails when it does not come."""
        limit = time.monotonic() + PATIENCE
        while wanted not in self.shown:
            ready, _, _ = select.select([self.terminal], [], [], max(limit - time.monotonic(), 0))
            assert ready, f"{wanted!r} does not come: {self.shown!r}"
            self.shown += os.read(self.terminal, 65536).decode("utf-8", "replace")
        self.shown = self.shown.partition(wanted)[2]


def test_every_option_and_command_is_in_every_script(capsys: pytest.CaptureFixture[str]) -> None:
    for shell, mark in (("bash", "--severity-of"), ("zsh", "--severity-of="), ("fish", "-l severity-of ")):
        out = call(capsys, "completion", shell).out
        assert mark in out
        assert all(f"{name}" in out for name in ("backport", "propose", "uds-worker-collision", "fcgi-body-cpu"))
