"""What real httpd says of proxy lines: whether it accepts them, and which workers it makes and shares."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from hpatch.lab.ports import Ports
from tests.support.ending import end
from tests.support.patience import PATIENCE

_MODULES = (
    "mpm_event", "authz_core", "proxy", "proxy_http", "proxy_fcgi", "proxy_ajp", "proxy_uwsgi", "proxy_scgi",
    "proxy_wstunnel", "proxy_balancer", "slotmem_shm", "lbmethod_byrequests", "proxy_hcheck", "watchdog", "rewrite",
)  # fmt: skip
_SHARED = re.compile(r"AH0114[59]: Sharing worker '(.*)' instead of creating new worker '(.*)'$")
_IGNORED = re.compile(r"AH01(?:146|150): Ignoring parameter '(.*?)=(.*)' for worker '(.*)' because of")
_MEMBER = re.compile(r"AH01148: Defined worker '(.*)' for balancer '(.*)'$")


class Verdict(NamedTuple):
    """What httpd says: `error` is its message where it refuses; the rest is what it logs, in order.

    `shared` holds the name (socket included) of the worker that serves instead of a new one, `ignored` key, value
    and worker of each parameter that is lost, `members` the names of workers and balancers of new members.
    """

    error: str
    shared: list[str]
    ignored: list[tuple[str, str, str]]
    members: list[tuple[str, str]]


def _modules() -> Path | None:
    for folder in ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"):
        if Path(folder).is_dir():
            return Path(folder)
    return None


def _program() -> str:
    program = shutil.which("apache2") or shutil.which("httpd")
    assert program is not None
    return program


def _write(folder: str, text: str) -> Path:
    """A configuration with what httpd needs before a text; the number of lines above it does not matter."""
    modules = _modules()
    head = [f"ServerRoot {folder}", "ServerName x", f"ErrorLog {folder}/log", f"PidFile {folder}/pid", "LogLevel debug"]
    for module in _MODULES:
        path = modules / f"mod_{module}.so" if modules is not None else None
        if path is not None and path.exists():
            head.append(f"LoadModule {module}_module {path}")
    file = Path(folder) / "httpd.conf"
    file.write_bytes("\n".join([*head, text]).encode("utf-8", "surrogateescape"))
    return file


def ask(text: str) -> Verdict:
    """Let httpd check a configuration."""
    with tempfile.TemporaryDirectory() as folder:
        path = _write(folder, text)
        done = subprocess.run(
            [_program(), "-t", "-e", "debug", "-f", str(path)],
            capture_output=True,
            env={"PATH": os.defpath},
            check=False,
        )
    output = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
    shared, ignored, members, errors = [], [], [], []
    for line in output.split("\n"):
        if match := _SHARED.search(line):
            shared.append(match[1])
        elif match := _IGNORED.search(line):
            ignored.append(match.groups())
        elif match := _MEMBER.search(line):
            members.append(match.groups())
        elif not line.startswith(("[", "AH")) and line != "Syntax OK":
            errors.append(line)
    error = " ".join(errors).strip() or output[-300:] if done.returncode else ""
    return Verdict(error, shared, ignored, members)


_FOUND = re.compile(
    r": found worker (\S+) for |using default (reverse) proxy worker|attempt to connect to Unix domain socket (\S+) "
)


class Request(NamedTuple):
    """Which worker a request found (None: the default one), and to which Unix socket it went."""

    worker: str | None
    socket: str | None


def request(text: str, requests: list[tuple[str, str]]) -> list[Request]:
    """Start httpd with a configuration, send requests (host, path), and read in its log which worker each found."""
    with closing(Ports()) as ports, tempfile.TemporaryDirectory() as folder:
        port = ports.reserve()
        head = f"Listen 127.0.0.1:{port}\nLogLevel warn proxy:trace2\n"
        path = _write(folder, head + text.replace(":PORT", f":{port}"))
        log = Path(folder) / "log"
        with subprocess.Popen([_program(), "-X", "-f", str(path)], stderr=subprocess.DEVNULL) as server:
            try:
                _wait(server, port, log)
                return [_request(port, log, host, url) for host, url in requests]
            finally:
                end(server)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until httpd listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "httpd does not listen"
            time.sleep(0.02)
        else:
            return


def _request(port: int, log: Path, host: str, url: str) -> Request:
    before = log.stat().st_size
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", url, headers={"Host": host})
    connection.getresponse().read()
    connection.close()
    worker = path = None
    for match in _FOUND.finditer(log.read_text("utf-8", "surrogateescape")[before:]):
        worker = match[1] or worker
        path = match[3] or path
    return Request(worker, path)
