"""The responder by itself: where it listens, what it leaves, and what it tells of requests."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from hpatch.errors import ToolError, UsageError
from hpatch.lab.backends.exchange import Seen
from hpatch.lab.client import outcome, request, talk
from hpatch.lab.model import GatewaySpec, Scheme
from hpatch.lab.serving import serving, told
from hpatch.lab.session import Session

SCHEMES: tuple[Scheme, ...] = ("fcgi", "scgi", "uwsgi", "http")


@pytest.mark.httpd
def test_an_httpd_gets_there_with_its_lines() -> None:
    """By each scheme, over a port and a socket, in one httpd."""
    with Session() as session:
        lines: list[str] = []
        with ExitStack() as running:
            for number, scheme in enumerate(SCHEMES):
                for path in (None, session.folder / f"{scheme}.sock"):
                    fault = "sound" if path is None else "early-lingers"
                    served = running.enter_context(serving(fault, scheme, port=None, path=path, size=25))
                    place = f"/{number}{fault}/"
                    lines += [line.replace(f'"/{fault}/"', f'"{place}"') for line in served.lines]
            gateway = session.gateway(GatewaySpec("httpd"), [], lines)
            for line in lines:
                answer = talk(gateway.port, request(f"{line.split()[1].strip(chr(34))}x"))
                assert outcome(answer, b"all of it\nall of it\nall o") == "full", line
        assert list(session.folder.glob("*.sock")) == []


def test_the_lines() -> None:
    with serving("early", "fcgi", port=None, path=None, size=10) as served:
        port = served.responder.address.port
        assert served.lines == (f'ProxyPass "/early/" "fcgi://127.0.0.1:{port}/"',)
        assert served.modules == ("proxy", "proxy_fcgi")


def test_a_socket_has_the_line_for_it_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with serving("silent", "http", port=None, path=path, size=10) as served:
        assert served.lines == (f'ProxyPass "/silent/" "unix:{path}|http://silent/"',)
        assert path.is_socket()
    assert not path.exists()


def test_a_socket_that_nobody_listens_at_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with closing(socket.socket(socket.AF_UNIX)) as killed:
        killed.bind(str(path))
    with serving("sound", "fcgi", port=None, path=path, size=10), closing(socket.socket(socket.AF_UNIX)) as stream:
        assert stream.connect_ex(str(path)) == 0


def test_a_socket_in_use_and_another_file_stay(tmp_path: Path) -> None:
    path, file = tmp_path / "s", tmp_path / "file"
    file.write_text("mine")
    with serving("sound", "fcgi", port=None, path=path, size=10):
        with pytest.raises(ToolError, match=r"the responder cannot listen at .*: Address already in use"):
            serving("early", "fcgi", port=None, path=path, size=10).__enter__()
        assert path.is_socket()
        with pytest.raises(UsageError, match="exists and is not a socket; choose another --socket"):
            serving("early", "fcgi", port=None, path=file, size=10).__enter__()
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (Seen(variables=((b"REQUEST_METHOD", b"GET"), (b"REQUEST_URI", b"/a?b"))), "GET /a?b"),
        (Seen(variables=((b"REQUEST_LINE", b"GET /a HTTP/1.1"),)), "GET /a HTTP/1.1"),
        (Seen(variables=((b"CONTENT_LENGTH", b"9"),), body=4), "a request; 4 bytes of body, not to the end"),
        (Seen(variables=((b"CONTENT_LENGTH", b"4"),), body=4, ended=True), "a request; 4 bytes of body"),
        (Seen(error="it broke"), "a request; it broke"),
    ],
)
def test_what_is_told_of_a_request(seen: Seen, line: str) -> None:
    assert told(seen) == line
