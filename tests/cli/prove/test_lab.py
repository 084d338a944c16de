"""`hpatch lab` as a user calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.lab.interrupting import in_the_second_session
from tests.support.lab.leftovers import nothing_left
from tests.support.patience import PATIENCE
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
NAME = "fcgi-connect-crash"


def test_the_list(capsys: Capture) -> None:
    code, out, err = call(capsys, "lab", "list")
    assert (code, err) == (0, "")
    assert any(line.startswith(NAME) for line in out.splitlines())
    manual = call(capsys, "lab", "list", NAME)
    assert manual.out.startswith(f"{NAME}  ")
    assert "Method:" in manual.out
    answer = json.loads(call(capsys, "lab", "list", NAME, "--format", "json").out)
    assert [one["name"] for one in answer["scenarios"]] == [NAME]


@pytest.mark.httpd
def test_a_run(capsys: Capture, tmp_path: Path, root: Path) -> None:
    picture = tmp_path / "picture.svg"
    code, out, err = call(
        capsys, "lab", "run", NAME, "--transport", "tcp", "--requests", "3", "--format", "json", "--plot", picture
    )
    assert (code, err) == (0, "")
    answer = valid("lab-1", out)
    (result,) = answer["results"]
    assert (result["transport"], result["verdict"]) == ("tcp", "passed")
    assert result["figures"]["requests"] % 3 == 0
    assert result["figures"]["outcomes"]["503"] == result["figures"]["requests"]
    assert picture.read_text().startswith("<?xml")


def test_what_would_run(capsys: Capture, tmp_path: Path, root: Path) -> None:
    picture = tmp_path / "picture.svg"
    arguments = ("lab", "run", "--all", "--backend", "uwsgi@2.0.4", "--threads", "1,8", "--dry-run", "--plot", picture)
    code, out, err = call(capsys, *arguments)
    assert code == 0
    assert err.startswith("hpatch: left out: ")
    assert err.endswith(" with uwsgi, because they run with responder only\n")
    assert err.count("\n") == 1
    assert "uwsgi 2.0.4" in out
    assert "; nothing was run\n" in out
    asked = call(capsys, *arguments, "--format", "json")
    assert (asked.code, asked.err) == (0, "")
    answer = valid("cells-1", asked.out)
    assert {"scenario": NAME, "option": "backend", "value": "uwsgi", "runs_with": ["responder"]} in answer["left_out"]
    assert {one["threads"] for one in answer["cells"]} == {1, 8}
    assert f"{len(answer['cells'])} cells, about {sum(one['effort'] for one in answer['cells'])} s" in out
    assert not picture.exists()


def test_the_list_that_hpatch_began_with(capsys: Capture) -> None:
    """Every item has an answer, also where nothing could run: that it is not known."""
    nothing = ("--gateway", "httpd:/bin/true", "--backend", "responder", "--transport", "unix")
    code, out, err = call(capsys, "lab", "run", "page", *nothing, "--format", "json")
    assert (code, err) == (4, "")
    answer = valid("lab-1", out)
    assert {one["verdict"] for one in answer["items"]} == {"cannot-run"}
    assert {one["verdict"] for one in answer["results"]} == {"cannot-run"}
    shown = call(capsys, "lab", "run", "page", *nothing).out
    assert f"{len(answer['items'])} items: {len(answer['items'])} unknown. Cells: " in shown
    assert "cannot-run (httpd, responder, unix): " in shown
    refused = call(capsys, "lab", "run", "page", NAME)
    assert (refused.code, "give 'page' alone" in refused.err) == (2, True)


@pytest.mark.httpd
def test_what_cannot_run(capsys: Capture, httpd: str) -> None:
    """Of two gateways one is none: its cell says why, the other's has passed."""
    gateways = ("--gateway", "httpd:/bin/true", "--gateway", f"httpd:{httpd}")
    code, out, err = call(capsys, "lab", "run", NAME, "--transport", "unix", *gateways)
    assert (code, err) == (4, "")
    assert "/bin/true does not answer -V as httpd does" in out
    assert "1 passed, 1 cannot-run (" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name scenarios, or --all"),
        ([NAME, "--all"], "give names or --all, not both"),
        (["fcgi-conect-crash"], f"did you mean '{NAME}'?"),
        ([NAME, "--transport", "udp"], "--transport 'udp'"),
        ([NAME, "--threads", "0"], "--threads '0'"),
        ([NAME, "--threads", "1,"], "--threads '1,'"),
        ([NAME, "--threads", "1" * 5000], "--threads '111"),
        ([NAME, "--gateway", "apache"], "'apache' is not a gateway"),
        ([NAME, "--backend", "uwsgi@x"], "'x' is not a version of uWSGI"),
        ([NAME, "--module", "proxy_fcgi"], "is not NAME=FILE"),
        ([NAME, "--gateway", "nginx", "--module", "a=b"], "--module needs httpd"),
        ([NAME, "--plot", "a.pdf"], "must end with .svg or .png"),
        ([NAME, "--gateway", "nginx"], f"nothing is left to run: {NAME} with nginx, because it runs with httpd only"),
    ],
)
def test_wrong_usage(capsys: Capture, arguments: list[str], said: str) -> None:
    code, out, err = call(capsys, "lab", "run", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_picture_that_cannot_be_written(capsys: Capture, tmp_path: Path) -> None:
    picture = tmp_path / "none" / "picture.svg"
    code, out, err = call(capsys, "lab", "run", NAME, "--plot", picture)
    assert (code, out) == (4, "")
    assert err == f"hpatch: --plot {picture}: {picture.parent} is not a folder\n"


@pytest.mark.httpd
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_end_in_the_middle(number: signal.Signals, code: int) -> None:
    command = [sys.executable, "-m", "hpatch", "lab", "run", "fcgi-body-cpu", "--transport", "unix"]
    with nothing_left() as left:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, env={**os.environ}
        ) as process:
            while len(left.look()) < 3 and process.poll() is None:  # the guard, and httpd with a child
                time.sleep(0.01)
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (code, b"")
        said = b"hpatch: interrupted: 0 of 1 cells were run; all that was started has ended\n"
        assert err == (said if number == signal.SIGINT else b"")


@pytest.mark.httpd
def test_what_was_done_before_an_interrupt_is_told() -> None:
    found = in_the_second_session("lab", "run", "scgi-unix", "fcgi-body-cpu")
    assert found.code == 130
    assert b"1 passed (5 requests" in found.out
    assert found.err == b"hpatch: interrupted: 1 of 2 cells were run; all that was started has ended\n"
