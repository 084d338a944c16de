"""What httpd really answers, held against what hpatch says."""

from __future__ import annotations

import http.client
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import MappingProxyType

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.lab.ports import Ports
from hpatch.paths.disk import Machine
from hpatch.paths.model import ClientRequest
from hpatch.paths.site import Site
from hpatch.paths.who import Who, who
from tests.support.ending import end
from tests.support.gateways.httpd import frame, modules_folder
from tests.support.patience import PATIENCE

_MORE = "access_compat authn_core authn_file auth_basic authz_user autoindex status mime"
_LOADED = "mpm_event authz_core authz_host alias dir env setenvif rewrite proxy proxy_http"


class Backend(BaseHTTPRequestHandler):
    """Answers with the URL that it was asked for, as it came."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Any method."""
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        body = self.requestline.split(" ")[1].encode()
        self.send_response(200)
        self.send_header("X-Backend", f"http://127.0.0.1:{self.server.server_port}{body.decode()}")  # type: ignore[attr-defined]
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_DELETE = do_GET  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Seen:
    """A response: what it says about who answered."""

    def __init__(self, status: int, location: str | None, backend: str | None, body: str) -> None:
        self.status = status
        self.location = location
        self.backend = backend
        self.body = body

    def __repr__(self) -> str:
        return f"{self.status} location={self.location} backend={self.backend} body={self.body[:60]!r}"


class Server:
    """A started httpd, and what hpatch makes of its configuration."""

    def __init__(self, port: int, site: Site, text: str) -> None:
        self.port = port
        self.site = site
        self.text = text

    def ask(
        self,
        path: str,
        host: str,
        method: str = "GET",
        address: str = "127.0.0.1",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Seen:
        """What httpd answers. An empty header is not sent; one with a comma is sent as two lines."""
        connection = http.client.HTTPConnection(address, self.port, timeout=PATIENCE)
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", f"{host}:{self.port}")
        for name, value in headers.items():
            for line in filter(None, value.split(", ")):
                connection.putheader(name, line)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        connection.close()
        return Seen(answer.status, answer.getheader("Location"), answer.getheader("X-Backend"), body)

    def told(
        self,
        path: str,
        host: str,
        method: str = "GET",
        address: str = "127.0.0.1",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Who:
        """What hpatch says."""
        before, mark, query = path.partition("?")
        return who(
            self.site,
            ClientRequest(
                path=before, query=query if mark else None, host=host, port=self.port, address=address,
                client="127.0.0.1", method=method,
                headers=tuple((name.lower(), line) for name, value in headers.items() for line in value.split(", ")),
            ),
        )  # fmt: skip


def agree(told: Who, seen: Seen, host: str, port: int) -> bool:
    """Whether hpatch's answer is what was seen."""
    answer = told.answer
    if told.page is not None and told.page.kind == "proxy":
        # The backend's page for the error comes with the backend's status.
        return seen.backend == told.page.target
    target = f"http://{host}:{port}{answer.target}" if answer.target.startswith("/") else answer.target
    same = {
        "proxy": seen.backend == answer.target,
        # In a sub-request httpd forgets the port that the client named.
        "redirect": seen.status == answer.status and seen.location in (target, target.replace(f":{port}/", "/")),
        "status": seen.status == answer.status and seen.backend is None,
        "file": seen.status == 200 and seen.body == f"{answer.target}\n",
        "handler": seen.status == 200 and _HANDLERS.get(answer.target, "?") in seen.body,
    }
    return same.get(answer.kind, False)


_HANDLERS = {"server-status": "Server Status", "httpd/unix-directory": "Index of"}


@contextmanager
def serving(httpd: str, folder: Path, text: str) -> Iterator[Server]:
    """Start httpd with a configuration.

    @FILES stands for the folder of the files, @PORT for the port, A and B for backends.
    """
    backends = [ThreadingHTTPServer(("127.0.0.1", 0), Backend) for _ in range(2)]
    for backend in backends:
        Thread(target=backend.serve_forever, args=(0.02,), daemon=True).start()
    ports = Ports()
    port = ports.reserve()
    for name, backend in zip("AB", backends, strict=True):
        text = text.replace(f"http://{name}", f"http://127.0.0.1:{backend.server_port}")
    text = text.replace("@FILES", str(folder / "files")).replace("@PORT", str(port))
    loads = [f'LoadModule {name}_module "{modules_folder()}/mod_{name}.so"' for name in _MORE.split()]
    whole = "\n".join([*loads, frame(folder, port).replace(f"Listen 127.0.0.1:{port}", f"Listen {port}"), text])
    whole = f"{whole}\nTypesConfig /dev/null\n"
    file = folder / "httpd.conf"
    file.write_text(whole)
    loaded = Modules([f"{name}_module" for name in (_MORE + " " + _LOADED).split()], complete=True)
    configuration = load_text(whole, Options(modules=loaded), name=str(file))
    process = subprocess.Popen([httpd, "-DFOREGROUND", "-f", file], stderr=subprocess.PIPE)
    try:
        _wait(port, process, folder / "log")
        yield Server(port, Site(configuration, disk=Machine()), whole)
    finally:
        end(process)
        for backend in backends:
            backend.shutdown()
            backend.server_close()
        ports.close()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    import time

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            said = b"" if process.stderr is None else process.stderr.read()
            raise AssertionError(said.decode() or (log.read_text()[-2000:] if log.exists() else "httpd does not start"))
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.connect()
        except OSError:
            time.sleep(0.02)
        else:
            connection.close()
            return
    raise AssertionError("httpd does not listen")
