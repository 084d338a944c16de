"""Sessions: gateways and backends that really run, and of which nothing is left, however hpatch ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hpatch.errors import HpatchError, ToolError, UsageError
from hpatch.lab.client import request, talk
from hpatch.lab.model import Address, BackendSpec, Cell, GatewayKind, GatewaySpec, Route, Scheme, Transport
from hpatch.lab.session import Session
from hpatch.processes import guard
from tests.support.lab.leftovers import Leftovers, nothing_left
from tests.support.patience import PATIENCE

HTTPD, NGINX = GatewaySpec("httpd"), GatewaySpec("nginx")
GATEWAYS = [pytest.param("httpd", marks=pytest.mark.httpd), pytest.param("nginx", marks=pytest.mark.nginx)]


@pytest.fixture
def left() -> Iterator[Leftovers]:
    with nothing_left() as leftovers:
        yield leftovers


def status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("kind", GATEWAYS)
def test_a_gateway_is_ready_and_ends(left: Leftovers, kind: GatewayKind) -> None:
    with Session() as session:
        routes = [
            Route("/unix/", "fcgi", session.address("unix", "dead")),
            Route("/tcp/", "fcgi", session.address("tcp", "dead")),
        ]
        gateway = session.gateway(GatewaySpec(kind), routes)
        left.ports.add(gateway.port)
        unreachable = 503 if kind == "httpd" else 502
        assert [status(gateway.port, path) for path in ("/unix/", "/tcp/", "/")] == [unreachable, unreachable, 404]
        log = gateway.log()
        assert "onnection refused" in log.text
        assert log.segfaults == 0
        if kind == "httpd":
            assert (log.numbers["AH02454"], log.numbers["AH00957"], log.numbers["AH01079"]) == (1, 1, 2)
        assert 0 <= gateway.cpu() < 5
        assert left.look()
        gateway.stop()
        gateway.stop()
        assert gateway.log().text.startswith(log.text)


@pytest.mark.parametrize("transport", ["unix", "tcp"])
@pytest.mark.parametrize("kind", GATEWAYS)
@pytest.mark.uwsgi
def test_uwsgi_serves_by_every_protocol(left: Leftovers, kind: GatewayKind, transport: Transport) -> None:
    schemes: tuple[Scheme, ...] = ("fcgi", "scgi", "uwsgi", "http")
    spec = GatewaySpec(kind)
    with Session() as session:
        cell = Cell(spec, BackendSpec("uwsgi"), transport, 2)
        # uWSGI closes a connection by HTTP without saying so before; httpd would use it again, now and then too late.
        routes = [
            Route(f"/{scheme}/", scheme, session.uwsgi(cell, scheme), {"disablereuse": "On"}) for scheme in schemes
        ]
        gateway = session.gateway(spec, routes)
        for scheme in schemes:
            for query, size in (("", 11), ("?30000", 30000)):
                answer = talk(gateway.port, request(f"/{scheme}/x{query}"))
                assert (scheme, answer.status, answer.whole) == (scheme, 200, True), gateway.log().text
                assert answer.body == (b"hpatch lab\n" * size)[:size]
        assert left.look()


@pytest.mark.uwsgi
def test_uwsgi_that_does_not_start(left: Leftovers) -> None:
    cell = Cell(HTTPD, BackendSpec("uwsgi"), "unix", 1)
    with Session() as session, pytest.raises(ToolError, match=r"uwsgi did not start: .*no-such-option"):
        session.uwsgi(cell, "fcgi", arguments=["--no-such-option"])
    none = cell._replace(backend=BackendSpec("uwsgi", Path("/bin/true")))
    with Session() as session, pytest.raises(ToolError, match="true has no symcall plugin"):
        session.uwsgi(none, "fcgi")
    assert not left.look()


@pytest.mark.httpd
def test_a_child_that_crashes_is_in_the_log(left: Leftovers) -> None:
    with Session() as session:
        gateway = session.gateway(HTTPD, [])
        children = [pid for pid in left.look() if (told := guard.stat(pid)) and told.parent in left.pids]
        os.kill(children[0], signal.SIGSEGV)
        while (told := guard.stat(children[0])) and not told.ending:
            time.sleep(0.001)
        log = gateway.log()
        assert log.segfaults == 1
        assert log.numbers["AH00052"] == 1
        assert status(gateway.port, "/") == 404


@pytest.mark.httpd
def test_a_module_of_another_build(left: Leftovers, httpd: str) -> None:
    own = Path(httpd).resolve().parent.parent / "lib/apache2/modules/mod_proxy_fcgi.so"
    if not own.is_file():
        pytest.skip("this httpd's modules are elsewhere")
    other = left.base / "other.so"
    shutil.copy(own, other)
    with Session() as session:
        session.gateway(HTTPD._replace(modules={"proxy_fcgi": other}), [Route("/", "fcgi", Address(port=1))])
        maps = [Path(f"/proc/{pid}/maps").read_text() for pid in left.look()]
        assert any(str(other) in text for text in maps)
        assert not any(str(own) in text for text in maps)
    other.unlink()


@pytest.mark.httpd
@pytest.mark.parametrize("name", ['a".so', "${A}.so", 'a\n".so'])
def test_a_module_whose_name_would_end_the_line(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.touch()
    with Session() as session, pytest.raises(ToolError, match="cannot contain"):
        session.gateway(HTTPD._replace(modules={"proxy_fcgi": file}), [])


@pytest.mark.httpd
@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_every_mpm(left: Leftovers, httpd: str, mpm: str) -> None:
    module = Path(httpd).resolve().parent.parent / f"lib/apache2/modules/mod_mpm_{mpm}.so"
    if not module.is_file():
        pytest.skip("this httpd's modules are elsewhere")
    spec = GatewaySpec("httpd", Path(httpd), {f"mpm_{mpm}": module})
    with Session() as session:
        gateway = session.gateway(spec, [])
        assert status(gateway.port, "/") == 404
        assert left.look()
        gateway.stop()
        assert f"mpm_{mpm}:notice" in gateway.log().text


@pytest.mark.parametrize(
    ("spec", "settings", "error", "said"),
    [
        pytest.param(HTTPD, ["Nonsense On"], ToolError, "AH00526.*'Nonsense'", marks=pytest.mark.httpd),
        pytest.param(
            HTTPD._replace(modules={"proxy_fcgi": Path(__file__)}),
            [],
            ToolError,
            "invalid ELF header|file too short",
            marks=pytest.mark.httpd,
        ),
        pytest.param(
            HTTPD._replace(modules={"proxy_fcgi": Path("/none.so")}),
            [],
            ToolError,
            "no such module file",
            marks=pytest.mark.httpd,
        ),
        pytest.param(
            HTTPD._replace(modules={"so": Path(__file__)}), [], ToolError, "compiled into", marks=pytest.mark.httpd
        ),
        (HTTPD._replace(program=Path("/none/httpd")), [], ToolError, "/none/httpd cannot be run"),
        (HTTPD._replace(program=Path("/bin/true")), [], ToolError, "does not answer -V as httpd does"),
        pytest.param(NGINX, ["nonsense on;"], ToolError, 'unknown directive "nonsense"', marks=pytest.mark.nginx),
        pytest.param(
            NGINX._replace(modules={"a": Path("/a")}),
            [],
            UsageError,
            "does not load httpd modules",
            marks=pytest.mark.nginx,
        ),
        (NGINX._replace(program=Path("/bin/true")), [], ToolError, "does not answer -V as nginx does"),
    ],
)
def test_a_gateway_that_does_not_start(
    left: Leftovers, spec: GatewaySpec, settings: list[str], error: type[HpatchError], said: str
) -> None:
    with Session() as session, pytest.raises(error, match=said) as caught:
        session.gateway(spec, [], settings)
    assert "\n" not in str(caught.value)
    assert not left.look()


@pytest.mark.httpd
def test_a_port_that_is_taken(left: Leftovers) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        Session() as session,
        pytest.raises(ToolError, match="Address already in use"),
    ):
        session.gateway(HTTPD, [], [f"Listen 127.0.0.1:{other.getsockname()[1]}"])
    assert not left.look()


@pytest.mark.httpd
@pytest.mark.uwsgi
def test_another_port_where_the_first_was_taken_all_the_same(left: Leftovers, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, Session() as session:
        taken = int(other.getsockname()[1])
        ports = iter([taken, session._ports.reserve(), taken, session._ports.reserve(), taken, taken])
        monkeypatch.setattr(session._ports, "reserve", lambda: next(ports))
        address = session.uwsgi(Cell(HTTPD, BackendSpec("uwsgi"), "tcp"), "fcgi")
        gateway = session.gateway(HTTPD, [Route("/", "fcgi", address)])
        assert taken not in (address.port, gateway.port)
        assert status(gateway.port, "/") == 200
        with pytest.raises(ToolError, match="Address already in use"):
            session.gateway(HTTPD, [])
    assert not left.look()


def test_addresses(left: Leftovers) -> None:
    with Session() as session:
        sockets = [session.address("unix", "a") for _ in range(3)]
        ports = [session.address("tcp", "a") for _ in range(3)]
        assert [one.transport for one in (*sockets, *ports)] == ["unix"] * 3 + ["tcp"] * 3
        assert len({*sockets, *ports}) == 6
        assert all(len(os.fsencode(one.path)) < 96 for one in sockets if one.path is not None)
        for port in (one.port for one in ports):
            assert port is not None
            with socket.socket() as client:
                assert client.connect_ex(("127.0.0.1", port)) != 0
            with socket.create_server(("127.0.0.1", port)):  # sets SO_REUSEADDR
                pass
            with socket.socket() as plain, pytest.raises(OSError, match="in use"):
                plain.bind(("127.0.0.1", port))
    assert not left.look()


@pytest.mark.parametrize(
    ("name", "mode", "used"),
    [
        ("short", 0o755, True),
        ("long" * 20, 0o755, False),
        ('with a space and a "', 0o755, False),
        ("closed", 0o700, os.geteuid() != 0),
    ],
)
def test_a_long_temporary_folder_is_not_used(
    left: Leftovers, monkeypatch: pytest.MonkeyPatch, name: str, mode: int, used: bool
) -> None:
    """Nor one whose path a configuration would have to quote, or that workers cannot enter."""
    other = left.base / name
    other.mkdir()
    other.chmod(mode)
    monkeypatch.setattr("tempfile.tempdir", str(other))
    with Session() as session:
        assert len(os.fsencode(session.folder)) < 60
        assert session.folder.is_relative_to(other) == used
    assert not session.folder.exists()
    other.rmdir()


def test_the_folder_is_private(left: Leftovers) -> None:
    with Session() as session:
        assert session.folder.stat().st_mode & 0o027 == 0
        assert session.folder.is_relative_to(left.base)


@pytest.mark.httpd
@pytest.mark.parametrize("times", [3, pytest.param(200, marks=pytest.mark.proof)])
def test_starts_and_stops_leave_nothing(left: Leftovers, times: int) -> None:
    with Session() as session:
        dead = [Route("/", "fcgi", Address(port=1))]
        for _ in range(times):
            gateway = session.gateway(HTTPD, dead)
            left.look()
            left.ports.add(gateway.port)
            gateway.stop()
            assert left.look() == {session._keeper._guard.pid}
    assert len(left.pids) > 2 * times


@pytest.mark.proof
@pytest.mark.httpd
@pytest.mark.nginx
@pytest.mark.uwsgi
def test_sessions_with_everything_leave_nothing(left: Leftovers) -> None:
    for number in range(200):
        with Session() as session:
            transport: Transport = "unix" if number % 2 else "tcp"
            spec = (HTTPD, NGINX)[number // 2 % 2]
            cell = Cell(spec, BackendSpec("uwsgi"), transport, 2)
            gateway = session.gateway(spec, [Route("/", "fcgi", session.uwsgi(cell, "fcgi"))])
            left.look()
            left.ports.add(gateway.port)
            assert status(gateway.port, "/") == 200
        assert not left.left()


OWNER = """
import sys, time
from hpatch.lab.model import *
from hpatch.lab.session import Session
with Session() as session:
    print("begun", flush=True)
    cell = Cell(GatewaySpec("httpd"), BackendSpec("uwsgi"), "unix", 2)
    routes = [Route("/", "fcgi", session.uwsgi(cell, "fcgi"))]
    gateways = [session.gateway(GatewaySpec(kind), routes) for kind in ("httpd", "nginx")]
    print(*(one.port for one in gateways), flush=True)
    time.sleep(100)
"""


@contextmanager
def owner() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.httpd
@pytest.mark.nginx
@pytest.mark.uwsgi
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_in_the_middle(left: Leftovers, number: signal.Signals) -> None:
    with owner() as process:
        assert process.stdout is not None
        process.stdout.readline()
        left.ports |= {int(port) for port in process.stdout.readline().split()}
        assert len(left.look()) >= 7  # the guard, and a parent and a child of each of three servers
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
        left.nothing()


@pytest.mark.httpd
@pytest.mark.nginx
@pytest.mark.uwsgi
@pytest.mark.parametrize(
    "delays", [[0.02, 0.1, 0.25], pytest.param([n / 100 for n in range(50)], marks=pytest.mark.proof)]
)
def test_killed_while_starting(left: Leftovers, delays: list[float]) -> None:
    for delay in delays:
        with owner() as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            left.look()
            process.kill()
            process.communicate(timeout=PATIENCE)
            left.nothing()
