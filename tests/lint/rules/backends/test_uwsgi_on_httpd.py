"""The ports and schemes by which httpd reaches a uWSGI server, held against a real httpd."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import AF_UNIX, create_server, socket
from threading import Thread

import pytest

from tests.support.gateways.httpd import Running, running
from tests.support.lint.find import find

ON = "RewriteEngine On\n"
HANDLER = '<Location "/">\nSetHandler "proxy:{}"\n</Location>\n'
MEMBER = '<Proxy "balancer://{0}">\nBalancerMember "{1}"\n</Proxy>\n'

# A virtual host by its name, and the rule that reports it; HOST is the address of the uWSGI server, which listens at
# the ports 3031 and OTHER, and at SOCKET.
CASES = {
    "own-port": ('ProxyPass "/" "uwsgi://HOST:3031/"\n', "uwsgi-default-port"),
    "no-port": ('ProxyPass "/" "uwsgi://HOST/"\n', "uwsgi-default-port"),
    "path": ('ProxyPass "/" "uwsgi://HOST:3031/app/"\n', "uwsgi-default-port"),
    "zero": ('ProxyPass "/" "uwsgi://HOST:03031/"\n', "uwsgi-default-port"),
    "location": ('<Location "/">\nProxyPass "uwsgi://HOST:3031/"\n</Location>\n', "uwsgi-default-port"),
    "raw": ('ProxyPass "/" "uwsgi://HOST:3031/" nocanon\n', "uwsgi-default-port"),
    "match": ('ProxyPassMatch "^/(.*)" "uwsgi://HOST:3031/$1"\n', "uwsgi-default-port"),
    "member": (MEMBER.format("a", "uwsgi://HOST:3031") + 'ProxyPass "/" "balancer://a/"\n', "uwsgi-default-port"),
    "handler": (HANDLER.format("uwsgi://HOST:3031/"), "uwsgi-default-port"),
    "socket-port": ('ProxyPass "/" "unix:SOCKET|uwsgi://u:3031/"\n', "uwsgi-default-port"),
    "other-port": ('ProxyPass "/" "uwsgi://HOST:OTHER/"\n', ""),
    "other-member": (MEMBER.format("b", "uwsgi://HOST:OTHER") + 'ProxyPass "/" "balancer://b/"\n', ""),
    "socket": ('ProxyPass "/" "unix:SOCKET|uwsgi://v/"\n', ""),
    "rewrite": (f'{ON}RewriteRule "^/(.*)" "uwsgi://HOST:OTHER/$1" [P]\n', "rewrite-p-scheme"),
    "rewrite-case": (f'{ON}RewriteRule "^/(.*)" "UWSGI://HOST:OTHER/$1" [P]\n', "rewrite-p-scheme"),
    "rewrite-own-port": (f'{ON}RewriteRule "^/(.*)" "uwsgi://HOST:3031/$1" [P]\n', "rewrite-p-scheme"),
    "rewrite-folder": (
        f'<Directory "ROOT">\n{ON}RewriteRule "^(.*)" "uwsgi://HOST:OTHER/$1" [P]\n</Directory>\n',
        "rewrite-p-scheme",
    ),
    "rewrite-balancer": (f'{ON}RewriteRule "^/(.*)" "balancer://b/$1" [P]\n', ""),
    "rewrite-socket": (f'{ON}RewriteRule "^/(.*)" "unix:SOCKET|uwsgi://w/$1" [P]\n', ""),
}  # fmt: skip


def test_found() -> None:
    for name, (text, rule) in CASES.items():
        for one in ("uwsgi-default-port", "rewrite-p-scheme"):
            assert len(find(one, text.replace("OTHER", "3032"))) == (one == rule), (name, one)


@pytest.mark.parametrize(
    "text",
    [
        'ProxyPass "/" "uwsgi://10.0.0.5:$1/"\n',
        'ProxyPass "/" "uwsgi://${HOST}/"\n',
        'ProxyPass "/" "scgi://10.0.0.5/"\n',
        'ProxyPass "/" "http://10.0.0.5:3031/"\n',
        f'{ON}RewriteRule "^/uwsgi://(.*)" "/$1" [P]\n',
        f'{ON}RewriteRule "^/(.*)" "uwsgi://10.0.0.5:3032/$1" [R]\n',
    ],
)
def test_silent(text: str) -> None:
    assert find("uwsgi-default-port", text) == find("rewrite-p-scheme", text) == []


def test_before_the_module_was_httpds_own() -> None:
    text = CASES["own-port"][0]
    assert find("uwsgi-default-port", text, version="2.4.29") == []
    assert len(find("uwsgi-default-port", text, version="2.4.30")) == 1


def test_once_a_line() -> None:
    (found,) = find("uwsgi-default-port", CASES["member"][0])
    assert (found.place.line, found.place.column) == (2, 16)
    assert found.message == 'httpd connects to port 0 for "uwsgi://HOST:3031": every request gets 503'


@contextmanager
def _uwsgi() -> Iterator[tuple[str, int, str]]:
    """A server that answers any uwsgi request, at its default port of a loopback address, another port and a socket."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hpatch")))
        folder.chmod(0o755)
        path = folder / "u.sock"
        address, first = _free()
        local = socket(AF_UNIX)
        local.bind(str(path))
        path.chmod(0o777)
        local.listen()
        other = create_server((address, 0))
        for server in (first, local, other):
            stack.enter_context(server)
            Thread(target=_answer, args=(server,), daemon=True).start()
        yield address, other.getsockname()[1], str(path)


def _free() -> tuple[str, socket]:
    for number in range(2, 255):
        address = f"127.{1 + os.getpid() % 250}.31.{number}"
        try:
            return address, create_server((address, 3031))
        except OSError:
            continue
    raise AssertionError("port 3031 is taken everywhere")


def _answer(server: socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi")


@pytest.mark.httpd
def test_on_httpd(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where the uWSGI server does not answer."""
    tmp_path.chmod(0o755)
    with _uwsgi() as (address, other, path):
        words = {"HOST": address, "OTHER": str(other), "SOCKET": path, "ROOT": str(tmp_path)}
        # RFC 6761: the names under "invalid" lead nowhere, so that httpd does not come to itself.
        text = ""
        for name, (lines, _) in CASES.items():
            written = re.sub("HOST|OTHER|SOCKET|ROOT", lambda match: words[match[0]], lines)
            text += f"<VirtualHost *:PORT>\nServerName {name}.invalid\n{written}</VirtualHost>\n"
        text = MEMBER.format("b", f"uwsgi://{address}:{other}") + text
        with running(httpd, tmp_path, text) as server:
            for name, (_, rule) in CASES.items():
                assert (_got(server, name) == "hi") is (not rule), name


def _got(server: Running, name: str) -> str:
    return server.get("/x", host=f"{name}.invalid")
