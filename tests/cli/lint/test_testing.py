"""`hpatch lint --test` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.gateways.httpd import frame

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound configuration for a real httpd; it is in the working folder."""
    (tmp_path / "httpd.conf").write_text(frame(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def add(site: Path, text: str, name: str = "httpd.conf") -> None:
    with (site / name).open("a") as file:
        file.write(text + "\n")


def program(folder: Path, text: str) -> str:
    """A program that answers -V and -l as httpd does, and -t with the text."""
    file = folder / "httpd"
    file.write_text(
        "#!/bin/sh\ncase $1 in\n-V) echo 'Server version: Apache/2.4.71';;\n-l) echo '  core.c';;\n"
        f"-t) {text};;\nesac\n"
    )
    file.chmod(0o755)
    return str(file)


def test_needs_a_program(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "lint", "--test", "httpd.conf")
    assert (code, out) == (2, "")
    assert "--test needs --httpd" in err


def test_a_program_that_crashes(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "lint", "--httpd", program(site, "kill -SEGV $$"), "--test", "httpd.conf")
    assert (code, out) == (4, "")
    assert "signal 11" in err


def test_each_root_is_tested_and_no_htaccess_file(site: Path, capsys: Capture) -> None:
    add(site, "Options None", ".htaccess")
    told = program(site, 'echo "AH1: $5"; echo Syntax OK')
    arguments = ["lint", "--httpd", told, "--test", "--format", "json", "httpd.conf", ".htaccess"]
    found = json.loads(call(capsys, *arguments).out)["findings"]
    messages = [one["message"] for one in found if one["name"] == "httpd-warns"]
    assert messages == [f"{told} -t: AH1: {site}/httpd.conf"]


def test_no_control_character_reaches_the_terminal(site: Path, capsys: Capture) -> None:
    told = program(site, r"printf '\033[31mred\n'; exit 1")
    code, out, _ = call(capsys, "lint", "--httpd", told, "--test", "--select", "httpd-refuses", "httpd.conf")
    assert code == 1
    assert "?[31mred" in out
    assert "\x1b" not in out


@pytest.mark.httpd
def test_httpd_accepts(httpd: str, site: Path, capsys: Capture) -> None:
    assert call(capsys, "lint", "--httpd", httpd, "--test", ".") == (
        0,
        call(capsys, "lint", "--httpd", httpd, ".").out,
        "",
    )


@pytest.mark.httpd
def test_httpd_refuses(httpd: str, site: Path, capsys: Capture) -> None:
    add(site, 'Include "more.conf"')
    add(site, "RewriteMap m dbm:none", "more.conf")
    code, out, err = call(capsys, "lint", "--httpd", httpd, "--test", "--format", "json", "httpd.conf")
    (finding,) = [one for one in json.loads(out)["findings"] if one["name"] == "httpd-refuses"]
    assert (code, err) == (1, "")
    assert finding["message"].startswith(f"{httpd} -t: RewriteMap: file for map m not found")
    assert (Path(finding["file"]).name, finding["line"], finding["column"]) == ("more.conf", 1, 1)


@pytest.mark.httpd
def test_defines_and_the_environment_decide(httpd: str, site: Path, capsys: Capture) -> None:
    add(site, "ServerName ${HOST_NAME}\n<IfDefine !HERE>\nNoSense\n</IfDefine>")
    add(site, "export HOST_NAME=www.example.com", "envvars")
    assert call(capsys, "lint", "--httpd", httpd, "--test", "-D", "HERE", "httpd.conf").code == 0
    code, out, _ = call(capsys, "lint", "--httpd", httpd, "--test", "-D", "THERE", "httpd.conf")
    assert code == 1
    assert "Invalid command 'NoSense'" in out
