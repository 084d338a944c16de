"""What the rules about FastCGI claim, held against a running httpd."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection, create_server, socket
from threading import Thread

import pytest

from tests.support.gateways.httpd import running
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.httpd

PARAMS, STDIN, STDOUT, END = 4, 5, 6, 3


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def answer(connection: socket, until: int) -> None:
    """Read records to the empty one of a type, answer with the largest FCGI_STDIN that came, and close."""
    largest = 0
    with connection, connection.makefile("rb") as stream:
        while len(header := stream.read(8)) == 8:
            _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", header)
            stream.read(length + padding)
            largest = max(largest, length if kind == STDIN else 0)
            if (kind, length) == (until, 0):
                break
        body = f"Content-Type: text/plain\r\n\r\n{largest}".encode()
        connection.sendall(record(STDOUT, body) + record(STDOUT, b"") + record(END, bytes(8)))


@contextmanager
def responder(until: int = STDIN) -> Iterator[int]:
    """A FastCGI backend on a port of its own."""
    with create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                Thread(target=answer, args=(connection, until), daemon=True).start()

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def post(port: int, path: str, body: bytes, pause: float = 0) -> str:
    """The whole response to a POST whose body comes after a pause."""
    with create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        head = f"POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode())
        time.sleep(pause)
        client.sendall(body)
        return b"".join(iter(lambda: client.recv(65536), b"")).decode()


def test_which_workers_take_proxyiobuffersize_over(httpd: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        names = ("below", "above", "section", "handler", "own", "member", "host")
        at = {name: f"fcgi://127.0.0.1:{stack.enter_context(responder())}/" for name in names}
        text = f"""
            ProxyPass /below {at["below"]}
            ProxyIOBufferSize 32768
            ProxyPass /above {at["above"]}
            <Proxy {at["section"]} acquire=1000>
            </Proxy>
            ProxyPass /section {at["section"]}
            ProxyPass /own {at["own"]} iobuffersize=1048576
            <Proxy balancer://b>
                BalancerMember {at["member"]}
            </Proxy>
            ProxyPass /member balancer://b/
            <Location /handler>
                SetHandler "proxy:{at["handler"]}"
            </Location>
            <VirtualHost *:PORT>
                ProxyPass /host {at["host"]}
            </VirtualHost>
        """
        with running(httpd, tmp_path, text) as web:
            largest = {}
            for name in names:
                body = post(web.port, f"/{name}/x", bytes(1_000_000)).partition("\r\n\r\n")[2]
                largest[name] = int(body)
    assert largest == {
        "below": 8192, "above": 32768, "section": 8192, "handler": 8192, "own": 65535, "member": 32768, "host": 8192,
    }  # fmt: skip


def test_a_backend_that_closes_before_the_end_of_the_input_makes_a_503(httpd: str, tmp_path: Path) -> None:
    with responder(until=PARAMS) as port, running(httpd, tmp_path, f"ProxyPass / fcgi://127.0.0.1:{port}/\n") as web:
        failed = ["503" in post(web.port, "/x", b"0123456789", pause=0.1).partition("\r\n")[0] for _ in range(5)]
    assert any(failed)
