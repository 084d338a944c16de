"""`iobuffersize` and ProxyIOBufferSize: sizes that cost too much memory, and sizes that nothing reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hpatch.facts.parameters import WORKER
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.builds import cured
from hpatch.lint.rules._shared.params import dropped, uses
from hpatch.proxy.model import Param, Setting, Worker
from hpatch.proxy.parameters import check

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.found import Severity
    from hpatch.lint.rules._shared.params import Use

KEY, DIRECTIVE = "iobuffersize", "proxyiobuffersize"
DEFAULT = 8192
RECORD = 65535
"""The largest content of a FastCGI record, in bytes."""
HUGE = 16 * 1024 * 1024
MANY = 10
"""The number of workers from which a moderate size on each looks like a habit rather than a choice."""

_UNREAD = {"fcgi": "r1591508", "ajp": "PR 69402"}
"""The known problems that httpd does not read it, by scheme."""

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html"
_REFERENCES = (f"{_MANUAL}#proxypass", f"{_MANUAL}#proxyiobuffersize")
_LISTED = 5


def _size(value: str) -> int | None:
    """The bytes that a value asks for; None if httpd refuses the value or it is not known."""
    if "${" in value:
        return None
    reading = check(WORKER[KEY], value, None)
    return None if reading.refused or not isinstance(reading.value, int) else reading.value or DEFAULT


def _reads(context: Context, scheme: str) -> bool:
    """Whether httpd reads the parameter for a scheme: by its version, or by the patches of the build or tree."""
    problem = _UNREAD.get(scheme)
    return WORKER[KEY].honoured_by(scheme, context.version) or (problem is not None and cured(context, problem))


def _fcgi_workers(context: Context) -> Iterator[Worker]:
    for worker in context.workers:
        if worker.target.scheme == "fcgi":
            yield worker


def _origin(worker: Worker) -> Param | Setting | None:
    """The source of a worker's size: its own parameter, or the directive above it."""
    return worker.params.get(KEY) or worker.settings.get(DIRECTIVE)


def _text(origin: Param | Setting) -> str:
    return f"{origin.key}={origin.value}" if isinstance(origin, Param) else f"{origin.name} {origin.value}"


def _related(workers: Iterable[Worker]) -> tuple[Related, ...]:
    return tuple(Related(worker.node.place, f'defines "{worker.target.text}"') for worker in list(workers)[:_LISTED])


@rule("BE001", "iobuffer-indiscriminate", "warning", references=_REFERENCES, fix="unsafe")
def iobuffer_indiscriminate(context: Context) -> Iterator[Found]:
    """The FastCGI I/O buffer costs more memory than it can give back.

    mod_proxy_fcgi allocates a worker's whole `iobuffersize` for every request, in addition to the 8 KiB that it keeps
    on its stack, before it knows whether there is anything to transfer. The peak is about the size times the number of
    concurrent FastCGI requests: 1 MiB and 400 requests make 400 MiB. A FastCGI record holds at most 65535 bytes, so a
    larger buffer does not make larger records. httpd enforces no upper limit.

    The severity depends on the size in bytes:

    - up to 8192, the default: no finding
    - up to 65535: info, or a warning if ten or more workers have that much
    - above 65535: warning
    - from 16777216 (16 MiB) on: error

    ProxyIOBufferSize counts when a FastCGI worker inherits it.

    Leave the default, or raise it only if a measurement shows a gain.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/" iobuffersize=1048576

    Write instead::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"

    Silent on (the default, written out)::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/" iobuffersize=8192

    Source: dispatch (mod_proxy_fcgi.c, r1591508, in 2.4.10 and later), set_worker_param (mod_proxy.c).
    """
    if not _reads(context, "fcgi") or not (uses(context, KEY) or context.configuration.by_key.get(DIRECTIVE)):
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
        message = f'"{_text(origin)}" makes httpd allocate {size:,} bytes for every request to '
        message += f'"{workers[0].target.text}"' if len(workers) == 1 else f"{len(workers)} FastCGI workers"
        if severity == "info":
            if count >= MANY:
                severity = "warning"
                message += f"; {count} FastCGI workers have more than the default"
        else:
            message += f"; a FastCGI record holds at most {RECORD:,} bytes"
        use = own.get(key)
        yield Found(
            origin.node.place if use is None else use.place,
            message,
            related=() if use is not None else _related(workers),
            help="Leave the default of 8192 bytes, or set more only if a measurement shows a gain: the peak is the "
            "size times the number of concurrent requests.",
            severity=severity,
            fix=None if use is None else dropped(use, f'remove "{use.param.key}"', safe=False),
            node=origin.node,
        )


@rule("BE002", "iobuffer-inert", "warning", references=_REFERENCES, fix="safe")
def iobuffer_inert(context: Context) -> Iterator[Found]:
    """`iobuffersize` has no effect for the scheme of this URL.

    httpd accepts and stores the parameter for every worker, but only FastCGI (from httpd 2.4.10 on) and AJP (from
    2.4.64 on) read it. HTTP, uwsgi, SCGI, WebSocket and HTTP/2 workers ignore it, and httpd does not say so.

    Remove it. For http, https and uwsgi, ProxyIOBufferSize sets the buffer.

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
        if _reads(context, target.scheme):
            continue
        since = (use.parameter.honoured or {}).get(target.scheme)
        ahead = "" if since is None else f" before httpd {since}"
        yield Found(
            use.place,
            f'"{use.text}" has no effect on "{target.text}": nothing reads it for {target.scheme}{ahead}',
            help=_inert_help(use),
            fix=dropped(use, f'remove "{use.param.key}"', safe=True),
            node=use.param.node,
        )


def _inert_help(use: Use) -> str:
    assert isinstance(use.owner, Worker)
    if use.owner.target.scheme in ("http", "https", "uwsgi"):
        return "Remove it; ProxyIOBufferSize sets the buffer of this scheme."
    return "Remove it."


@rule("WK017", "iobuffer-order", "warning", references=_REFERENCES)
def iobuffer_order(context: Context) -> Iterator[Found]:
    """ProxyIOBufferSize does not reach the FastCGI workers beside it.

    FastCGI takes the size from its worker. A worker receives ProxyIOBufferSize only when ProxyPass, ProxyPassMatch or
    BalancerMember defines it, and only from a line above in the same server. So the size does not reach:

    - workers that are defined above the directive
    - workers that `<Proxy>` or ProxySet defines
    - workers of a virtual host, if the directive stands in the main server. The severity is then info, because the
      directive may be meant for HTTP, which does read it there.

    The rule is silent about a handler without a worker (`SetHandler "proxy:fcgi://…"`), which never receives the size
    either.

    Write `iobuffersize` on the worker itself, or move the directive above the line that defines the worker.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"
        ProxyIOBufferSize 32768

    Write instead::

        ProxyIOBufferSize 32768
        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"

    Source: PROXY_COPY_CONF_PARAMS in add_pass and add_member (mod_proxy.c), dispatch (mod_proxy_fcgi.c); the size of
    the FCGI_STDIN records tested on httpd 2.4.71.
    """
    if not _reads(context, "fcgi") or not context.configuration.by_key.get(DIRECTIVE):
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
            + (", if you want it there." if inherited else ", or move the directive above its ProxyPass."),
            severity="info" if inherited else None,
            confidence="medium" if inherited else None,
            node=wanted.node,
        )


_INHERITED = "FastCGI workers of a virtual host do not inherit it from the main server"
_NOT_COPIED = "only ProxyPass and BalancerMember pass it to a worker"
_LATE = "the line that defines the worker stands above it"


def _why(worker: Worker, wanted: Setting) -> str:
    if wanted is not worker.server.settings.get(DIRECTIVE):
        return _INHERITED
    return _LATE if worker.node.key in ("proxypass", "proxypassmatch", "balancermember") else _NOT_COPIED
