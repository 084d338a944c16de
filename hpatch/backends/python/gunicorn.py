"""gunicorn: its command line, `GUNICORN_CMD_ARGS`, and its configuration file (`gunicorn/config.py` of 20.1 to 27.0).

The command line wins over the variable, and the variable over the file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from hpatch.backends.addresses import bracketed, port
from hpatch.backends.model import Backend, Listener, Permissions, Spoken, Stated
from hpatch.backends.python import assignments
from hpatch.backends.python.assignments import Assigned, SyntaxFault
from hpatch.backends.python.options import OptionTable, taken
from hpatch.backends.python.process import Process, ProgramWord
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

CONFIGURATION = "gunicorn.conf.py"
"""The file that gunicorn reads where none is named, in the folder that it is started in."""

_VALUED = """config bind backlog workers worker-class threads worker-connections max-requests max-requests-jitter
    timeout graceful-timeout keep-alive limit-request-line limit-request-fields limit-request-field_size reload-engine
    reload-extra-file chdir env pid worker-tmp-dir user group umask forwarded-allow-ips access-logfile access-logformat
    error-logfile log-file log-level logger-class log-config log-config-json log-syslog-to log-syslog-prefix
    log-syslog-facility statsd-host dogstatsd-tags statsd-prefix name pythonpath paste paster proxy-allow-from protocol
    uwsgi-allow-from keyfile certfile ssl-version cert-reqs ca-certs ciphers http-protocols http2-cleartext
    http2-max-concurrent-streams http2-initial-window-size http2-max-frame-size http2-max-header-list-size paste-global
    forwarder-headers header-map asgi-loop asgi-lifespan asgi-disconnect-grace-period websocket-max-message-size
    http-parser root-path dirty-app dirty-workers dirty-timeout dirty-threads dirty-graceful-timeout control-socket
    control-socket-mode"""
_FLAGS = """help version reload spew check-config print-config preload no-sendfile reuse-port daemon initgroups
    disable-redirect-access-to-syslog capture-output log-syslog enable-stdio-inheritance enable-backlog-metric
    suppress-ragged-eofs do-handshake-on-connect permit-obsolete-folding strip-header-spaces
    permit-unconventional-http-method permit-unconventional-http-version casefold-http-method no-control-socket
    proxy-protocol"""
OPTIONS = OptionTable(
    valued=frozenset(_VALUED.split()),
    flags=frozenset(_FLAGS.split()),
    letters={
        "b": "bind", "c": "config", "D": "daemon", "e": "env", "g": "group", "h": "help", "k": "worker-class",
        "m": "umask", "n": "name", "p": "pid", "R": "enable-stdio-inheritance", "t": "timeout", "u": "user",
        "v": "version", "w": "workers",
    },
    shortens=True,
)  # fmt: skip
_SETTINGS = {"keep-alive": "keepalive", "proxy-protocol": "proxy_protocol"}
"""The names of settings whose options are called otherwise."""

_DEFAULTS = {
    "bind": "127.0.0.1:8000", "workers": "1", "worker_class": "sync", "threads": "1", "timeout": "30",
    "keepalive": "2", "umask": "0", "forwarded_allow_ips": "127.0.0.1,::1", "worker_connections": "1000",
    "protocol": "http", "proxy_protocol": "off",
}  # fmt: skip
_FROM_ENVIRONMENT = {"forwarded_allow_ips": "FORWARDED_ALLOW_IPS", "workers": "WEB_CONCURRENCY"}
_OCTAL = re.compile(r"0[0-7]+")


class GunicornFile(NamedTuple):
    """gunicorn's configuration file, or what keeps hpatch from reading it."""

    source: Source
    names: dict[str, Assigned]
    fault: SyntaxFault | None


class _Given(NamedTuple):
    """The values of a setting, from the strongest place that has it. None for what is not known."""

    values: tuple[str, ...] | None
    place: Place | None


def read_file(source: Source) -> GunicornFile:
    """Read a configuration file. Nothing in it is executed."""
    found = assignments.read(source)
    if isinstance(found, SyntaxFault):
        return GunicornFile(source, {}, found)
    return GunicornFile(source, found, None)


class Gunicorn:
    """gunicorn's settings from all places. `whole` tells that no other place may have a say."""

    def __init__(self, process: Process, file: GunicornFile | None, whole: bool) -> None:
        line = taken(process.words, OPTIONS)
        self.variable = process.variable
        self.whole = whole and line.complete
        self.file = file
        self.layers: list[Mapping[str, Sequence[ProgramWord]]] = [_by_setting(line.values)]
        more = _arguments(process)
        if more is None:
            self.whole = False
        else:
            options = taken(more, OPTIONS)
            self.whole = self.whole and options.complete
            self.layers.append(_by_setting(options.values))

    def given(self, name: str) -> _Given:
        """A setting: its values, if they are known."""
        for layer in self.layers:
            if name in layer:
                words = layer[name]
                known = all(word.known for word in words)
                return _Given(tuple(word.text for word in words) if known else None, words[-1].place)
        assigned = None if self.file is None else self.file.names.get(name)
        if assigned is not None:
            return _Given(_texts(assigned, name), assigned.place)
        return _Given(self._default(name) if self.whole else None, None)

    def stated(self, name: str) -> Stated | None:
        """A setting with one value."""
        found = self.given(name)
        return None if not found.values else Stated(found.values[-1], found.place)

    def _default(self, name: str) -> tuple[str, ...] | None:
        variable = self.variable("PORT" if name == "bind" else _FROM_ENVIRONMENT.get(name, ""))
        if variable is None:
            return None
        if variable:
            return (f"0.0.0.0:{variable}" if name == "bind" else variable,)
        return (_DEFAULTS[name],) if name in _DEFAULTS else ()


def _by_setting(values: Mapping[str, Sequence[ProgramWord]]) -> dict[str, Sequence[ProgramWord]]:
    return {_SETTINGS.get(name, name.replace("-", "_")): words for name, words in values.items()}


def _arguments(process: Process) -> list[ProgramWord] | None:
    """The words in `GUNICORN_CMD_ARGS`; None if they are not known."""
    text = process.variable("GUNICORN_CMD_ARGS")
    if text is None:
        return None
    try:
        return [ProgramWord(word, process.place) for word in shlex.split(text)]
    except ValueError:
        return None


def configuration(process: Process) -> str | None:
    """The configuration file that a process names, "" for none; None if that is not known."""
    more = _arguments(process)
    for words in (process.words, more or ()):
        word = taken(words, OPTIONS).last("config")
        if word is not None:
            text = word.text.removeprefix("file:")
            return text if word.known and text and not text.startswith("python:") else None
    return None if more is None else ""


def _texts(assigned: Assigned, name: str) -> tuple[str, ...] | None:
    """What an assignment means as texts; None if that is not known."""
    value = assigned.value
    if not assigned.known:
        return None
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(one) for one in value) if name == "bind" else (",".join(str(one) for one in value),)
    if isinstance(value, str):
        return (value.strip(),) if name == "bind" else (value,)
    if isinstance(value, (bool, int)):
        return (str(int(value)),)
    return None


def backend(process: Process, file: GunicornFile | None, *, whole: bool) -> Backend:
    """The listening instance that a gunicorn with this file is.

    `whole` is False if other words or files may have a say, so that defaults are not known.
    """
    settings = Gunicorn(process, file, whole)
    place = process.place
    bind = settings.given("bind")
    protocol = _protocol(settings)
    access = _access(settings, process, bind.place or place)
    listeners = tuple(
        one
        for text in bind.values or ()
        if (one := _listener(text, bind.place or place, protocol, access, process.folder)) is not None
    )
    waits = settings.stated("keepalive")
    kind = _kind(settings)
    return Backend(
        program="gunicorn",
        name=process.name,
        place=place,
        listeners=listeners,
        complete=bind.values is not None and len(listeners) == len(bind.values),
        timeout=settings.stated("timeout") if kind == "sync" else None,
        keep_alive=Stated("0") if kind == "sync" else waits if kind is not None else None,
        trusted=settings.stated("forwarded_allow_ips"),
        sockets_trusted=None if kind is None else "uvicorn" not in kind.lower(),
    )


def _kind(settings: Gunicorn) -> str | None:
    """`sync`, or another kind of worker; None if it is not known."""
    chosen, threads = settings.stated("worker_class"), settings.stated("threads")
    if chosen is None:
        return None
    if chosen.value not in ("sync", "gunicorn.workers.sync.SyncWorker"):
        return chosen.value
    if threads is None:
        return None
    return "sync" if threads.number == 1 else "gthread"


def _protocol(settings: Gunicorn) -> Spoken:
    certificate, spoken = settings.given("certfile"), settings.stated("protocol")
    if certificate.values is None or spoken is None or spoken.value not in ("http", "uwsgi"):
        return "unknown"
    proxy = settings.stated("proxy_protocol")
    if proxy is not None and proxy.place is not None:
        return "unknown"
    if spoken.value == "uwsgi":
        return "uwsgi"
    return "https" if certificate.values else "http"


def _access(settings: Gunicorn, process: Process, place: Place) -> Permissions:
    """Who may open its Unix sockets: their mode is 0777 without the bits of `umask`."""
    mask = settings.stated("umask")
    owner, owners = settings.given("user"), settings.given("group")
    bits = None if mask is None else _number(mask.value)
    return Permissions(
        owner=owner.values[-1] if owner.values else process.user if owner.values == () else None,
        group=owners.values[-1] if owners.values else process.group if owners.values == () else None,
        mode=None if bits is None else 0o777 & ~bits,
        place=place if mask is None or mask.place is None else mask.place,
    )


def _number(text: str) -> int | None:
    try:
        return int(text, 8) if _OCTAL.fullmatch(text) else int(text, 0)
    except ValueError:
        return None


def _listener(text: str, place: Place, protocol: Spoken, access: Permissions, folder: str | None) -> Listener | None:
    """A `bind`, as gunicorn's `parse_address` reads it; None if its address is not known (`fd://3`)."""
    if text.startswith("unix:"):
        path = re.sub(r"unix:(//)?", "", text, count=1)
        if not path.startswith("/"):
            if folder is None:
                return None
            path = f"{folder.rstrip('/')}/{path}"
        return Listener(text=text, place=place, path=path, protocol=protocol, access=access)
    if text.startswith("fd://"):
        return None
    netloc = text.removeprefix("tcp://")
    host, digits = netloc, "8000"
    if "[" in netloc and "]" in netloc:
        host, _, rest = netloc.partition("]")
        digits = rest.removeprefix(":") or digits
    elif ":" in netloc:
        host, digits = netloc.split(":")[:2]
    number = port(digits)
    if number is None:
        return None
    return Listener(text=text, place=place, host=bracketed(host.strip("[]").lower()), port=number, protocol=protocol)
