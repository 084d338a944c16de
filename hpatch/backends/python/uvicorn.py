"""uvicorn: its command line, and the variables `UVICORN_*` (`uvicorn/main.py` of 0.17 to 0.54)."""

from __future__ import annotations

from hpatch.backends.addresses import bracketed
from hpatch.backends.model import Backend, Listener, Permissions, Spoken, Stated
from hpatch.backends.python.options import OptionTable, taken
from hpatch.backends.python.process import Process

_VALUED = """host port uds fd reload-dir reload-include reload-exclude reload-delay workers loop http ws ws-max-size
    ws-max-queue ws-ping-interval ws-ping-timeout ws-per-message-deflate lifespan interface env-file log-config
    log-level forwarded-allow-ips root-path limit-concurrency backlog limit-max-requests limit-max-requests-jitter
    timeout-keep-alive timeout-graceful-shutdown timeout-worker-healthcheck ssl-keyfile ssl-certfile
    ssl-keyfile-password ssl-version ssl-cert-reqs ssl-ca-certs ssl-ciphers header app-dir
    h11-max-incomplete-event-size"""
_FLAGS = """reload http2 access-log no-access-log use-colors no-use-colors proxy-headers no-proxy-headers server-header
    no-server-header date-header no-date-header version reset-contextvars factory help"""
OPTIONS = OptionTable(valued=frozenset(_VALUED.split()), flags=frozenset(_FLAGS.split()), letters={}, shortens=False)
_MODE = 0o666
"""uvicorn gives its Unix socket this mode, whatever its umask is, unless there is one from before."""


def backend(process: Process) -> Backend:
    """The listening instance that a uvicorn is."""
    line = taken(process.words, OPTIONS)
    place, folder = process.place, process.folder

    def stated(option: str, default: str | None = None) -> Stated | None:
        """An option's value; "" for one that is not set and has no default, None for what is not known."""
        word = line.last(option)
        if word is not None:
            return Stated(word.text, word.place) if word.known else None
        names = [f"UVICORN_{option.upper().replace('-', '_')}"]
        if option == "forwarded-allow-ips":
            names.append("FORWARDED_ALLOW_IPS")
        for one in names:
            value = process.variable(one)
            if value is None:
                return None
            if value:
                return Stated(value, place)
        return Stated(default or "") if line.complete else None

    path, descriptor, host, port = stated("uds"), stated("fd"), stated("host", "127.0.0.1"), stated("port", "8000")
    certificate = stated("ssl-certfile")
    protocol: Spoken = "unknown" if certificate is None else "https" if certificate.value else "http"
    listeners: tuple[Listener, ...] = ()
    if path is not None and path.value and descriptor is not None and not descriptor.value:
        full = path.value if path.value.startswith("/") else f"{(folder or '').rstrip('/')}/{path.value}"
        if full.startswith("/") and (folder or path.value.startswith("/")):
            access = Permissions(owner=process.user, group=process.group, mode=_MODE, place=path.place or place)
            listeners = (Listener(text=full, place=path.place or place, path=full, protocol=protocol, access=access),)
    elif None not in (path, descriptor) and not (descriptor and descriptor.value) and host and port and port.number:
        where = port.place or host.place or place
        text = f"{bracketed(host.value)}:{port.number}"
        listeners = (Listener(text=text, place=where, host=bracketed(host.value), port=port.number, protocol=protocol),)
    limit, closed = stated("limit-concurrency"), stated("no-proxy-headers")
    trusted = stated("forwarded-allow-ips", "127.0.0.1")
    if closed is not None and closed.value:
        trusted = Stated("", closed.place)
    return Backend(
        program="uvicorn",
        name=process.name,
        place=place,
        listeners=listeners,
        complete=bool(listeners),
        keep_alive=stated("timeout-keep-alive", "5"),
        connections=limit if limit is not None and limit.number else None,
        trusted=trusted,
        sockets_trusted=False,
    )
