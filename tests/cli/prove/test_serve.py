"""`hpatch lab serve` as a user calls it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hpatch.lab.backends.faults import FAULTS
from tests.support.cli.call import call
from tests.support.lab.leftovers import nothing_left
from tests.support.patience import PATIENCE
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]


def test_the_list_of_faults(capsys: Capture, root: Path) -> None:
    code, out, err = call(capsys, "lab", "serve", "--list")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:]] == list(FAULTS)
    answer = valid("faults-1", call(capsys, "lab", "serve", "--list", "--format", "json").out)
    assert [one["name"] for one in answer["faults"]] == list(FAULTS)
    table = (root / "docs/cli.md").read_text().partition("| fault | what it does |")[2].partition("\n\n")[0]
    assert [line.split("`")[1] for line in table.splitlines() if "`" in line] == list(FAULTS)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--fault", "none"), 2, "the responder has no fault 'none'; there are sound, "),
        (("--port", "80", "--socket", "/tmp/s"), 2, "give --port or --socket, not both"),
        (("--socket", "/nowhere/s"), 2, "--socket /nowhere/s: is in no folder that exists"),
        (("--socket", f"/tmp/{'s' * 103}"), 2, "is longer than 107 bytes"),
    ],
)
def test_wrong_usage(capsys: Capture, arguments: tuple[str, ...], code: int, said: str) -> None:
    found = call(capsys, "lab", "serve", *arguments)
    assert (found.code, found.out) == (code, "")
    assert said in found.err
    assert found.err.count("\n") == 1


def test_a_port_that_is_taken(capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = call(capsys, "lab", "serve", "--port", port)
    assert (code, out) == (4, "")
    assert err == f"hpatch: the responder cannot listen at port {port}: Address already in use\n"


def serve(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "hpatch", "lab", "serve", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_it_shows_requests_until_it_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with nothing_left(), serve("--scheme", "http", "--fault", "silent", "--socket", str(path)) as process:
        assert process.stdout is not None
        while "Ctrl-C ends it" not in (line := process.stdout.readline()):
            assert line
        with socket.socket(socket.AF_UNIX) as stream:
            stream.connect(str(path))
            stream.sendall(b"GET /\x1b[31m HTTP/1.1\r\n\r\n")
            assert stream.recv(10) == b""
        assert process.stdout.readline() == "GET /\\x1b[31m HTTP/1.1\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 0
    assert not path.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_when_it_is_told_to(number: signal.Signals) -> None:
    with nothing_left() as left, serve("--format", "json") as process:
        assert process.stdout is not None
        text = ""
        while not text.endswith("\n}\n"):
            text += process.stdout.readline()
        answer = valid("serve-1", text)
        left.ports.add(answer["port"])
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
        assert process.returncode in (143, -signal.SIGKILL)
