"""`iobuffersize` and ProxyIOBufferSize: too much of it, and where nothing reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hpatch.lint.finding import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.params import dropped, uses
from hpatch.proxy.model import Param, Setting, Worker
from hpatch.proxy.parameters import WORKER, check

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.finding import Severity
    from hpatch.lint.rules._shared.params import Use

KEY, DIRECTIVE = "iobuffersize", "proxyiobuffersize"
DEFAULT = 8192
RECORD = 65535
"""The most that a FastCGI record holds."""
HUGE = 16 * 1024 * 1024
MANY = 10
"""From this number of workers on, a moderate size on each is a pattern, not a choice."""

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html"
_REFERENCES = (f"{_MANUAL}#proxypass", f"{_MANUAL}#proxyiobuffersize")
_LISTED = 5


def _size(value: str) -> int | None:
    """The bytes that a value asks for; None where httpd refuses it or it is not known."""
    if "${" in value:
        return None
    reading = check(WORKER[KEY], value, None)
    return None if reading.refused or not isinstance(reading.value, int) else reading.value or DEFAULT


def _fcgi_workers(context: Context) -> Iterator[Worker]:
    for server in context.proxy.servers:
        for worker in server.workers:
            if worker.target.scheme == "fcgi":
                yield worker
        for balancer in server.balancers:
            for worker in balancer.members:
                if worker.target.scheme == "fcgi":
                    yield worker


def _origin(worker: Worker) -> Param | Setting | None:
    """What a worker has its size from: its own parameter, or the directive above it."""
    return worker.params.get(KEY) or worker.settings.get(DIRECTIVE)


def _text(origin: Param | Setting) -> str:
    return f"{origin.key}={origin.value}" if isinstance(origin, Param) else f"{origin.name} {origin.value}"


def _related(workers: Iterable[Worker]) -> tuple[Related, ...]:
    return tuple(Related(worker.node.place, f'defines "{worker.target.text}"') for worker in list(workers)[:_LISTED])


@rule("BE001", "iobuffer-indiscriminate", "warning", references=_REFERENCES)
def iobuffer_indiscriminate(context: Context) -> Iterator[Found]:
    """An I/O buffer for FastCGI that costs more memory than it can give back.

    mod_proxy_fcgi takes a worker's whole `iobuffersize` from memory **for every request**, on top of the 8 KiB that
    it has on its stack, before it knows whether there is anything to transfer. The peak is about the size times the
    number of concurrent FastCGI requests: 1 MiB and 400 requests are 400 MiB. A FastCGI record holds at most
    65535 bytes, so a larger buffer does not make larger records. httpd enforces no upper limit.

    Up to 8192 (the default) nothing is reported, up to 65535 an info (a warning when ten or more workers have that
    much), above it a warning, from 16 MiB on an error. ProxyIOBufferSize counts where a FastCGI worker takes it over.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/" iobuffersize=1048576

    Write instead::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"

    Source: dispatch (mod_proxy_fcgi.c, r1591508, in 2.4.10 and later), set_worker_param (mod_proxy.c).
    """
    if context.before("2.4.10") or not (uses(context, KEY) or context.configuration.by_key.get(DIRECTIVE)):
        return
    large: dict[int, tuple[Param | Setting, int, list[Worker]]] = {}
    count = 0
    for worker in _fcgi_workers(context):
        origin = _origin(worker)
        size = None if origin is None else _size(origin.value)
        if origin is not None and size is not None and size > DEFAULT:
            count += 1
            large.setdefault(id(origin), (origin, size, []))[2].append(worker)
    own = {id(use.param): use for use in uses(context, KEY)}
    for key, (origin, size, workers) in large.items():
        severity: Severity = "error" if size >= HUGE else "warning" if size > RECORD else "info"
        message = f'"{_text(origin)}" makes httpd take {size:,} bytes for every request to '
        message += f'"{workers[0].target.text}"' if len(workers) == 1 else f"{len(workers)} FastCGI workers"
        if severity == "info":
            if count >= MANY:
                severity = "warning"
                message += f", and {count} FastCGI workers have more than the default"
        else:
            message += f"; a FastCGI record holds {RECORD:,} at most"
        use = own.get(key)
        yield Found(
            origin.node.place if use is None else use.place,
            message,
            related=() if use is not None else _related(workers),
            help="Leave the default of 8192, or set more only where a measurement shows a gain: the peak is the size "
            "times all concurrent requests.",
            severity=severity,
            fix=None if use is None else dropped(use, f'remove "{use.param.key}"', safe=False),
            node=origin.node,
        )


@rule("BE002", "iobuffer-inert", "warning", references=_REFERENCES)
def iobuffer_inert(context: Context) -> Iterator[Found]:
    """An `iobuffersize` that nothing reads.

    httpd checks and stores the parameter for every worker, but only FastCGI reads it, from httpd 2.4.10 on, and
    AJP, from 2.4.64 on. HTTP, uwsgi, SCGI, WebSocket and HTTP/2 workers ignore it without a word.

    Fires on::

        ProxyPass "/app/" "http://10.0.0.5:8080/app/" iobuffersize=65536

    Write instead::

        ProxyPass "/app/" "http://10.0.0.5:8080/app/"

    Source: the readers of io_buffer_size in modules/proxy, 2.4.1 to 2.4.68; r1591508 (2.4.10), PR 69402 (2.4.64).
    """
    for use in uses(context, KEY):
        if use.parameter is None or not isinstance(use.owner, Worker):
            continue
        target = use.owner.target
        if use.reading is None or use.reading.refused or target.variables:
            continue
        if use.parameter.honoured_by(target.scheme, context.version):
            continue
        since = (use.parameter.honoured or {}).get(target.scheme)
        ahead = "" if since is None else f" before httpd {since}"
        yield Found(
            use.place,
            f'"{use.text}" does nothing on "{target.text}": nothing reads it for {target.scheme}{ahead}',
            help=_inert_help(use),
            fix=dropped(use, f'remove "{use.param.key}"', safe=True),
            node=use.param.node,
        )


def _inert_help(use: Use) -> str:
    assert isinstance(use.owner, Worker)
    if use.owner.target.scheme in ("http", "https", "uwsgi"):
        return "Remove it. The buffer of this scheme is set by ProxyIOBufferSize."
    return "Remove it."


@rule("WK017", "iobuffer-order", "warning", references=_REFERENCES)
def iobuffer_order(context: Context) -> Iterator[Found]:
    """A ProxyIOBufferSize that does not reach the FastCGI workers it stands beside.

    FastCGI takes the size from its worker, and a worker gets ProxyIOBufferSize only at the moment when ProxyPass,
    ProxyPassMatch or BalancerMember defines it: from a line **above** in the same server. A directive below comes too
    late, a worker that `<Proxy>` or ProxySet defines does not get it at all, and the main server's does not reach
    the workers of its virtual hosts (reported as info: it may be meant for HTTP, which does read it there). A
    handler without a worker (`SetHandler "proxy:fcgi://…"`) never gets it either; that is not reported.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"
        ProxyIOBufferSize 32768

    Write instead::

        ProxyIOBufferSize 32768
        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"

    Source: PROXY_COPY_CONF_PARAMS in add_pass and add_member (mod_proxy.c), dispatch (mod_proxy_fcgi.c); the size of
    the FCGI_STDIN records tried on httpd 2.4.71.
    """
    if context.before("2.4.10") or not context.configuration.by_key.get(DIRECTIVE):
        return
    missed: dict[tuple[int, str], tuple[Setting, str, list[Worker]]] = {}
    for worker in _fcgi_workers(context):
        wanted = worker.server.setting(DIRECTIVE)
        size = None if wanted is None or KEY in worker.params else _size(wanted.value)
        if wanted is None or size is None:
            continue
        got = worker.settings.get(DIRECTIVE)
        if size != (DEFAULT if got is None else _size(got.value)):
            why = _why(worker, wanted)
            missed.setdefault((id(wanted.node), why), (wanted, why, []))[2].append(worker)
    for wanted, why, workers in missed.values():
        inherited = why is _INHERITED
        which = f'"{workers[0].target.text}"' if len(workers) == 1 else f"{len(workers)} FastCGI workers"
        yield Found(
            wanted.node.place,
            f'"{_text(wanted)}" does not reach {which}: {why}',
            related=_related(workers),
            help=f'Write "iobuffersize={wanted.value}" on the worker itself'
            + (", if it is wanted there." if inherited else ", or the directive above its ProxyPass."),
            severity="info" if inherited else None,
            confidence="medium" if inherited else None,
            node=wanted.node,
        )


_INHERITED = "FastCGI workers of a virtual host do not take it over from the main server"
_NOT_COPIED = "only ProxyPass and BalancerMember hand it to a worker"
_LATE = "it stands below the line that defines the worker"


def _why(worker: Worker, wanted: Setting) -> str:
    if wanted is not worker.server.settings.get(DIRECTIVE):
        return _INHERITED
    return _LATE if worker.node.key in ("proxypass", "proxypassmatch", "balancermember") else _NOT_COPIED
