"""A real httpd on the loopback interface, with backends that answer with the path that they were asked for.

Asked for a path that begins with `/echo`, a backend answers with the request's headers. It sends the header that an
X-Send header holds (`Name: value`).
"""

from __future__ import annotations

import http.client
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Thread

from hpatch.lab.ports import Ports
from tests.support.ending import end
from tests.support.patience import PATIENCE

_FOLDERS = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/local/apache2/modules")
_MODULES = """
    mpm_event authz_core authz_host alias dir env setenvif rewrite socache_shmcb slotmem_shm unixd proxy proxy_http
    proxy_fcgi proxy_uwsgi proxy_scgi proxy_ajp proxy_wstunnel proxy_balancer lbmethod_byrequests lbmethod_bytraffic
    watchdog proxy_hcheck headers
"""


def modules_folder() -> Path:
    """Where httpd's modules are."""
    return next(path for path in map(Path, _FOLDERS) if path.is_dir())


def frame(folder: Path, port: int = 9, without: str = "") -> str:
    """The lines that every configuration needs here; `without` names a module that is not to be loaded."""
    modules = modules_folder()
    loads = [(name, modules / f"mod_{name}.so") for name in _MODULES.split()]
    lines = [f'LoadModule {name}_module "{path}"' for name, path in loads if name != without and path.exists()]
    lines += [f'ServerRoot "{folder}"', f'DocumentRoot "{folder}"', "ServerName localhost"]
    lines += [f'PidFile "{folder}/pid"', f'ErrorLog "{folder}/log"', f"Listen 127.0.0.1:{port}", "LogLevel info"]
    return "\n".join(lines) + "\n"


def load(*names: str) -> str:
    """LoadModule lines for modules that `frame` does not load."""
    return "".join(f'LoadModule {name}_module "{modules_folder()}/mod_{name}.so"\n' for name in names)


def check(httpd: str, folder: Path, text: str, without: str = "") -> tuple[bool, str]:
    """Whether `httpd -t` accepts a configuration, and what it says."""
    file = folder / "httpd.conf"
    file.write_text(frame(folder, without=without) + text, encoding="utf-8", errors="surrogateescape")
    result = subprocess.run([httpd, "-t", "-f", file], capture_output=True, text=True, check=False, timeout=PATIENCE)
    return result.returncode == 0, result.stderr


def check_example(httpd: str, folder: Path, text: str) -> tuple[bool, str]:
    """The same of an example, whose certificates and maps are files that are not here."""
    text = re.sub(r"^ *SSL\w+File .*\n", "", text, flags=re.M)
    return check(httpd, folder, re.sub(r"\b(txt|rnd):/[^\s\"]+", r"\1:/dev/null", text))


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.requestline.split(" ")[1]
        body = str(self.headers).encode() if path.startswith("/echo") else f"{self.server.server_name}{path}".encode()
        location = self.headers.get("X-Redirect")
        self.send_response(302 if location else 200)
        if location:
            self.send_header("Location", location.replace("BACKEND", self.headers["Host"]))
        if "X-Send" in self.headers:
            self.send_header(*self.headers["X-Send"].split(": "))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Running:
    """A started httpd: its port, and the addresses of its backends by name."""

    def __init__(self, port: int, backends: dict[str, str]) -> None:
        self.port = port
        self.backends = backends

    def get(self, path: str, redirect: str | None = None, host: str = "localhost", cookie: str | None = None) -> str:
        """`a/path` as the backend `a` saw it, the status where it is not 200, or the Location of a redirect."""
        answer, body = self.ask(path, {"Host": host, "X-Redirect": redirect, "Cookie": cookie})
        if answer.status == 302:
            return str(answer.getheader("Location"))
        return body if answer.status == 200 else str(answer.status)

    def cookie(self, path: str, host: str = "localhost") -> tuple[str, str]:
        """The cookie that a response sets, as a client sends it back, and the body."""
        answer, body = self.ask(path, {"Host": host})
        return str(answer.getheader("Set-Cookie")).partition(";")[0], body

    def ask(
        self,
        path: str,
        headers: dict[str, str | None],
        method: str = "GET",
        body: bytes | None = None,
        host: str = "127.0.0.1",
    ) -> tuple[http.client.HTTPResponse, str]:
        """A response and its body; a header that is None is not sent. `host` is an address that httpd listens on."""
        sent = {name: text for name, text in headers.items() if text is not None}
        with closing(http.client.HTTPConnection(host, self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body=body, headers=sent)
            with closing(connection.getresponse()) as answer:
                return answer, answer.read().decode(errors="replace")


@contextmanager
def running(httpd: str, folder: Path, text: str) -> Iterator[Running]:
    """Start httpd with two backends: A and B in the text stand for their addresses, `localhost:A` for its other name.

    PORT stands for httpd's own port, INNER for another one that it may listen on.
    """
    with ExitStack() as stack:
        addresses: dict[str, str] = {}
        for name in ("A", "B"):
            backend = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
            stack.callback(backend.server_close)
            backend.server_name = name.lower()
            Thread(target=backend.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(backend.shutdown)
            addresses[name.lower()] = f"127.0.0.1:{backend.server_address[1]}"
            text = text.replace(f"//{name}", f"//{addresses[name.lower()]}")
            text = text.replace(f"//localhost:{name}", f"//localhost:{backend.server_address[1]}")
        ports = stack.enter_context(closing(Ports()))
        port = ports.reserve()
        text = text.replace("PORT", str(port)).replace("INNER", str(ports.reserve()))
        file = folder / "httpd.conf"
        file.write_text(frame(folder, port) + text)
        process = subprocess.Popen([httpd, "-DFOREGROUND", "-f", file], stderr=subprocess.PIPE)
        try:
            _wait(port, process)
            yield Running(port, addresses)
        finally:
            end(process)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when httpd listens. Raises AssertionError when it ends, or does not in time."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        with socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, process.communicate()[1].decode()
        time.sleep(0.02)
    raise AssertionError("httpd does not listen")
