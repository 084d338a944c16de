"""`hpatch lint examples/`, as a newcomer runs it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HPATCH = (sys.executable, "-c", "from hpatch.cli.main import main; main()")
SITES = "examples/apache2/sites-enabled"


class Fault(NamedTuple):
    """A rule, the file it must name (from the checkout), and the text that must stand at the place."""

    rule: str
    file: str
    text: str


FAULTS = [
    Fault(
        "BE004",
        "examples/apache2/mods-enabled/proxy_uwsgi.load",
        "LoadModule proxy_uwsgi_module /usr/lib/apache2/modules/mod_proxy_uwsgi.so",
    ),
    Fault("BE003", f"{SITES}/010-www.conf", '"unix:/run/uwsgi/search.sock|fcgi://localhost/"'),
    Fault("BE001", f"{SITES}/010-www.conf", "iobuffersize=1048576"),
    Fault("BE003", f"{SITES}/010-www.conf", '"unix:/run/uwsgi/basket.sock|fcgi://localhost/"'),
    Fault("WK001", f"{SITES}/010-www.conf", '"unix:/run/uwsgi/basket.sock|fcgi://localhost/"'),
    Fault("MP004", f"{SITES}/010-www.conf", 'ProxyPass "/maintenance.html" !'),
    Fault("WK009", f"{SITES}/020-api.conf", "timeout=1500ms"),
    Fault("BE003", f"{SITES}/020-api.conf", '"unix:/run/uwsgi/api-v1.sock|fcgi://api-v1/"'),
    Fault("BE001", f"{SITES}/020-api.conf", "iobuffersize=1048576"),
]
"""In the order of the report: files as httpd reads them."""


def lint(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*HPATCH, "lint", *arguments], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def findings(root: Path) -> list[dict[str, Any]]:
    done = lint(root, "examples", "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def text_at(root: Path, finding: dict[str, Any]) -> str:
    """What stands at a finding's place (places here are of one line)."""
    assert finding["line"] == finding["end_line"]
    line = (root / finding["file"]).read_text().splitlines()[finding["line"] - 1]
    return line[finding["column"] - 1 : finding["end_column"] - 1]


def test_each_fault_is_found_where_it_is(root: Path, findings: list[dict[str, Any]]) -> None:
    found = [(one["rule"], one["file"], text_at(root, one)) for one in findings if not one["rule"].startswith("KP")]
    assert found == FAULTS


def test_known_problems_of_its_old_releases_are_named_where_it_meets_them(findings: list[dict[str, Any]]) -> None:
    known = {(one["message"].partition(" as published")[0], one["rule"]) for one in findings if one["rule"][:2] == "KP"}
    assert known == {("httpd 2.4.29", "KP001"), ("httpd 2.4.29", "KP002"), ("uWSGI 2.0.4", "KP002")}


def test_the_collision_names_the_worker_that_takes_the_requests(root: Path, findings: list[dict[str, Any]]) -> None:
    (collision,) = [finding for finding in findings if finding["rule"] == "WK001"]
    first = collision["related"][0]
    line = (root / first["file"]).read_text().splitlines()[first["line"] - 1]
    assert "unix:/run/uwsgi/search.sock|fcgi://localhost/" in line


def test_the_readme_shows_what_a_terminal_of_100_columns_shows(root: Path) -> None:
    shown = (root / "README.md").read_text().split("```\n")[1]
    command, _, expected = shown.partition("\n")
    assert command.startswith("$ hpatch lint ")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        child = subprocess.Popen([*HPATCH, *command.split()[2:]], cwd=root, env=environment, stdout=theirs)
        os.close(theirs)
        output = b""
        # Linux ends a terminal whose other side is closed with EIO.
        with contextlib.suppress(OSError):
            while part := terminal.read(4096):
                output += part
        assert child.wait() == 1
    assert output.decode().replace("\r\n", "\n") == expected


@pytest.mark.httpd
def test_httpd_itself_has_nothing_to_say_about_it(root: Path, httpd: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "APACHE_RUN_USER": "nobody",
        "APACHE_RUN_GROUP": "nogroup",
        **dict.fromkeys(("APACHE_RUN_DIR", "APACHE_LOG_DIR"), str(tmp_path)),
        "APACHE_PID_FILE": str(tmp_path / "pid"),
    }
    command = [httpd, "-t", "-d", str(root / "examples" / "apache2"), "-f", "apache2.conf"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "Syntax OK")
