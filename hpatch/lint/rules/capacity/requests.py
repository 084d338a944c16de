"""Limits for requests: their bodies, and the time that they take to arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.addresses import listeners
from hpatch.lint.rules._shared.effective import is_on, server_of
from hpatch.lint.rules._shared.passes import covers

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_BODY = "https://httpd.apache.org/docs/2.4/mod/core.html#limitrequestbody"
_TIMEOUT = "https://httpd.apache.org/docs/2.4/mod/mod_reqtimeout.html"


@rule("CA008", "limitbody-proxied", "warning", references=(_BODY,))
def limitbody_proxied(context: Context) -> Iterator[Found]:
    """LimitRequestBody does not limit what is sent to a backend.

    httpd applies LimitRequestBody where it reads the body itself, for files, CGI and DAV. mod_proxy passes a body on
    while it arrives, whatever its length. The backend has to limit it.

    The rule reports a limit in a `<Location>` that is proxied, and one for a server in which ProxyPass takes every
    request.

    Set the limit in the backend, or deny by `<If "%{HTTP:Content-Length} -gt N">`.

    Fires on::

        <Location "/upload">
            ProxyPass "http://10.0.0.5:8080/upload"
            LimitRequestBody 1048576
        </Location>

    Fires on (the limit of a server that proxies all)::

        LimitRequestBody 1048576
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        <Location "/upload">
            ProxyPass "http://10.0.0.5:8080/upload"
            <If "%{HTTP:Content-Length} -gt 1048576">
                Require all denied
            </If>
        </Location>

    Silent on (the server has files, too)::

        LimitRequestBody 1048576
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (no limit)::

        LimitRequestBody 0
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: "the directive does not apply to proxy requests" in the LimitRequestBody documentation; tested on httpd
    2.4.71.
    """
    for node in context.configuration.find("limitrequestbody"):
        if not node.words or node.words[0].strip("0") == "":
            continue
        beside = context.configuration.find_in(server_of(node), node.key)
        if not node.conditions and [one for one in beside if one.parent is node.parent][-1] is not node:
            continue
        mapping = _taken(context, node) or _taken_by_hosts(context, node)
        if mapping is not None:
            yield Found(
                node.place,
                f'"{node.name} {node.words[0]}" does not limit requests that go to a backend',
                related=(Related(mapping.place, "these requests are proxied"),),
                help="Set the limit in the backend.",
            )


def _taken(context: Context, node: Node) -> Mapping | None:
    """The ProxyPass that takes every request for which a line would hold."""
    section = node.parent
    if section is None or section.key == "<virtualhost":
        path: str | None = "/"
        host = section
    elif section.key == "<location":
        path = section.words[0] if section.words else None
        host = section.inside("<virtualhost")
    else:
        return None
    if path is None or any(sign in path for sign in "*?["):
        return None
    for mapping in context.passes_of(host):
        if mapping.exclusion:
            if path == "/":
                return None
            continue
        taken = path if mapping.section is section and section is not None else covers(mapping)
        if taken is not None and (path == taken or path.startswith(taken if taken.endswith("/") else f"{taken}/")):
            return mapping
    return None


def _taken_by_hosts(context: Context, node: Node) -> Mapping | None:
    """The first ProxyPass of those that take every request of each virtual host, for a line of the main server."""
    if node.parent is not None:
        return None
    found: list[Mapping] = []
    for host in context.configuration.by_key.get("<virtualhost", ()):
        passes = context.passes_of(host)
        taking = next((one for one in passes if covers(one) == "/"), None)
        if taking is None or taking.exclusion or any(one.exclusion for one in passes):
            return None
        found.append(taking)
    return found[0] if found else None


@rule("CA009", "request-timeout-off", "warning", references=(_TIMEOUT,))
def request_timeout_off(context: Context) -> Iterator[Found]:
    """Nothing limits how long the header of a request may take.

    A client that sends one line a second holds a worker for as long as it likes. A few hundred of them, from one
    machine, make httpd unreachable. mod_reqtimeout ends such requests after 20 to 40 seconds, unless
    `RequestReadTimeout header=0` switches that off. Timeout does not help: it begins anew with each line.

    Give `header` a time and a rate, or remove it.

    Fires on::

        RequestReadTimeout header=0 body=20,MinRate=500

    Write instead::

        RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500

    Silent on (a body may take as long as it likes)::

        RequestReadTimeout header=20-40,MinRate=500 body=0

    Source: the RequestReadTimeout documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("requestreadtimeout"):
        beside = context.configuration.find_in(server_of(node), node.key)
        again = beside[beside.index(node) + 1 :]
        if any("header=" in one.args.lower() and one.parent is node.parent and one.certain for one in again):
            continue
        for index, word in enumerate(node.words):
            if re.fullmatch(r"header=0+(,.*)?", word, re.IGNORECASE):
                yield Found(
                    node.word_place(index),
                    f'"{word}" lets a client take as long as it likes to send a request',
                    help="Write header=20-40,MinRate=500.",
                )


_LIMITING = ("reqtimeout_module", "qos_module", "security2_module", "antiloris_module", "noloris_module")


@rule("CA010", "request-timeout-missing", "info", advice=True, references=(_TIMEOUT,))
def request_timeout_missing(context: Context) -> Iterator[Found]:
    """mod_reqtimeout is not loaded: nothing limits how long the header of a request may take.

    A client that sends one line a second holds a worker for as long as it likes. httpd needs no module against that
    only behind a proxy that hands on whole requests.

    The rule asks for the module in a whole configuration of a proxy. It is silent if a module such as mod_qos is
    loaded, or if httpd listens on loopback addresses alone. Where only LoadModule lines tell which modules there are,
    it may be compiled in: the confidence is medium.

    Load mod_reqtimeout.

    Fires on::

        # options: --modules mpm_event_module,proxy_module,proxy_http_module
        Listen 80
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        # options: --modules mpm_event_module,proxy_module,proxy_http_module,reqtimeout_module
        Listen 80
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: the RequestReadTimeout documentation; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    listen = configuration.find("listen")
    if not listen or not context.mappings or not (configuration.main and configuration.whole):
        return
    bound = listeners(configuration)
    if bound.complete and all(one.host is not None and is_loopback(one.host) for one in bound.known):
        return
    modules = configuration.modules
    known = [modules.has(name) for name in _LIMITING]
    if any(known) or any(map(modules.undecided, _LIMITING)):
        return
    # An MPM among the LoadModule lines shows that they are the whole list, but for what is compiled in.
    if known[0] is None and not any(name.startswith("mpm_") for name in modules.loaded_at):
        return
    yield Found(
        listen[0].place,
        "mod_reqtimeout is not loaded: a client may take as long as it likes to send a request",
        help="Load reqtimeout_module.",
        confidence="medium" if known[0] is None else None,
    )


@rule("CA013", "upload-cut", "warning", references=(_TIMEOUT,))
def upload_cut(context: Context) -> Iterator[Found]:
    """Every upload that takes longer than this ends with 408, however fast its data arrives.

    `body=20` is the time for the whole body. With a MinRate the time grows with the data that has arrived. The module's
    default is `body=20,MinRate=500`; a line with `body=20` replaces it.

    The rule is silent about times above two minutes.

    Add a MinRate.

    Fires on::

        RequestReadTimeout header=20-40,MinRate=500 body=20

    Write instead::

        RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500

    Silent on (no limit)::

        RequestReadTimeout header=20-40,MinRate=500 body=0

    Source: the documentation of mod_reqtimeout; an upload over `body=2` tested on httpd 2.4.71.
    """
    for node in context.configuration.find("requestreadtimeout"):
        for index, word in enumerate(node.words):
            found = re.fullmatch(r"body=0*([1-9][0-9]?|1[01][0-9]|120)", word, re.IGNORECASE)
            if found is not None:
                yield Found(
                    node.word_place(index),
                    f'"{word}" ends every upload after {found[1]} s with 408, however fast it is',
                    help=f"Write {word},MinRate=500.",
                    node=node,
                )


_EXPIRES = "https://httpd.apache.org/docs/2.4/mod/mod_expires.html"
_LONG = re.compile(
    r"(?:(?:access|now|modification)\s+(?:plus\s+)?)?\d+\s+(?:days?|weeks?|months?|years?)\b|[AM](\d+)", re.I
)
_DAY = 86400
_PAGES = ("http", "https", "h2", "h2c", "ajp", "uwsgi", "scgi", "balancer")


@rule("CA014", "pages-expire-late", "warning", confidence="medium", references=(f"{_EXPIRES}#expiresdefault",))
def pages_expire_late(context: Context) -> Iterator[Found]:
    """Browsers and caches keep the application's pages for days: ExpiresDefault holds for proxied pages, too.

    mod_expires adds `Expires` and `Cache-Control: max-age` to each response that has no Expires header. A page of one
    user without a header for caches may then be stored for days, and its `max-age=60` gets a second value beside it.

    The rule reports an ExpiresDefault of a day or more, and an ExpiresByType for HTML or JSON, for a whole application.
    It is silent about lines in sections.

    Use ExpiresByType for pictures, scripts and style sheets, or a `<Location>` for static files.

    Fires on::

        ExpiresActive On
        ExpiresDefault "access plus 1 month"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Write instead::

        ExpiresActive On
        ExpiresByType image/png "access plus 1 month"
        ProxyPass "/" "http://10.0.0.5:8080/"

    Silent on (static files alone)::

        <Location "/static">
            ExpiresActive On
            ExpiresDefault "access plus 1 month"
        </Location>
        ProxyPass "/" "http://10.0.0.5:8080/"

    Source: expires_filter and set_expiration_fields (mod_expires.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("expiresdefault", "expiresbytype"):
        host = server_of(node)
        if not node.certain or node.parent is not host or not node.words:
            continue
        if node.key == "expiresbytype" and node.words[0].lower() not in ("text/html", "application/json"):
            continue
        found = _LONG.match(node.words[-1])
        if found is None or (found[1] is not None and int(found[1][:9]) < _DAY):
            continue
        if not any(is_on(one) for one in context.lines_of(host, "expiresactive")):
            continue
        mapping = next(
            (
                one
                for one in context.passes_of(host)
                if not one.exclusion and covers(one) == "/" and one.target is not None and one.target.scheme in _PAGES
            ),
            None,
        )
        if mapping is not None:
            yield Found(
                node.place,
                f'browsers may keep the pages of "{mapping.target.text if mapping.target else ""}" for days',
                related=(Related(mapping.place, "the pages come from here"),),
                help="Use ExpiresByType for static files."
                if node.key == "expiresdefault"
                else "Remove the line: the application says how long its pages may be kept.",
            )
