"""An httpd that really runs: packaged or built, of any 2.4 and any MPM, with modules of another build if wanted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hpatch.build.httpd.installed import Installed, ask
from hpatch.build.sanitize import preloaded, used
from hpatch.errors import ToolError
from hpatch.lab.gateways import modules
from hpatch.lab.gateways.starting import Setup
from hpatch.lab.model import GatewaySpec, Log, Route
from hpatch.lab.ports import LOOPBACK
from hpatch.lab.private import share, workers
from hpatch.lab.programs import find
from hpatch.versions import Version

_UNIX = Version(2, 4, 8)
"""Since when ProxyPass takes Unix sockets. The manual says 2.4.7, whose mod_proxy.c does not know `unix:`."""
_RUNTIME = Version(2, 4, 2)
"""Since when there is DefaultRuntimeDir (httpd's manual, core)."""
_NUMBER = re.compile(r"\bAH\d{5}\b")
_CRASH = re.compile(r"\bchild (?:pid|process) \d+ exit signal ")


def prepare(spec: GatewaySpec, routes: Sequence[Route], settings: Sequence[str], folder: Path, port: int) -> Setup:
    """Write its configuration into its folder. Raises ToolError for an httpd that is missing or too old for a route."""
    program = program_of(spec)
    installed = ask(str(program))
    documents = folder / "htdocs"
    for path in (documents, folder / "logs"):
        path.mkdir(exist_ok=True)
        share(path)
    configuration = folder / "httpd.conf"
    lines = (*_base(spec, program, installed, folder, port), *_routes(routes, installed), *settings)
    configuration.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    command = (program, "-d", folder, "-f", configuration, "-DFOREGROUND")
    return Setup(
        name="httpd",
        command=command,
        log=folder / "error.log",
        probe=b"OPTIONS * HTTP/1.0\r\n\r\n",
        read=read_log,
        environment=_environment(spec, program),
        ready="resuming normal operations",
    )


def _environment(spec: GatewaySpec, program: Path) -> Mapping[str, str]:
    """What sanitizers need, where the lab was told of them, or the program or a given module was built with them."""
    if spec.sanitized is not None:
        return spec.sanitized.environment
    return preloaded(used([program, *spec.modules.values()]))


def program_of(spec: GatewaySpec) -> Path:
    """The httpd's program. Raises ToolError."""
    return find(spec.program, ("apache2", "httpd"), "apache2-bin")


def _base(spec: GatewaySpec, program: Path, installed: Installed, folder: Path, port: int) -> Iterator[str]:
    yield from modules.lines(program, installed, spec.modules)
    user = workers()
    if user is not None:
        yield f"User {user.name}"
        yield f"Group #{user.gid}"
    if installed.version >= _RUNTIME:
        yield f'DefaultRuntimeDir "{folder}/logs"'
    yield f'PidFile "{folder}/httpd.pid"'
    yield f"Listen {LOOPBACK}:{port}"
    yield "ServerName localhost"
    yield f'DocumentRoot "{folder}/htdocs"'
    yield f'ErrorLog "{folder}/error.log"'
    yield "LogLevel info"
    yield "Timeout 20"
    # Where mod_mime is compiled in, it wants its file, which is in no folder of the lab.
    yield "<IfModule mime_module>"
    yield "TypesConfig /dev/null"
    yield "</IfModule>"
    # One child that serves all: its crash ends every connection, and its processor time is easy to tell.
    yield "StartServers 1"
    yield "<IfModule !mpm_prefork_module>"
    yield "ServerLimit 2"
    yield "ThreadsPerChild 32"
    yield "MaxRequestWorkers 64"
    yield "MinSpareThreads 1"
    yield "MaxSpareThreads 64"
    yield "</IfModule>"
    yield "<IfModule mpm_prefork_module>"
    yield "MaxRequestWorkers 64"
    yield "MinSpareServers 1"
    yield "MaxSpareServers 64"
    yield "</IfModule>"


def _routes(routes: Sequence[Route], installed: Installed) -> Iterator[str]:
    for number, route in enumerate(routes):
        if route.address.path is not None and installed.version < _UNIX:
            raise ToolError(f"httpd {installed.version} does not proxy to Unix sockets; {_UNIX} and later do")
        yield mapping(route, f"127.0.1.{number + 1}")


def mapping(route: Route, host: str, target: str = "/") -> str:
    """A ProxyPass line. A worker's identity ignores a socket's path: each needs a `host` of its own.

    It is an address, so that an httpd that looks it up all the same (mod_proxy_scgi before 2.4.10) asks no name server.
    `target` is the path at the backend.
    """
    parameters = "".join(f" {name}={value}" for name, value in route.parameters.items())
    return f'ProxyPass "{route.path}" "{url(route, host, target)}"{parameters}'


def url(route: Route, host: str, target: str = "/") -> str:
    """What a route's backend is called in httpd's configuration."""
    address = route.address
    if address.path is not None:
        return f"unix:{address.path}|{route.scheme}://{host}{target}"
    return f"{route.scheme}://{LOOPBACK}:{address.port}{target}"


def read_log(text: str) -> Log:
    """What an error log tells."""
    return Log(text, dict(sorted(Counter(_NUMBER.findall(text)).items())), len(_CRASH.findall(text)))
