"""Which ways to backends an httpd has, and which of them cannot be tried, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from hpatch.build.httpd.installed import Installed, ask
from hpatch.errors import ToolError
from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec, Scheme, Transport
from hpatch.lab.net.model import Front, Way
from hpatch.lab.smoke import TRANSPORTS
from hpatch.lab.smoke import paths as plain_paths
from hpatch.records import NamedTuple
from hpatch.versions import Version

_UPGRADES = Version(2, 4, 47)
"""Since when ProxyPass has `upgrade=` (httpd's CHANGES)."""
_FALLBACK = Version(2, 4, 48)
"""Since when there is ProxyWebsocketFallbackToProxyHttp (httpd's manual, mod_proxy_wstunnel)."""
_HINTS = Version(2, 4, 24)
"""Since when there is H2EarlyHints (httpd's CHANGES)."""
_REUSE = Version(2, 4, 11)
"""Since when ProxyPass has `enablereuse=` (httpd's source)."""
_FITTING = Version(2, 4, 26)
"""Since when there is ProxyFCGISetEnvIf (httpd's manual, mod_proxy_fcgi)."""
_BALANCERS = ("slotmem_shm", "proxy_balancer", "lbmethod_byrequests")
"""The modules that a balancer takes, in the order in which they are loaded."""
_SOCKETS = Version(2, 4, 10)
"""Since when httpd takes Unix sockets for all schemes: SCGI is the last one in its CHANGES."""


class Ways(NamedTuple):
    """The ways that are tried; those that are not, each with the reason; and what httpd needs for them.

    `modules` are to be loaded besides what an httpd of the lab loads, by their names; `settings` are lines of the main
    server; `keeping` are parameters with which connections to FastCGI backends stay. `balances`: it has what balancers
    take; `fits_variables`: it knows ProxyFCGISetEnvIf; `places`: it gets the places of `places.py`.
    """

    ways: tuple[Way, ...]
    untried: tuple[str, ...]
    modules: Mapping[str, Path]
    settings: tuple[str, ...]
    keeping: Mapping[str, str]
    balances: bool = False
    fits_variables: bool = False
    places: bool = False


def ways(spec: GatewaySpec, transports: Sequence[Transport] = TRANSPORTS) -> Ways:
    """All of them. Raises ToolError."""
    program = httpd.program_of(spec)
    installed = ask(str(program))
    have = modules.available(program, installed, spec.modules)
    found = [Way(*one) for one in plain_paths(spec, transports)]
    untried: list[str] = []
    for scheme, front in _MORE:
        reason = _missing(scheme, front, installed, have)
        own = transports if scheme in ("ajp", "ws") and installed.version >= _SOCKETS else ("tcp",)
        mine = [Way(scheme, transport, front) for transport in own if transport in transports]
        if reason is None:
            found += mine
        elif mine:
            untried.append(f"{_title(scheme, front)} ({reason})")
    lost = [f"mod_{name}" for name in _BALANCERS if name not in have]
    if lost and "tcp" in transports:
        untried.append(f"balancers (this httpd has no {' and no '.join(lost)})")
    loaded = sorted({name for way in found for name in _needs(way.scheme, way.front)})
    files = {name: have[name] for name in (*loaded, *(() if lost else _BALANCERS)) if name not in spec.modules}
    return Ways(
        ways=tuple(found),
        untried=tuple(untried),
        modules={name: path for name, path in files.items() if path is not None},
        settings=tuple(_settings(found, installed.version)),
        keeping={"enablereuse": "on"} if installed.version >= _REUSE else {"disablereuse": "off"},
        balances=not lost,
        fits_variables=installed.version >= _FITTING,
        places=True,
    )


_MORE: tuple[tuple[Scheme, Front], ...] = (
    ("https", "HTTP/1.1"),
    ("ajp", "HTTP/1.1"),
    ("ws", "WebSocket"),
    ("http", "WebSocket"),
    ("http", "HTTP/2"),
)


def _title(scheme: Scheme, front: Front) -> str:
    return scheme if front == "HTTP/1.1" else f"{front} to {scheme}"


def _needs(scheme: Scheme, front: Front) -> tuple[str, ...]:
    """The modules that a way takes, besides those that the lab loads in any case."""
    if front == "HTTP/2":
        return ("http2",)
    return {"https": ("ssl",), "ajp": ("proxy_ajp",), "ws": ("proxy_wstunnel",)}.get(scheme, ())


def _missing(scheme: Scheme, front: Front, installed: Installed, have: Mapping[str, Path | None]) -> str | None:
    """Why a way cannot be tried."""
    names = (*_needs(scheme, front), *(("proxy_http",) if scheme.startswith("http") else ()))
    if lost := [f"mod_{name}" for name in names if name not in have]:
        return f"this httpd has no {' and no '.join(lost)}"
    if front == "HTTP/2":
        if modules.mpm(have) == "prefork":
            return "mod_http2 does not work with the prefork MPM"
        if find_spec("h2") is None:
            return "the Python package h2 is not installed; pip install 'hpatch[h2]'"
    if scheme == "http" and front == "WebSocket" and installed.version < _UPGRADES:
        return f"httpd {installed.version} does not know upgrade=, which came with {_UPGRADES}"
    if scheme == "https":
        from hpatch.lab.backends import tls

        try:
            tls.context()
        except ToolError as error:
            return str(error)
    return None


def _settings(found: Sequence[Way], version: Version) -> Iterator[str]:
    if any(way.scheme == "https" for way in found):
        yield "SSLProxyEngine on"
    if version >= _HINTS and any(way.front == "HTTP/2" for way in found):
        yield "H2EarlyHints on"  # by default, HTTP/2 passes on no 103
    if version >= _FALLBACK and any(way.scheme == "ws" for way in found):
        yield "ProxyWebsocketFallbackToProxyHttp off"  # http's own upgrade is a way of its own
