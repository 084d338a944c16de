"""Sockets: which options open one, what it speaks, who answers at an address."""

import pytest

from hpatch.backends.uwsgi.read import read_text
from hpatch.backends.uwsgi.sockets import Sockets, normal


def only(text: str) -> tuple[str, bool, str]:
    (socket,) = read_text(f"[uwsgi]\n{text}\n").sockets
    return socket.address, socket.unix, socket.protocol


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("socket = 127.0.0.1:9000", ("127.0.0.1:9000", False, "uwsgi")),
        ("socket = :9000\nprotocol = fastcgi", (":9000", False, "fastcgi")),
        ("socket-protocol = fastcgi\nsocket = /run/a.sock", ("/run/a.sock", True, "fastcgi")),
        ("protocol = http\nsocket = a.sock\nprotocol = scgi", ("a.sock", True, "scgi")),
        ("protocol = $(P)\nsocket = a.sock", ("a.sock", True, "unknown")),
        ("if-env = X\nprotocol = http\nend =\nsocket = a.sock", ("a.sock", True, "unknown")),
        ("protocol = http\nfastcgi-socket = /a", ("/a", True, "fastcgi")),
        ("fastcgi-nph-socket = @name", ("@name", True, "fastcgi")),
        ("socket = \\0name", ("@name", True, "uwsgi")),
        ("socket = name\nabstract-socket = true", ("@name", True, "uwsgi")),
        ("socket = name\nabstract-socket = off", ("name", True, "uwsgi")),
        ("uwsgi-socket = [::1]:3031", ("[::1]:3031", False, "uwsgi")),
        ("https-socket = :443,a.crt,a.key", (":443", False, "https")),
        ("http11-socket = :80", (":80", False, "http")),
        ("http = :80", (":80", False, "http")),
        ("https = :443,a.crt,a.key", (":443", False, "https")),
        ("fastrouter = /a.sock", ("/a.sock", True, "uwsgi")),
        ("scgi-socket = :1", (":1", False, "scgi")),
        ("raw-socket = :1", (":1", False, "raw")),
        ("socket = =0", ("=0", False, "uwsgi")),
    ],
)
def test_sockets(text: str, expected: tuple[str, bool, str]) -> None:
    assert only(text) == expected


@pytest.mark.parametrize("text", ["s = /a.sock", "stats = :1717", "shared-socket = :1", "chmod-socket = 660"])
def test_what_opens_none(text: str) -> None:
    assert not read_text(f"[uwsgi]\n{text}\n").sockets


@pytest.mark.parametrize(
    ("address", "port", "known"),
    [
        (":80", 80, True), (":0", None, True), ("=0", None, False),
        ("fd://3", None, False), (":$(P)", None, False), ("/a", None, True),
    ],
)  # fmt: skip
def test_port(address: str, port: int | None, known: bool) -> None:
    (socket,) = read_text(f"[uwsgi]\nsocket = {address}\n").sockets
    assert (socket.port, socket.known) == (port, known)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/run//a.sock", "/run/a.sock"), ("/var/run/a.sock", "/run/a.sock"),
        ("/a/./b//./c", "/a/b/c"), ("/var/runner", "/var/runner"),
    ],
)  # fmt: skip
def test_normal(path: str, expected: str) -> None:
    assert normal(path) == expected


@pytest.mark.parametrize(
    ("listening", "asked", "found"),
    [
        (":9000", "127.0.0.1", True),
        (":9000", "localhost", True),
        (":9000", "::1", True),
        ("0.0.0.0:9000", "127.0.0.1", True),
        ("127.0.0.1:9000", "localhost", True),
        ("127.0.0.1:9000", "127.0.0.2", False),
        (":9000", "app.example.com", False),
        ("10.0.0.5:9000", "10.0.0.5", True),
        ("10.0.0.5:9000", "127.0.0.1", False),
        ("127.0.0.1:9001", "127.0.0.1", False),
    ],
)
def test_at_port(listening: str, asked: str, found: bool) -> None:
    instance = read_text(f"[uwsgi]\nfastcgi-socket = {listening}\n")
    assert (Sockets([instance]).at_port(asked, 9000) is not None) is found


def test_at_path() -> None:
    instance = read_text("[uwsgi]\nfastcgi-socket = /var/run//a.sock\nsocket = b.sock\n")
    match = Sockets([instance]).at_path("/run/a.sock")
    assert match is not None
    assert match.instance is instance
    assert Sockets([instance]).at_path("b.sock") is None
