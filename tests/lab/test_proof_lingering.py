"""uwsgi-lingering-close, proved on a release, and faulty versions of it refused. The source comes by pip."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from hpatch.lab.client import connect
from hpatch.lab.matrix import Experiment, run
from hpatch.lab.model import Address, BackendSpec, Cell, GatewayKind, GatewaySpec, Result
from hpatch.lab.registry import find
from hpatch.lab.session import Session

RELEASE = "2.0.31"
SET = "uwsgi-lingering-close"
HANDED_OVER = "void uwsgi_linger_fd(int fd) {\n"
FAULT = '(getenv("HPATCH_FAULT") && !strcmp(getenv("HPATCH_FAULT"), "{}"))'
CLOSE = "close(fd); __sync_sub_and_fetch(&uwsgi_linger.held, 1); return;"
WAIT = "char b[4096]; struct pollfd p = {fd, POLLIN, 0}; shutdown(fd, SHUT_WR); "
WAIT += "while (poll(&p, 1, -1) > 0 && read(fd, b, 4096) > 0); "
FAULTS = {
    "resets": (HANDED_OVER, f"{HANDED_OVER}if ({FAULT.format('resets')}) {{ {CLOSE} }}\n", "responses are not whole"),
    "waits": (HANDED_OVER, f"{HANDED_OVER}if ({FAULT.format('waits')}) {{ {WAIT}{CLOSE} }}\n", "waits for the bodies"),
    "endless": (
        "if (!over) continue;",
        f"if (!over || {FAULT.format('endless')}) continue;",
        "reads on without an end",
    ),
    "early": ("* 1000000;", f"* ({FAULT.format('early')} ? 1000 : 1000000);", "ends a connection before its time"),
    "little": (
        "state->bytes >= uwsgi_linger.bytes",
        f"state->bytes >= ({FAULT.format('little')} ? 100000 : uwsgi_linger.bytes)",
        "responses are not whole",
    ),
    "leaks": (
        "close(uwsgi_linger_polls[i].fd);",
        f"if (!{FAULT.format('leaks')} || uwsgi_linger_polls[i].revents == 0) close(uwsgi_linger_polls[i].fd);",
        "stay open",
    ),
}
"""A part of the set's code, what a fault makes of it, and what the proof is to say."""
pytestmark = [pytest.mark.proof, pytest.mark.measured, pytest.mark.httpd]
Program = Callable[[str], Path]


def source(folder: Path, archive: Path, kind: str) -> Path:
    """The release as it is (`before`), with the set (`after`), or with a set that has all faults (`faulty`)."""
    subprocess.run(("tar", "-xf", archive, "-C", folder), check=True)
    (tree,) = (path for path in folder.iterdir() if path.is_dir())
    if kind != "before":
        command = (sys.executable, "-m", "hpatch", "apply", SET, "--tree", tree)
        subprocess.run(command, check=True, capture_output=True)
    if kind == "faulty":
        file = tree / "proto/base.c"
        text = file.read_text()
        for old, new, _ in FAULTS.values():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        file.write_text(text)
    return tree


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program of each kind, built once."""
    made: dict[str, Path] = {}
    packages = tmp_path_factory.mktemp("packages")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
    subprocess.run((*pip, "--dest", packages, f"uwsgi=={RELEASE}"), check=True, capture_output=True)
    (archive,) = packages.iterdir()

    def build(kind: str) -> Path:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            tree = source(folder, archive, kind)
            command = (sys.executable, "-m", "hpatch", "build", tree, "--prefix", folder / "prefix")
            cache = {**os.environ, "XDG_CACHE_HOME": str(folder)}
            subprocess.run(command, check=True, capture_output=True, env=cache)
            made[kind] = folder / "prefix/bin/uwsgi"
        return made[kind]

    return build


def tried(program: Path, gateway: GatewayKind, requests: int = 8) -> Result:
    return run(Experiment(find(SET), Cell(GatewaySpec(gateway), BackendSpec("uwsgi", program), "tcp", 2)), requests)


@pytest.mark.nginx
@pytest.mark.proves(SET)
@pytest.mark.parametrize("gateway", ["httpd", "nginx"])
def test_the_faults_are_there_before_and_not_after(program: Program, gateway: GatewayKind) -> None:
    before, after = tried(program("before"), gateway), tried(program("after"), gateway)
    assert before.verdict == "failed", before
    assert "responses are not whole" in before.why and "waits for the bodies" in before.why, before
    assert after.verdict == "passed", after
    assert before.backend == after.backend == RELEASE


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_version_is_refused(program: Program, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setenv("HPATCH_FAULT", fault)
    found = tried(program("faulty"), "httpd", 4)
    assert found.verdict == "failed", found
    assert FAULTS[fault][2] in found.why, found


BEGUN = b"POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n" + bytes(400_000)


def served(session: Session, program: Path, *settings: str) -> Address:
    """Where a uWSGI of 2 threads takes requests over HTTP, with `lingering-close` for a minute."""
    cell = Cell(GatewaySpec("httpd"), BackendSpec("uwsgi", program), "tcp", 2)
    words = [word for setting in ("lingering-close=60", *settings) for word in ("--set", setting)]
    return session.uwsgi(cell, "http", arguments=words)


def begun(address: Address) -> socket.socket:
    """A connection whose request has its answer, and not the end of its body."""
    with ExitStack() as failing:
        stream = failing.enter_context(closing(connect(address)))
        stream.sendall(BEGUN)
        while stream.recv(65536):
            pass
        failing.pop_all()
    return stream


def lingers(stream: socket.socket) -> bool:
    """Whether uWSGI still takes what comes: a connection that is closed says so on the second try at the latest."""
    try:
        for _ in range(3):
            stream.sendall(b"x")
            time.sleep(0.05)
    except OSError:
        return False
    return True


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as made:
        yield made


@pytest.mark.parametrize(("limit", "ends"), [(500_000, True), (400_000_000, False)])
def test_no_more_than_the_byte_limit_is_read(program: Program, session: Session, limit: int, ends: bool) -> None:
    """More than the system's buffers hold is sent: with a limit that is higher, all of it is taken."""
    with closing(begun(served(session, program("after"), f"lingering-close-bytes={limit}"))) as stream:
        try:
            for _ in range(60):
                stream.sendall(bytes(1 << 20))
        except OSError:
            assert ends
        else:
            assert not ends


def test_what_is_above_the_highest_number_is_closed_as_before_and_places_are_free_again(
    program: Program, session: Session
) -> None:
    address = served(session, program("after"), "lingering-close-max=2")
    with ExitStack() as stack:
        streams = [stack.enter_context(closing(begun(address))) for _ in range(2)]
        for _ in range(3):
            with closing(connect(address)) as more:
                with suppress(OSError):  # it may have been reset by now
                    more.sendall(BEGUN)
                    more.recv(65536)
                assert not lingers(more)
        assert all(map(lingers, streams))
    limit = time.monotonic() + 20
    while True:  # until uWSGI has seen that the two have gone
        with suppress(OSError), closing(begun(address)) as stream:
            if lingers(stream):
                return
        assert time.monotonic() < limit
