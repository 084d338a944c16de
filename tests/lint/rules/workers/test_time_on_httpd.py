"""What the rules about waiting, streams, WebSockets and health checks claim, held against one running httpd."""

from __future__ import annotations

import re
import struct
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from itertools import islice
from socket import create_connection
from socketserver import BaseRequestHandler, StreamRequestHandler, ThreadingTCPServer
from threading import Condition, Event, Semaphore, Thread
from typing import ClassVar

import pytest

from tests.support.gateways.httpd import Running, load, running
from tests.support.lint.find import find
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.httpd

ONE_PROCESS = "StartServers 1\nServerLimit 1\nThreadsPerChild 25\nMaxRequestWorkers 25\n"
EVENT = "LoadModule mpm_event_module modules/mod_mpm_event.so\n"
STDIN, STDOUT, END = 5, 6, 3


class Application(StreamRequestHandler):
    """HTTP: slow below /slow, 401 for /login, one request for each connection of /once, and WebSockets anywhere.

    What is slow ends after a while; below /many, when two requests are served at once; below /few-acquire, when `over`.
    """

    at_once: ClassVar[dict[str, list[int]]] = {}
    """By path, how many requests were served at once, at the start of each."""
    serving: ClassVar[Counter[str]] = Counter()
    counting: ClassVar[Condition] = Condition()
    over: ClassVar[Event] = Event()

    def handle(self) -> None:
        path = self._request()
        while path is not None:
            if "slow" in path:
                self._count(path, 1)
                if "many" in path:
                    with self.counting:
                        self.counting.wait_for(lambda path=path: max(self.at_once[path]) > 1, PATIENCE)
                elif "acquire" in path:
                    self.over.wait(PATIENCE)
                else:
                    time.sleep(0.3)
                self._count(path, -1)
            status = "401 No" if "login" in path else "200 OK"
            self.wfile.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok".encode())
            if self._request() is None or "once" in path:
                return

    def _count(self, path: str, step: int) -> None:
        with self.counting:
            self.serving[path] += step
            self.at_once.setdefault(path, []).append(self.serving[path])
            self.counting.notify_all()

    def _request(self) -> str | None:
        line = self.rfile.readline().decode()
        headers = [header for header in iter(self.rfile.readline, b"\r\n") if header] if line else []
        if any(header.lower().startswith(b"upgrade: websocket") for header in headers):
            self.wfile.write(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            self.rfile.read()
            return None
        return line.split(" ")[1] if line else None


class Stream(BaseRequestHandler):
    """FastCGI: three pieces, each when the client has heard of the one before; a held one does not wait for long."""

    heard: ClassVar[Semaphore] = Semaphore(0)
    wait: ClassVar[float] = PATIENCE

    def handle(self) -> None:
        with self.request.makefile("rb") as stream:
            while len(header := stream.read(8)) == 8:
                _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", header)
                stream.read(length + padding)
                if (kind, length) == (STDIN, 0):
                    break
        self._send(STDOUT, b"Content-Type: text/plain\r\n\r\none")
        for piece in (b"two", b"three"):
            self.heard.acquire(timeout=self.wait)
            self._send(STDOUT, piece)
        self._send(STDOUT, b"")
        self._send(END, bytes(8))

    def _send(self, kind: int, content: bytes) -> None:
        self.request.sendall(struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content)


class HeldStream(Stream):
    wait = 0.3


@contextmanager
def backend(handler: type[BaseRequestHandler]) -> Iterator[str]:
    """The address of a running backend."""
    ThreadingTCPServer.daemon_threads = True
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


HOSTS = {
    "few": "ProxyPass / http://APP/few max=1\n",
    "few-acquire": "ProxyPass / http://APP/few-acquire max=1 acquire=50\n",
    "many": "ProxyPass / http://APP/many max=25\n",
    "silent": "Timeout 1\nProxyPass /ws ws://APP/silent\n",
    "silent-longer": "Timeout 1\nProxyPass /ws ws://APP/longer timeout=4\n",
    "silent-proxy": "Timeout 1\nProxyTimeout 4\nProxyPass /ws http://APP/proxy upgrade=websocket\n",
    "silent-shorter": "Timeout 4\nProxyPass /ws ws://APP/shorter timeout=1\n",
    "plain": "ProxyPass /ws http://APP/plain\n",
    "upgrade": "ProxyPass /ws http://APP/upgrade upgrade=websocket\n",
    "rewritten": (
        "RewriteEngine On\nRewriteCond %{HTTP:Upgrade} websocket [NC]\nRewriteRule ^/ws ws://APP/rewritten [P]\n"
        "ProxyPass /ws http://APP/rewritten\n"
    ),
    "checked": "ProxyPass / balancer://checked/\n",
    "checked-expr": "ProxyPass / balancer://checked-expr/\n",
    "kept": "ProxyPass / http://APP/once-kept enablereuse=on\n",
    "kept-ttl": "ProxyPass / http://APP/once-ttl enablereuse=on ttl=1\n",
    "held": "ProxyPass /events fcgi://STREAM/\n",
    "flushed": "ProxyPass /events fcgi://STREAM2/ flushpackets=on\n",
    "flushed-auto": "ProxyPass /events fcgi://STREAM3/ flushpackets=auto\n",
    "all-flushed": "SetOutputFilter DEFLATE\nProxyPass / fcgi://STREAM4/ flushpackets=on\n",
    "all": "SetOutputFilter DEFLATE\nProxyPass / fcgi://STREAM5/\n",
}
BALANCERS = """\
ProxyHCExpr alive {%{REQUEST_STATUS} =~ /^[234]/}
<Proxy balancer://checked>
BalancerMember http://APP/checked hcmethod=GET hcuri=/login hcinterval=1
</Proxy>
<Proxy balancer://checked-expr>
BalancerMember http://APP/expr hcmethod=GET hcuri=/login hcinterval=1 hcexpr=alive
</Proxy>
"""


@pytest.fixture(scope="module")
def server(httpd: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    hosts = "".join(f"<VirtualHost *>\nServerName {name}\n{body}</VirtualHost>\n" for name, body in HOSTS.items())
    text = load("filter", "deflate") + ONE_PROCESS + BALANCERS + hosts
    with ExitStack() as stack:
        for name in ("STREAM5", "STREAM4", "STREAM3", "STREAM2", "STREAM"):
            handler = HeldStream if name in ("STREAM", "STREAM5") else Stream
            text = text.replace(name, stack.enter_context(backend(handler)))
        text = text.replace("APP", stack.enter_context(backend(Application)))
        yield stack.enter_context(running(httpd, tmp_path_factory.mktemp("httpd"), text))


def linted(name: str) -> str:
    """The virtual host as hpatch reads it."""
    return EVENT + BALANCERS + re.sub("APP|STREAM[0-9]?", "10.0.0.5:8080", HOSTS[name])


def test_requests_wait_for_a_connection(server: Running) -> None:
    for name in ("few", "few-acquire", "many"):
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(server.ask, "/slow", {"Host": name}) for _ in range(4)]
            if name == "few-acquire":
                list(islice(as_completed(asked), 3))  # the fourth request has the connection
                Application.over.set()
            answers = [one.result()[0].status for one in asked]
        waits = set(answers) == {200} and max(Application.at_once[f"/{name}slow"]) == 1
        assert bool(find("max-without-acquire", linted(name))) is waits, name


def upgraded(server: Running, name: str) -> tuple[str, float]:
    """The status of a request to open a WebSocket, and for how many seconds it stays open if nothing is sent."""
    with create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        client.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".encode()
        )
        with client.makefile("rb") as stream:
            status = stream.readline().decode().split(" ")[1]
            if status != "101":
                return status, 0
            started = time.monotonic()
            stream.read()
            return status, time.monotonic() - started


def test_when_a_silent_websocket_is_closed(server: Running) -> None:
    """After as many seconds as the rule says."""
    names = [name for name in HOSTS if name.startswith("silent")]
    said = {}
    for name in names:
        (found,) = find("websocket-idle", linted(name))
        told = re.search("for ([0-9]+) seconds", found.message)
        assert told is not None
        said[name] = int(told[1])
    for _ in range(5):  # a busy machine is late once, a wrong time is wrong each time
        with ThreadPoolExecutor(len(names)) as pool:
            seen = dict(zip(names, pool.map(lambda name: upgraded(server, name), names), strict=True))
        assert {status for status, _ in seen.values()} == {"101"}
        late = {name: seconds - said[name] for name, (_, seconds) in seen.items()}
        assert min(late.values()) >= -0.1, late
        if max(late.values()) < 2.5:
            break
    else:
        raise AssertionError(late)


def test_an_upgrade_that_does_not_get_through(server: Running) -> None:
    for name in ("plain", "upgrade", "rewritten"):
        status, _ = ("101", 0.0) if name != "plain" else upgraded(server, name)
        if name != "plain":
            with create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
                head = f"GET /ws HTTP/1.1\r\nHost: {name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                client.sendall(head.encode())
                status = client.recv(100).decode().split(" ")[1]
        assert bool(find("websocket-no-upgrade", linted(name))) is (status != "101"), name


def test_a_health_check_of_a_page_that_wants_a_login(server: Running) -> None:
    until = time.monotonic() + PATIENCE
    while server.ask("/x", {"Host": "checked"})[0].status == 200 and time.monotonic() < until:
        time.sleep(0.1)
    assert server.ask("/x", {"Host": "checked"})[0].status == 503
    assert server.ask("/x", {"Host": "checked-expr"})[0].status == 200
    (found,) = find("hc-any-answer", BALANCERS)
    assert found.place.line == 3


def test_a_connection_that_the_backend_closes(server: Running) -> None:
    for name in ("kept", "kept-ttl"):
        answers = []
        for _ in range(2):
            answers.append(server.ask("/x", {"Host": name})[0].status)
            time.sleep(1.2 if name == "kept-ttl" else 0)
        assert bool(find("reuse-without-ttl", linted(name))) is (answers != [200, 200]), (name, answers)


def pieces(server: Running, name: str, accept: str = "identity") -> tuple[bytes, bytes]:
    """What comes of a page at once, and all that comes."""
    while Stream.heard.acquire(blocking=False):
        pass
    with create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        head = f"GET /events HTTP/1.1\r\nHost: {name}\r\nAccept-Encoding: {accept}\r\nConnection: close\r\n\r\n"
        client.sendall(head.encode())
        first = page = client.recv(65536)
        Stream.heard.release()
        while more := client.recv(65536):
            Stream.heard.release()
            page += more
    return first, page


def test_streams(server: Running) -> None:
    names = ("held", "flushed", "flushed-auto")
    for name in names:
        first, _ = pieces(server, name)
        assert bool(find("stream-held", linted(name))) is (b"three" in first), (name, first)


def test_pages_that_are_flushed_compress_less(server: Running) -> None:
    for name in ("all-flushed", "all"):
        _, page = pieces(server, name, "gzip")
        assert b"Content-Encoding: gzip" in page
        flushed = page.count(b"\0\0\xff\xff") > 1
        assert bool(find("flushpackets-always", linted(name))) is flushed, name
    assert not find("flushpackets-always", linted("flushed"))
