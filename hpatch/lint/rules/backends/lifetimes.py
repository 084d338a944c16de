"""Who gives up first, httpd or the backend, how much the backend takes at once, and whose headers it heeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import headers, mpm
from hpatch.lint.rules._shared.backends import Reached, parameter, reached, waiting
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.backends.model import Stated
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_GUNICORN = "https://docs.gunicorn.org/en/stable/settings.html"
_UVICORN = "https://www.uvicorn.org/settings/"
_PROXY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_TOMCAT = "https://tomcat.apache.org/tomcat-10.1-doc/config/http.html"
_FAR = 2
"""How many times as long as gunicorn's time-out httpd's own has to be, for it to be meant."""


def _related(stated: Stated, message: str) -> tuple[Related, ...]:
    return () if stated.place is None else (Related(stated.place, message),)


@rule("BE055", "backend-timeout-order", "warning", confidence="medium", references=(f"{_GUNICORN}#timeout",))
def backend_timeout_order(context: Context) -> Iterator[Found]:
    """httpd gives up before gunicorn does: the client gets 502 while the worker goes on.

    A sync worker of gunicorn serves one request at a time, and is busy until the request is done or `timeout` ends it.
    Clients ask again, and gunicorn runs out of workers.

    The rule compares a `timeout` of gunicorn that is set with a `timeout` or ProxyTimeout that is set. It is silent for
    gunicorn's other workers, in which `timeout` does not end requests.

    Set gunicorn's `timeout` a little below httpd's.

    Fires on::

        ProxyTimeout 30
        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --timeout 600 shop:app

    Write instead::

        ProxyTimeout 30
        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --timeout 25 shop:app

    Silent on (threads)::

        ProxyTimeout 30
        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --timeout 600 --threads 8 shop:app

    Source: the timeout setting of gunicorn; tested on httpd 2.4.71 and gunicorn 27.0.
    """
    for one in _each_address(context):
        ends, waits = one.backend.timeout, waiting(one)
        if ends is None or ends.place is None or ends.number is None or waits is None:
            continue
        if 0 < ends.number <= waits.seconds:
            continue
        lets = f"lets a request take {ends.number}" if ends.number else "never ends a request"
        yield Found(
            one.place,
            f"httpd gives up after {waits.seconds} seconds, and {one.backend.program} {lets}",
            related=(Related(ends.place, "the backend's time"), Related(waits.place, "httpd's time")),
            help="Set gunicorn's timeout a little below httpd's.",
            node=one.target.node,
        )


@rule("BE056", "backend-timeout-short", "info", confidence="medium", references=(f"{_GUNICORN}#timeout",))
def backend_timeout_short(context: Context) -> Iterator[Found]:
    """This line lets requests take long, but gunicorn ends them before: the client gets 500 or 502.

    gunicorn kills a sync worker that has not answered within `timeout` seconds, by default 30. The worker may still
    answer with 500, or httpd finds the connection closed (AH01102). Raising httpd's time alone changes nothing.

    The rule reports a `timeout` of this worker that is more than twice as long as gunicorn's. It does not report
    ProxyTimeout, which is for other backends, too.

    Raise gunicorn's `timeout`, too, or use its `gthread` workers.

    Fires on::

        ProxyPass "/" "http://127.0.0.1:8000/" timeout=300
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --workers 4 shop:app

    Write instead::

        ProxyPass "/" "http://127.0.0.1:8000/" timeout=300
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --workers 4 --timeout 290 shop:app

    Source: the timeout setting of gunicorn; tested on httpd 2.4.71 and gunicorn 27.0.
    """
    for one in _each_address(context):
        ends, param = one.backend.timeout, parameter(one, "timeout")
        if ends is None or not ends.number or param is None or not param.value.isdecimal():
            continue
        if whole_number(param.value) <= ends.number * _FAR:
            continue
        by_default = "" if ends.place is not None else ", its default"
        yield Found(
            param.place,
            f"gunicorn ends a request after {ends.number} seconds{by_default}, long before httpd's {param.value}",
            related=_related(ends, "gunicorn's time"),
            help="Raise gunicorn's timeout, too.",
            node=one.target.node,
        )


@rule("BE057", "backend-keep-alive", "warning", confidence="medium", references=(_PROXY, f"{_GUNICORN}#keepalive"))
def backend_keep_alive(context: Context) -> Iterator[Found]:
    """httpd uses connections that the backend is just closing: now and then a request fails with 502 or 503.

    The backend closes a connection without a request after its keep-alive time. `ttl` is the time for which httpd takes
    such a connection out of its pool again. If `ttl` is not shorter, a request may meet the connection's end.

    The rule compares a `ttl` that is set with gunicorn's `keepalive` (2 seconds unless set; a sync worker closes every
    connection), uvicorn's `timeout_keep_alive` (5 seconds unless set), and `keepAliveTimeout` of Tomcat.

    Set `ttl` below the backend's time, or raise that.

    Fires on::

        ProxyPass "/" "http://127.0.0.1:8000/" ttl=60
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/uvicorn shop:app

    Write instead::

        ProxyPass "/" "http://127.0.0.1:8000/" ttl=60
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/uvicorn --timeout-keep-alive 75 shop:app

    Source: "ttl" in the ProxyPass documentation; the manuals of the servers. Not tried: the fault is chance.
    """
    for one in _each_address(context):
        kept, ttl, off = one.backend.keep_alive, parameter(one, "ttl"), parameter(one, "disablereuse")
        if kept is None or not kept.number or ttl is None or not ttl.value.isdecimal():
            continue
        if whole_number(ttl.value) < kept.number or (off is not None and off.value.lower() == "on"):
            continue
        by_default = "" if kept.place is not None else ", its default"
        yield Found(
            ttl.place,
            f"httpd uses a connection for {ttl.value} seconds without a request, and {one.backend.program} closes it "
            f"after {kept.number}{by_default}",
            related=_related(kept, "the backend's time"),
            help=f"Set ttl below {kept.number}, or raise the backend's keep-alive time above {ttl.value}.",
            node=one.target.node,
        )


@rule("BE058", "backend-connections", "warning", confidence="medium", references=(_UVICORN, _TOMCAT))
def backend_connections(context: Context) -> Iterator[Found]:
    """httpd opens more connections than the backend takes: uvicorn answers with 503, Tomcat lets requests wait.

    `--limit-concurrency` of uvicorn and `maxConnections` of Tomcat count connections, those that httpd keeps without a
    request, too. httpd may open as many as it serves requests (MaxRequestWorkers).

    The rule is silent if neither MaxRequestWorkers nor the MPM is known.

    Raise the backend's limit above MaxRequestWorkers, or lower that.

    Fires on::

        MaxRequestWorkers 150
        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/uvicorn --limit-concurrency 100 shop:app

    Write instead::

        MaxRequestWorkers 150
        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/uvicorn --limit-concurrency 200 shop:app

    Source: limit_concurrency of uvicorn, maxConnections of Tomcat; tested on httpd 2.4.71, uvicorn 0.54 (503) and
    Tomcat 10.1: with one connection, 4 of 5 requests failed after httpd's time-out.
    """
    for one in _each_address(context):
        limit = one.backend.connections
        if limit is None or limit.number is None or limit.number < 0:
            continue
        most = mpm.requests(context)
        # uvicorn refuses the connection that reaches the limit.
        if most is None or most < limit.number + (one.backend.program != "uvicorn"):
            continue
        yield Found(
            one.place,
            f"httpd may open {most} connections, and {one.backend.program} takes {limit.number}",
            related=_related(limit, "the backend's limit"),
            help="Raise the backend's limit above MaxRequestWorkers.",
            node=one.target.node,
        )


@rule("BE059", "backend-ignores-proto", "warning", references=(f"{_GUNICORN}#forwarded-allow-ips", _UVICORN))
def backend_ignores_proto(context: Context) -> Iterator[Found]:
    """The backend ignores X-Forwarded-Proto, which httpd sets: the application believes that clients speak HTTP.

    It then redirects to `http://`, often for ever, and leaves Secure out of its cookies. gunicorn and uvicorn heed the
    header only from addresses in `forwarded_allow_ips`. Over a Unix socket, gunicorn heeds everybody, but uvicorn (also
    as a worker of gunicorn) nobody, unless the list is `*`.

    The rule looks at a `RequestHeader` that sets X-Forwarded-Proto, and at backends on this machine.

    Add httpd's address to `--forwarded-allow-ips`, or `*` where only httpd can connect.

    Fires on::

        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile /etc/ssl/shop.pem
            RequestHeader set X-Forwarded-Proto https
            ProxyPass "/" "unix:/run/shop.sock|http://shop/"
        </VirtualHost>
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/uvicorn --uds /run/shop.sock shop:app

    Write instead::

        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile /etc/ssl/shop.pem
            RequestHeader set X-Forwarded-Proto https
            ProxyPass "/" "unix:/run/shop.sock|http://shop/"
        </VirtualHost>
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/uvicorn --uds /run/shop.sock --forwarded-allow-ips "*" shop:app

    Silent on (gunicorn over a Unix socket)::

        <VirtualHost *:443>
            SSLEngine on
            SSLCertificateFile /etc/ssl/shop.pem
            RequestHeader set X-Forwarded-Proto https
            ProxyPass "/" "unix:/run/shop.sock|http://shop/"
        </VirtualHost>
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --bind unix:/run/shop.sock shop:app

    Source: ProxyHeadersMiddleware of uvicorn, the forwarded_allow_ips setting of gunicorn; tested on httpd 2.4.71,
    uvicorn 0.54 and gunicorn 27.0.
    """
    for one in _each_address(context):
        if one.backend.trusted is None or _heeds(one):
            continue
        line = _sets_proto(context, one.mapping.server.node)
        if line is None:
            continue
        yield Found(
            one.place,
            f"{one.backend.program} ignores X-Forwarded-Proto from here: the application believes that clients speak "
            "HTTP",
            related=(Related(line.place, "httpd sets it"), *_related(one.backend.trusted, "whom the backend heeds")),
            help='Start it with --forwarded-allow-ips "*".'
            if one.listener.path is not None
            else "Add httpd's address to --forwarded-allow-ips.",
            node=one.target.node,
        )


def _heeds(one: Reached) -> bool:
    """Whether a backend heeds headers of httpd, or may."""
    trusted = one.backend.trusted
    assert trusted is not None
    words = trusted.words
    if "*" in words:
        return True
    if one.listener.path is not None:
        return one.backend.sockets_trusted is not False
    # Only for the loopback is it known from where httpd connects. A network may hold it.
    return not is_loopback(one.target.host) or any(is_loopback(word) or "/" in word for word in words)


def _sets_proto(context: Context, host: Node | None) -> Node | None:
    for node in reversed(context.lines_of(host, "requestheader")):
        line = headers.read(node)
        if line is not None and line.name == "x-forwarded-proto":
            return node if line.action in headers.SETS else None
    return None


@rule("BE060", "backend-open", "info", references=(_PROXY,))
def backend_open(context: Context) -> Iterator[Found]:
    """Other machines can reach the backend without httpd, if no firewall keeps them out.

    httpd connects over the loopback address, but the backend listens on every address. Who connects to it directly
    meets no access rule, no TLS and no header of httpd. With `forwarded_allow_ips = "*"`, such a client also chooses
    the address and scheme that the application sees, which makes it a warning; so does AJP, whose clients are believed
    whatever they say.

    Bind the backend to 127.0.0.1, or to a Unix socket.

    Fires on::

        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --bind 0.0.0.0:8000 shop:app

    Fires on (Tomcat without an address)::

        ProxyPass "/" "http://localhost:8080/"
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector port="8080" connectionTimeout="20000"/>
        </Service></Server>

    Write instead::

        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 shop:app

    Silent on (httpd itself comes from another machine)::

        ProxyPass "/" "http://192.0.2.7:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --bind 0.0.0.0:8000 shop:app

    Source: the bind setting of gunicorn, the address attribute of Tomcat's connectors; CVE-2020-1938 for AJP.
    """
    for one in _each_address(context):
        if not one.listener.everywhere or not is_loopback(one.target.host):
            continue
        believed = one.backend.trusted is not None and "*" in one.backend.trusted.words
        if one.listener.protocol == "ajp":
            believed = one.backend.secret is not None and not one.backend.secret.value
        yield Found(
            one.listener.place,
            f"{one.backend.program} listens on every address: other machines reach it without httpd"
            + (", and what they say of themselves is believed" if believed else ""),
            related=(Related(one.place, "httpd connects over the loopback address"),),
            help="Bind it to 127.0.0.1.",
            severity="warning" if believed else None,
        )


def _each_address(context: Context) -> Iterator[Reached]:
    """The first line that leads to each backend by each worker."""
    seen: set[tuple[int, int]] = set()
    for one in reached(context):
        key = (id(one.listener), id(one.worker))
        if key not in seen:
            seen.add(key)
            yield one
