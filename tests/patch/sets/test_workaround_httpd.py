"""What the sets made here change in an httpd that runs. HPATCH_HTTPD_GIT names a git repository of httpd."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hpatch.lab.backends.exchange import Exchange
from hpatch.lab.backends.faults import Behave
from hpatch.lab.backends.responder import CONTENT, Responder, responder
from hpatch.lab.client import Answer, Script, outcome, parse, request, talk
from hpatch.lab.model import GatewaySpec, Outcome
from hpatch.lab.session import Gateway, Session
from hpatch.lab.wire.fastcgi import STDOUT, Record, write
from tests.support.build.fcgi_module import DEBIAN, TRUNK, apxs, compiled, mirror, patched, released, sets
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.httpd

TOLERATE = ("fcgi-stdin-eof",)
BOTH = (*TOLERATE, "fcgi-stdin-coalesce")
OWN = Path("/usr/lib/apache2/modules")
BODY = b"0123456789"
MESSAGE = "Backend closed before the end of FCGI_STDIN, reading its response"


def cut(exchange: Exchange) -> None:
    """Send the beginning of the headers before FCGI_STDIN ends, and close."""
    exchange.head()
    exchange.send(write(Record(STDOUT, exchange.headers()[:20]), announced=1000))


def nothing(exchange: Exchange) -> None:
    """Close before FCGI_STDIN ends."""
    exchange.head()


def half(exchange: Exchange) -> None:
    """Send the headers and half of the content before FCGI_STDIN ends, and close."""
    exchange.head()
    exchange.send(exchange.wrap(exchange.headers() + CONTENT[:5], last=False))


FAULTS: Mapping[str, str | Behave] = {"early": "early", "cut": cut, "nothing": nothing, "sound": "sound", "half": half}
"""By path, what the backend does there."""


@contextmanager
def gateway(*settings: str, module: Path | None = None) -> Iterator[tuple[Gateway, dict[str, Responder]]]:
    """An httpd in front of a backend of each kind, over Unix sockets."""
    spec = GatewaySpec("httpd", None, {"proxy_fcgi": module} if module else {})
    with Session() as session, ExitStack() as stack:
        backends = {
            name: stack.enter_context(responder(session.address("unix", name), "fcgi", fault))
            for name, fault in FAULTS.items()
        }
        routes = [one.route(f"/{name}/") for name, one in backends.items()]
        yield session.gateway(spec, routes, ["LogLevel proxy_fcgi:trace1", *settings]), backends


Built = Callable[[str, tuple[str, ...]], Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Compile a release's module with sets, once for all tests."""
    made: dict[tuple[str, tuple[str, ...]], Path] = {}

    def build(name: str, chosen: tuple[str, ...]) -> Path:
        if (name, chosen) not in made:
            version, before = released(name)
            folder = tmp_path_factory.mktemp("module")
            folder.parent.chmod(0o755)  # httpd's workers need not read it, httpd does
            made[name, chosen] = compiled(folder, patched(sets(*chosen), version, before))[0]
        return made[name, chosen]

    return build


def tags(*names: str) -> pytest.MarkDecorator:
    """Run with the first of these releases; with the others and with Debian's source only as a proof."""
    first = pytest.param(names[0], marks=mirror)
    others = [pytest.param(name, marks=[mirror, pytest.mark.proof]) for name in names[1:]]
    return pytest.mark.parametrize("name", [first, *others, pytest.param(DEBIAN, marks=pytest.mark.proof)])


# fcgi-stdin-eof


def head(method: str, path: str, *lines: str) -> bytes:
    """A request's beginning."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", "")).encode()


LENGTH = f"Content-Length: {len(BODY)}"


def outcomes(port: int, backends: Mapping[str, Responder], count: int = 5) -> dict[str, set[Outcome]]:
    """By backend, what becomes of requests whose body comes when the backend has closed, if it does so early."""
    found: dict[str, set[Outcome]] = {}
    for name in ("early", "cut", "nothing", "sound"):
        results = [post(port, name, backends[name], number) for number in range(1, count + 1)]
        found[name] = {outcome(answer, CONTENT) for answer in results}
    return found


def post(port: int, name: str, backend: Responder, number: int) -> Answer:
    """The answer to a request; `number` of them the backend will have had."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as stream:
        stream.sendall(head("POST", f"/{name}/", LENGTH, "Connection: close"))
        if name != "sound":
            backend.settle(number, PATIENCE)
        stream.sendall(BODY)
        return parse(b"".join(iter(lambda: stream.recv(65536), b"")))


BEFORE: dict[str, set[Outcome]] = {"early": {"503"}, "cut": {"503"}, "nothing": {"503"}, "sound": {"full"}}
AFTER: dict[str, set[Outcome]] = {**BEFORE, "early": {"full"}}


def test_the_fault_is_in_the_installed_httpd() -> None:
    with gateway() as (running, backends):
        assert outcomes(running.port, backends) == BEFORE
        assert MESSAGE not in running.log().text


@apxs
@tags("2.4.62", "2.4.9", "2.4.12", "2.4.46", TRUNK)
@pytest.mark.parametrize("chosen", [TOLERATE, BOTH], ids=["alone", "both"])
def test_the_cure(built: Built, name: str, chosen: tuple[str, ...]) -> None:
    with gateway(module=built(name, chosen)) as (running, backends):
        assert outcomes(running.port, backends) == AFTER
        assert running.log().text.count(MESSAGE) >= 5  # for `cut` and `nothing`, httpd may notice the end first


@apxs
@tags("2.4.62", "2.4.9", "2.4.12", "2.4.46", TRUNK)
def test_the_rest_of_a_body_is_no_request(built: Built, name: str) -> None:
    """A response that is cut when the request's body is still unread: the client's connection has no next request."""
    body = head("GET", "/sound/") * 2000
    with gateway(module=built(name, TOLERATE)) as (running, backends):
        for number in range(1, 6):
            with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as stream:
                stream.sendall(head("POST", "/half/", f"Content-Length: {len(body)}"))
                backends["half"].settle(number, PATIENCE)
                stream.sendall(body)
                came = b"".join(iter(lambda: stream.recv(65536), b""))
            assert came.count(b"HTTP/1.1 ") == 1
            assert parse(came).status == 200
            assert not backends["sound"].seen


# fcgi-stdin-coalesce: whatever body there is must reach the backend

MAKES = "ExtFilterDefine makes mode=input cmd=\"/bin/sh -c 'cat; echo made'\""
LATER = [
    *(f'LoadModule {one}_module "{OWN}/mod_{one}.so"' for one in ("http2", "ext_filter", "include", "mime", "request")),
    *("TypesConfig /dev/null", "Protocols h2c http/1.1", MAKES),
    *("<Location /sound/made>", "SetInputFilter makes", "</Location>"),
    *("<Location /sound/kept>", "KeptBodySize 1000", "</Location>"),
]


def http1(method: str, path: str, *lines: str, body: Script = ()) -> Script:
    return (head(method, path, "Connection: close", *lines), *body)


CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = (0.05, b"4\r\n0123\r\n", 0.05, b"6\r\n456789\r\n0\r\n\r\n")
HTTP1 = {
    "get": (http1("GET", "/sound/"), 0),
    "head": (http1("HEAD", "/sound/"), 0),
    "delete": (http1("DELETE", "/sound/"), 0),
    "empty": (http1("POST", "/sound/", "Content-Length: 0"), 0),
    "at once": (http1("POST", "/sound/", LENGTH, body=(BODY,)), 10),
    "late": (http1("POST", "/sound/", LENGTH, body=(0.05, BODY)), 10),
    "get with a body": (http1("GET", "/sound/", LENGTH, body=(0.05, BODY)), 10),
    "head with a body": (http1("HEAD", "/sound/", LENGTH, body=(0.05, BODY)), 10),
    "chunks": (http1("PUT", "/sound/", CHUNKED, body=CHUNKS), 10),
    "get with chunks": (http1("GET", "/sound/", CHUNKED, body=CHUNKS), 10),
    "no chunks": (http1("PUT", "/sound/", CHUNKED, body=(0.05, b"0\r\n\r\n")), 0),
    "expected": (http1("POST", "/sound/", LENGTH, "Expect: 100-continue", body=(0.05, BODY)), 10),
    "made by a filter": (http1("GET", "/sound/made"), 5),
    # In one piece: where it comes late, Debian's httpd 2.4.71 crashes, as it is (AH00052, 1 of 2).
    "kept": ((b"".join((head("POST", "/sound/kept", "Connection: close", LENGTH), BODY)),), 10),
}
"""By what it is about, a request and how many bytes the backend must get."""


def frame(kind: int, flags: int, content: bytes) -> bytes:
    """An HTTP/2 frame of stream 1, of the connection for SETTINGS."""
    return len(content).to_bytes(3, "big") + bytes((kind, flags)) + (0 if kind == 4 else 1).to_bytes(4, "big") + content


def http2(method: bytes, path: bytes, *data: bytes, length: int | None = None) -> Script:
    """A request with prior knowledge, its content in frames of its own, a little later each (RFC 9113, RFC 7541)."""

    def field(index: int, value: bytes) -> bytes:
        return bytes((index, len(value))) + value  # not indexed, its name in the static table

    fields = field(2, method) + b"\x86" + field(4, path) + field(1, b"localhost")
    if length is not None:
        fields += b"\x0f\x0d" + field(0, str(length).encode())[1:]  # content-length is number 28: 15 and 13
    start = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, b"")
    script: list[bytes | float] = [start + frame(1, 4 if data else 5, fields)]
    for number, content in enumerate(data, 1):
        script += [0.05, frame(0, number == len(data), content)]
    return script


HTTP2 = {
    "get": (http2(b"GET", b"/sound/"), 0),
    "with its length": (http2(b"POST", b"/sound/", BODY, length=10), 10),
    "without": (http2(b"POST", b"/sound/", BODY[:4], BODY[4:]), 10),
    "get with a body": (http2(b"GET", b"/sound/", BODY), 10),
    "empty in the end": (http2(b"POST", b"/sound/", b""), 0),
    "made by a filter": (http2(b"GET", b"/sound/made"), 5),
    "a subrequest": (http2(b"POST", b"/sub.shtml", BODY), 10),
}


@apxs
@tags("2.4.46", "2.4.62", "2.4.9", "2.4.12", TRUNK)
@pytest.mark.parametrize("case", [pytest.param("unpatched", marks=pytest.mark.proof), "both"])
def test_no_body_is_lost(built: Built, name: str, case: str) -> None:
    spec = GatewaySpec("httpd", None, {"proxy_fcgi": built(name, BOTH if case == "both" else ())})
    with Session() as session, responder(session.address("unix", "sound"), "fcgi", "waits") as backend:
        page = session.folder / "sub.shtml"
        page.write_text('<!--#include virtual="/sound/" -->')
        page.chmod(0o644)
        shown = [f'Alias "/sub.shtml" "{page}"', "<Location /sub.shtml>", "Options +Includes"]
        shown += ["SetOutputFilter INCLUDES", "</Location>"]
        running = session.gateway(spec, [backend.route("/sound/")], [*LATER, *shown])
        for about, (script, size) in (*HTTP1.items(), *HTTP2.items()):
            before = len(backend.seen)
            with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as stream:
                for step in script:
                    stream.sendall(step) if isinstance(step, bytes) else time.sleep(step)
                backend.settle(before + 1, PATIENCE)
            seen = backend.seen[before:]
            assert [(one.body, one.ended, one.error) for one in seen] == [(size, True, "")], about


def leaves(exchange: Exchange) -> None:
    """Read nothing, and close while the request's variables are still being written."""
    exchange.await_input()


@apxs
@tags("2.4.46", "2.4.62", "2.4.9", "2.4.12", TRUNK)
def test_a_body_goes_to_the_next_member(built: Built, name: str) -> None:
    """A balancer turns to it when the first member did not take the request: what was read of the body is kept."""
    spec = GatewaySpec("httpd", None, {"proxy_fcgi": built(name, BOTH)})
    modules = ("ext_filter", "proxy_balancer", "lbmethod_byrequests", "slotmem_shm")
    with (
        Session() as session,
        responder(session.address("unix", "leaves"), "fcgi", leaves) as first,
        responder(session.address("unix", "waits"), "fcgi", "waits") as second,
    ):
        members = [
            f'BalancerMember "unix:{one.address.path}|fcgi://127.0.2.{number}/" lbset={number}'
            for number, one in enumerate((first, second))
        ]
        settings = [f'LoadModule {one}_module "{OWN}/mod_{one}.so"' for one in modules]
        settings += [MAKES, "<Location /both/>", "SetInputFilter makes", "</Location>"]
        settings += ["<Proxy balancer://both>", *members, "</Proxy>", 'ProxyPass "/both/" "balancer://both/"']
        running = session.gateway(spec, [], settings)
        fill = [f"X-Fill-{number}: {'x' * 8000}" for number in range(60)]  # more than a Unix socket lets wait
        answer = talk(running.port, request("/both/", headers=fill))
        second.settle(1, PATIENCE)
        assert "AH01074" in running.log().numbers  # the first did not take the variables
        assert outcome(answer, CONTENT) == "full"
        assert [(one.body, one.ended) for one in second.seen] == [(5, True)]
