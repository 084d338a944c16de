"""`hpatch lint --watch`."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hpatch.cli.lint import watching as watch
from tests.support.cli.call import call
from tests.support.patience import PATIENCE

WATCHING = "hpatch: watching for changes; Ctrl-C ends\n"


@contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """hpatch, which watches. It ends with the block, or after a minute."""
    with subprocess.Popen(
        [sys.executable, "-m", "hpatch", "lint", "--watch", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        limit = threading.Timer(60, process.kill)
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            process.kill()


def ready(process: subprocess.Popen[str]) -> list[str]:
    """Wait until it watches again; what it said on standard error before."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        if line == WATCHING:
            return said
        said.append(line)
    raise AssertionError(f"it ended: {said}")


def until(process: subprocess.Popen[str], wanted: Callable[[list[str]], bool]) -> None:
    """Wait until a lint says what is wanted. A change at the wrong moment may be linted twice."""
    while not wanted(ready(process)):
        pass


def test_a_change_is_linted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (tmp_path / "sites").mkdir()
    (tmp_path / "conf").mkdir()
    main = tmp_path / "sites" / "httpd.conf"
    main.write_text("Include ../conf/*.conf\n")
    (tmp_path / "conf" / "a.conf").write_text("Listen 80\n")
    report = tmp_path / "sites" / "report.json"
    words = (
        "sites",
        "--format",
        "json",
        "--output",
        "sites/report.json",
        "--select",
        "directive-unknown,include-missing",
    )
    with watching(tmp_path, *words) as process:
        until(process, lambda said: said == [] and "Listn" not in report.read_text())
        (tmp_path / "conf" / "b.conf").write_text("Listn 80\n")
        until(process, lambda said: said == [] and "Listn" in report.read_text())
        (tmp_path / "sites" / "hpatch.toml").write_text("nonsense = 1\n")
        until(process, lambda said: said == ["hpatch: sites/hpatch.toml:1: unknown key 'nonsense'\n"])
        (tmp_path / "conf" / "b.conf").unlink()
        (tmp_path / "sites" / "hpatch.toml").unlink()
        until(process, lambda said: said == [] and "Listn" not in report.read_text())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err.replace(WATCHING, "")) == (130, "", "")


def test_the_report_that_it_writes_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "a.conf").touch()
    before = watch._names([str(tmp_path)], str(tmp_path / "report"))
    for name in ("report", "report.123.part", "a.conf~", ".a.conf.swp"):
        (tmp_path / name).touch()
    assert watch._names([str(tmp_path)], str(tmp_path / "report")) == before
    (tmp_path / "b.conf").touch()
    assert watch._names([str(tmp_path)], str(tmp_path / "report")) != before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-"], 2, "--watch reads again what changes: give files or folders, not -"),
        (["a.conf", "--write-baseline", "b.json"], 2, "--watch and --write-baseline exclude each other"),
        (["a.conf"], 4, "--watch needs the library watchfiles: pip install 'hpatch[watch]'"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else None,
)
def test_what_cannot_be_watched(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, said: str
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert call(capsys, "lint", "--watch", *words) == (code, "", f"hpatch: {said}\n")
