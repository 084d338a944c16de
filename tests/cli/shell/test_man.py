"""Manual pages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.needs import program


@pytest.mark.mandoc
def test_every_page_is_sound(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(capsys, "man", "--output", tmp_path) == (0, "", "")
    pages = sorted(tmp_path.iterdir())
    assert {"hpatch.1", "hpatch-lint.1", "hpatch-backport-check.1"} <= {one.name for one in pages}
    done = subprocess.run(
        [program("mandoc"), "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True, check=False
    )
    # No date: the same sources give the same pages.
    faults = [
        line for line in done.stdout.splitlines() if "missing date" not in line and "referenced manual" not in line
    ]
    assert faults == []


@pytest.mark.mandoc
def test_a_page_reads_as_help_does(capsys: pytest.CaptureFixture[str]) -> None:
    page = call(capsys, "man", "lint").out
    done = subprocess.run(
        [program("mandoc"), "-T", "ascii", "-O", "width=200"], input=page, capture_output=True, text=True, check=True
    )
    text = _plain(done.stdout)
    assert "hpatch-lint - find faults in Apache httpd reverse-proxy configurations" in text
    assert "  hpatch lint --select WK,access,slash-double --fail-on error /etc/httpd\n" in text
    assert "--severity-of RULES=SEVERITY\n" in text
    assert "EXIT STATUS" in text
    assert "hpatch(1)" in text


def _plain(text: str) -> str:
    """Text without what overstrikes."""
    found: list[str] = []
    for char in text:
        if char == "\b":
            found.pop()
        else:
            found.append(char)
    return "".join(found)


def test_a_page_of_a_command_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "man", "lnt") == (2, "", "hpatch: there is no command 'lnt'; 'hpatch --help' shows all\n")
