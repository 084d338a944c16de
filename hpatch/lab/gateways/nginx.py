"""An nginx that really runs, in a folder of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hpatch.build.nginx.installed import InstalledNginx, said
from hpatch.build.sanitize import settings as settings_of
from hpatch.build.sanitize import used
from hpatch.errors import ToolError, UsageError
from hpatch.lab.gateways.starting import Setup
from hpatch.lab.model import Address, GatewaySpec, Log, Route, Scheme
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.private import workers
from hpatch.lab.programs import find
from hpatch.versions import Version

_ERROR_LOG = Version(1, 19, 5)
"""Since when the first messages can be sent to a file by the option -e (nginx's CHANGES)."""
_CRASH = re.compile(r"\bworker process \d+ exited on signal ")
_READY = "/hpatch-ready"
_WITHOUT_REWRITE = "--without-http_rewrite_module"
SCHEMES: tuple[Scheme, ...] = ("http", "fcgi", "scgi", "uwsgi")
"""Those that nginx and the lab's responder speak."""
_CGI = {
    "QUERY_STRING": "$query_string",
    "REQUEST_METHOD": "$request_method",
    "CONTENT_TYPE": "$content_type",
    "CONTENT_LENGTH": "$content_length",
    "SCRIPT_NAME": "",
    "PATH_INFO": "$uri",
    "REQUEST_URI": "$request_uri",
    "SERVER_PROTOCOL": "$server_protocol",
    "REMOTE_ADDR": "$remote_addr",
    "SERVER_NAME": "$server_name",
    "SERVER_PORT": "$server_port",
}
"""What a backend is told of a request (RFC 3875)."""
_PASS: Mapping[Scheme, tuple[str, Mapping[str, str]]] = {
    "fcgi": ("fastcgi", {**_CGI, "GATEWAY_INTERFACE": "CGI/1.1"}),
    "scgi": ("scgi", {"SCGI": "1", **{name: value for name, value in _CGI.items() if name != "CONTENT_LENGTH"}}),
    "uwsgi": ("uwsgi", _CGI),
    "http": ("proxy", {}),
}
"""A scheme's family of directives, and its parameters. nginx adds SCGI's CONTENT_LENGTH itself, as the first."""


def prepare(spec: GatewaySpec, routes: Sequence[Route], settings: Sequence[str], folder: Path, port: int) -> Setup:
    """Write its configuration into its folder. Raises ToolError for an nginx that is missing or lacks what it needs.

    `settings` are lines of its server; those that begin with `upstream` stand before it.
    """
    if spec.modules:
        raise UsageError("nginx does not load httpd modules")
    program = program_of(spec)
    installed = said(program)
    if _WITHOUT_REWRITE in installed.arguments:
        raise ToolError(f"{program} was built without http_rewrite_module, which the lab's configuration needs")
    log = folder / "error.log"
    configuration = folder / "nginx.conf"
    lines = (*_main(folder, log), *_server(routes, settings, folder, port))
    configuration.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    command: list[str | Path] = [program, "-p", folder, "-c", configuration]
    if installed.version >= _ERROR_LOG:
        command += ["-e", log]
    return Setup(
        name="nginx",
        command=command,
        log=log,
        probe=f"GET {_READY} HTTP/1.0\r\n\r\n".encode(),
        read=read_log,
        environment=spec.sanitized.environment if spec.sanitized is not None else settings_of(used([program])),
    )


def program_of(spec: GatewaySpec) -> Path:
    """Its program. Raises ToolError."""
    return find(spec.program, ("nginx",), "nginx-light")


def version(program: Path) -> Version:
    """Which nginx it is. Raises ToolError."""
    return said(program).version


def schemes(installed: InstalledNginx) -> tuple[Scheme, ...]:
    """Those by which it reaches backends."""
    arguments = installed.arguments
    if "--without-http" in arguments:
        return ()
    return tuple(scheme for scheme in SCHEMES if f"--without-http_{_PASS[scheme][0]}_module" not in arguments)


def _main(folder: Path, log: Path) -> Iterator[str]:
    user = workers()
    if user is not None:
        yield f"user {user.name};"
    yield "daemon off;"
    yield "worker_processes 1;"
    yield f'pid "{folder}/nginx.pid";'
    yield f'lock_file "{folder}/nginx.lock";'
    yield f'error_log "{log}" info;'
    yield "events { worker_connections 256; }"


def _server(routes: Sequence[Route], settings: Sequence[str], folder: Path, port: int) -> Iterator[str]:
    yield "http {"
    yield "access_log off;"
    for name in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"):
        yield f'{name}_temp_path "{folder}/{name}";'
    yield from (line for line in settings if line.startswith("upstream "))
    yield "server {"
    yield f"listen {LOOPBACK}:{port};"
    yield "server_name localhost;"
    yield f'root "{folder}/htdocs";'
    yield "client_max_body_size 0;"
    yield f"location = {_READY} {{ return 204; }}"
    for route in routes:
        yield from location(route)
    yield from (line for line in settings if not line.startswith("upstream "))
    yield "}"
    yield "}"


def target_of(address: Address) -> str:
    """An address, as nginx names servers."""
    return f"unix:{address.path}" if address.path is not None else f"{LOOPBACK}:{address.port}"


def location(route: Route, settings: Sequence[str] = (), upstream: str = "", target: str = "/") -> Iterator[str]:
    """The lines that pass on what is below a path.

    `settings` are directives of its family without their first words (`read_timeout 1s`), or with them; `upstream`
    names the servers in place of the route's address; `target` is the path at the backend.
    """
    family, parameters = _PASS[route.scheme]
    place = upstream or target_of(route.address)
    if family == "proxy":
        place = f"http://{place}{'' if upstream or route.address.path is None else ':'}"
    yield f'location "{route.path}" {{'
    # As ProxyPass does: the backend sees the path without what led to it.
    yield f'rewrite "^{re.escape(route.path.rstrip("/"))}/(.*)$" {target}$1 break;'
    yield f"{family}_pass {place};"
    for name, value in parameters.items():
        yield f'{family}_param {name} "{value}";'
    yield from (f"{family}_{line};" for line in settings)
    yield "}"


def read_log(text: str) -> Log:
    """What an error log tells; nginx's messages have no numbers."""
    return Log(text, {}, len(_CRASH.findall(text)))
