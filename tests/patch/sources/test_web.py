"""Revisions from a real HTTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hpatch.errors import ToolError, UsageError
from hpatch.patch.sets.model import Project, SetRevision
from hpatch.patch.sources import web as module
from hpatch.patch.sources.model import NotKnownError
from hpatch.patch.sources.web import Web
from tests.support.patch.repositories import BEFORE, DIFF, Make
from tests.support.patience import PATIENCE

COMMIT, PARENT = "ab" * 20, "cd" * 20


class Handler(BaseHTTPRequestHandler):
    """Answers by the first part of the path."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.asked.append(self.path)
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "good" and rest == f"commit/{COMMIT}.diff":
            self.answer(200, DIFF)
        elif kind == "good" and rest == f"raw/{PARENT}/modules/a%20b.c":
            self.answer(200, BEFORE)
        elif kind == "moved":
            self.answer(302, b"", Location=f"/good/{rest}")
        elif kind == "elsewhere":
            self.answer(302, b"", Location=f"http://localhost:{server.server_port}/good/{rest}")
        elif kind == "file":
            self.answer(302, b"", Location="file:///etc/passwd")
        elif kind == "round":
            self.answer(302, b"", Location=self.path)
        elif kind == "cut":
            self.answer(200, DIFF, **{"Content-Length": str(len(DIFF) + 1)})
        elif kind == "error":
            self.answer(503, b"")
        elif kind == "silent":
            server.ended.wait(PATIENCE)
        else:
            self.answer(404, b"")

    def answer(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """On a free port of the loopback interface."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.ended.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def wanted(revision: Make) -> SetRevision:
    return revision(commit=COMMIT, parent=PARENT)


def nowhere(id: str) -> Project:
    return Project(id=id, title=id, tags="{version}", shows="a", svn=None, web=None, web_file=None)


def test_a_revision(server: Server, wanted: SetRevision) -> None:
    web = Web(nowhere, f"{server.url}/good/")
    assert web.diff(wanted) == DIFF
    assert web.before(wanted, "modules/a b.c") == BEFORE
    assert web.before(wanted, "modules/other.c") is None


def test_the_projects_own_place(server: Server, wanted: SetRevision) -> None:
    forms = [f"{server.url}/good/commit/{{commit}}.diff", f"{server.url}/good/raw/{{commit}}/{{path}}"]
    web = Web(lambda id: Project(id, id, "{version}", "a", None, *forms))
    assert web.diff(wanted) == DIFF
    assert web.before(wanted, "modules/a b.c") == BEFORE


def test_no_place_is_known(revision: Make, wanted: SetRevision) -> None:
    with pytest.raises(NotKnownError, match="no address is known for r5"):
        Web(nowhere).diff(wanted)
    with pytest.raises(NotKnownError, match="no address is known for r5"):
        Web(nowhere, "http://127.0.0.1:1/x").diff(revision())
    assert Web(nowhere).before(wanted, "modules/a.c") is None


def test_a_redirection_on_the_same_host(server: Server, wanted: SetRevision) -> None:
    assert Web(nowhere, f"{server.url}/moved").diff(wanted) == DIFF


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("elsewhere", "the server redirects to http://localhost"),
        ("file", "file:///etc/passwd' is not allowed"),
    ],
)
def test_a_redirection_elsewhere(server: Server, wanted: SetRevision, kind: str, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        Web(nowhere, f"{server.url}/{kind}").diff(wanted)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        ("missing", NotKnownError, "there is no r5"),
        ("error", ToolError, "the server answered 503"),
        ("round", ToolError, "the server answered 302"),
        ("cut", ToolError, f"the answer was cut off after {len(DIFF)} of {len(DIFF) + 1} bytes"),
    ],
)
def test_other_answers(server: Server, wanted: SetRevision, kind: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Web(nowhere, f"{server.url}/{kind}").diff(wanted)


def test_an_answer_that_is_too_large(server: Server, wanted: SetRevision, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", len(DIFF) - 1)
    with pytest.raises(ToolError, match="larger than"):
        Web(nowhere, f"{server.url}/good").diff(wanted)


def test_an_answer_that_does_not_come(server: Server, wanted: SetRevision, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.1)
    with pytest.raises(ToolError, match="timed out"):
        Web(nowhere, f"{server.url}/silent").diff(wanted)


def test_an_answer_that_does_not_end(server: Server, wanted: SetRevision, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    with pytest.raises(ToolError, match="did not end within"):
        Web(nowhere, f"{server.url}/good").diff(wanted)


def test_nobody_listens(wanted: SetRevision) -> None:
    with Server() as server:
        url = server.url
    with pytest.raises(ToolError, match="refused"):
        Web(nowhere, url).diff(wanted)


def test_no_proxy_for_http(server: Server, wanted: SetRevision, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1/")
    assert Web(nowhere, f"{server.url}/good").diff(wanted) == DIFF


@pytest.mark.parametrize("url", ["file:///etc", "ftp://h/x", "example.org", "https://u:p@h/x", "https://h/x?y", ""])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError, match="is not a web address"):
        Web(nowhere, url)
