"""RequestHeader: what the backend hears of the client, besides mod_proxy's own X-Forwarded-* headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.conditions import apart
from hpatch.lint.rules._shared.effective import in_server, is_on, server_of
from hpatch.lint.rules._shared.headers import SETS, lines_named, lines_near, request_lines
from hpatch.lint.rules._shared.passes import schemes
from hpatch.lint.rules._shared.scope import HTTP, counts, http, proxied, section_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_REQUEST = "https://httpd.apache.org/docs/2.4/mod/mod_headers.html#requestheader"
_ADD = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyaddheaders"
_HOST = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypreservehost"
_ADDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-server")
"""The headers that mod_proxy adds (`ap_proxy_create_hdrbrgd`)."""


def _switch(context: Context, node: Node, key: str, *, default: bool) -> bool | None:
    """Whether a flag that sections may set is on where a line stands; None if sections of its server differ."""
    host, section = server_of(node), section_of(node)
    inner = [line for line in context.lines_of(host, key) if section_of(line) is not None]
    own = [line for line in inner if section_of(line) is section]
    if own:
        return is_on(own[-1], default=default)
    here = is_on(in_server(context, key, host), default=default)
    return None if any(is_on(line, default=default) is not here for line in inner) else here


@rule("HD006", "forwarded-for-twice", "warning", references=(_ADD, _REQUEST))
def forwarded_for_twice(context: Context) -> Iterator[Found]:
    """The backend gets the value twice: mod_proxy adds this header by itself.

    mod_proxy appends the client's address to X-Forwarded-For, the requested host to X-Forwarded-Host and its own name
    to X-Forwarded-Server. What RequestHeader sets stands before that: `198.51.100.7, 198.51.100.7`. A backend that
    counts proxies, or takes the host as it is, gets it wrong.

    The rule is silent with `ProxyAddHeaders Off`, and for backends that do not speak HTTP, to which mod_proxy does not
    add these headers.

    Remove the line. To drop what the client has sent, write `RequestHeader unset`.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Forwarded-Host "www.example.com"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyPreserveHost On
        RequestHeader unset X-Forwarded-Host

    Silent on (mod_proxy does not add any)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyAddHeaders Off
        RequestHeader set X-Forwarded-Host "www.example.com"
        RequestHeader set X-Forwarded-For "expr=%{REMOTE_ADDR}"

    Silent on (mod_proxy does not add this one)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Forwarded-Proto "https"

    Source: the ProxyAddHeaders documentation, ap_proxy_create_hdrbrgd (proxy_util.c); tested on httpd 2.4.71.
    """
    for line in request_lines(context):
        if line.name not in _ADDED or line.action not in SETS:
            continue
        mapping = http(context, line.node)
        if mapping is None or _switch(context, line.node, "proxyaddheaders", default=True) is not True:
            continue
        beside = list(lines_named(context, "requestheader", server_of(line.node), line.name))
        later = beside[[one.node for one in beside].index(line.node) + 1 :]
        if any(one.action == "unset" and one.node.parent is line.node.parent and one.sure for one in later):
            continue
        yield Found(
            line.node.place,
            f'the backend gets two values in "{line.shown}": mod_proxy adds its own to this one',
            related=(Related(mapping.place, "mod_proxy adds it here"),),
            help="Remove the line, or set ProxyAddHeaders Off.",
        )


@rule("HD007", "proxyaddheaders-off", "warning", confidence="medium", references=(_ADD,))
def proxyaddheaders_off(context: Context) -> Iterator[Found]:
    """With ProxyAddHeaders Off, the backend gets the X-Forwarded-For that the client has written, and nothing else.

    mod_proxy neither adds the client's address nor removes what came with the request. A backend that believes
    X-Forwarded-For logs and lets in whatever address a client names.

    The rule is silent if a RequestHeader line sets, edits or unsets X-Forwarded-For, and if mod_remoteip reads that
    header.

    Remove the line, or add `RequestHeader unset X-Forwarded-For`.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyAddHeaders Off

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyAddHeaders Off
        RequestHeader unset X-Forwarded-For
        RequestHeader unset X-Forwarded-Host

    Silent on (the header is set anew)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyAddHeaders Off
        RequestHeader set X-Forwarded-For "expr=%{REMOTE_ADDR}"

    Source: the ProxyAddHeaders documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("proxyaddheaders"):
        if is_on(node, default=True):
            continue
        mapping = next((one for one in proxied(context, node, *HTTP) if counts(context, node, one)), None)
        if mapping is None:
            continue
        host = server_of(node)
        if any(lines_named(context, "requestheader", host, "x-forwarded-for")):
            continue
        remote = in_server(context, "remoteipheader", host)
        if remote is not None and remote.args.strip(" \t\"'").lower() == "x-forwarded-for":
            continue
        yield Found(
            node.place,
            "the backend gets the X-Forwarded-For that the client writes, and nothing else",
            related=(Related(mapping.place, "the backend"),),
            help="Remove the line, or add RequestHeader unset X-Forwarded-For.",
        )


@rule("HD008", "host-header-set", "warning", references=(_HOST, _REQUEST))
def host_header_set(context: Context) -> Iterator[Found]:
    """RequestHeader sets Host, but mod_proxy sends the host of the target's URL.

    Without `ProxyPreserveHost On`, mod_proxy writes the Host header from the target: the line has no effect.

    The rule is silent for backends that do not speak HTTP: they get the header.

    Add `ProxyPreserveHost On`, or write the host in the target.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set Host "www.example.com"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        ProxyPreserveHost On
        RequestHeader set Host "www.example.com"

    Silent on (FastCGI gets it as HTTP_HOST)::

        ProxyPass "/" "fcgi://127.0.0.1:9000/srv/www/"
        RequestHeader set Host "www.example.com"

    Source: the ProxyPreserveHost documentation, ap_proxy_create_hdrbrgd (proxy_util.c); tested on httpd 2.4.71.
    """
    for line in request_lines(context):
        if line.name != "host" or line.action not in SETS or line.clause.lower() == "early":
            continue
        found = list(proxied(context, line.node))
        mapping = http(context, line.node)
        if mapping is None or len(found) != len(list(proxied(context, line.node, "http", "https", "ws", "wss"))):
            continue
        if _switch(context, line.node, "proxypreservehost", default=False) is not False:
            continue
        yield Found(
            line.node.place,
            f'"{line.value}" does not reach the backend: mod_proxy writes the Host header itself',
            related=(Related(mapping.place, "from the host of this target"),),
            help="Add ProxyPreserveHost On.",
        )


@rule("HD020", "proto-missing", "info", advice=True, confidence="medium", references=(_REQUEST, _ADD))
def proto_missing(context: Context) -> Iterator[Found]:
    """The backend is not told that the client came by TLS.

    TLS ends in this virtual host, and the backend is asked by plain HTTP. Without X-Forwarded-Proto, many applications
    make http links, redirect in a circle, set cookies without `Secure`, or refuse forms.

    The rule is silent if a RequestHeader line sets X-Forwarded-Proto, Forwarded or a header of the same meaning.

    Add `RequestHeader set X-Forwarded-Proto "https"`.

    Fires on::

        <VirtualHost "*:443">
            SSLEngine On
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Write instead::

        <VirtualHost "*:443">
            SSLEngine On
            RequestHeader set X-Forwarded-Proto "https"
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Silent on (clients do not come by TLS)::

        <VirtualHost "*:80">
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Source: the manuals of GitLab, Nextcloud, Jenkins and Django about a proxy in front.
    """
    engines = [node for node in context.configuration.find("sslengine") if is_on(node) and section_of(node) is None]
    if not engines:
        return
    for engine in engines:
        host = server_of(engine)
        lines = lines_near(context, "requestheader", host)
        if any(line.name in _TLS and line.action in SETS and not apart(line.node, engine) for line in lines):
            continue
        for mapping in context.mappings_of(host):
            if mapping.server.node is host and mapping.target is not None and schemes(mapping) == {"http"}:
                yield Found(
                    mapping.place,
                    f'nothing tells the backend "{mapping.target.text}" that the client came by TLS',
                    related=(Related(engine.place, "TLS ends here"),),
                    help='Add RequestHeader set X-Forwarded-Proto "https".',
                )
                break


_TLS = frozenset(
    """
    x-forwarded-proto x-forwarded-protocol x-forwarded-ssl x-forwarded-scheme x-url-scheme
    front-end-https forwarded x-scheme x-https
    """.split()
)
"""The headers that tell an application of TLS."""


_PROTO = ("x-forwarded-proto", "x-forwarded-scheme", "x-forwarded-protocol", "x-forwarded-ssl")


@rule("HD026", "proto-http-on-tls", "error", references=(_REQUEST,))
def proto_http_on_tls(context: Context) -> Iterator[Found]:
    """The backend is told that the client came by HTTP, in a virtual host that speaks TLS.

    The application makes links with http://, leaves Secure out of its cookies, and redirects to https without an end.
    The line is often copied from the virtual host for port 80.

    The rule is silent if another line of the virtual host is about the header.

    Write `https`.

    Fires on::

        <VirtualHost *:443>
            SSLEngine On
            RequestHeader set X-Forwarded-Proto "http"
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Write instead::

        <VirtualHost *:443>
            SSLEngine On
            RequestHeader set X-Forwarded-Proto "https"
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Silent on (plain HTTP)::

        <VirtualHost *:80>
            RequestHeader set X-Forwarded-Proto "http"
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Source: the documentation of mod_headers; tested on httpd 2.4.71.
    """
    for line in request_lines(context):
        node = line.node
        host = server_of(node)
        if line.name not in _PROTO or line.value.lower() not in ("http", "off", "80") or host is None:
            continue
        if line.action != "set" or not line.sure or node.parent is not host:
            continue
        engine = in_server(context, "sslengine", host)
        if not is_on(engine) or engine is None or not engine.certain:
            continue
        same = lines_named(context, "requestheader", host, line.name)
        if any(one.node is not node and one.node.parent is not None for one in same):
            continue
        yield Found(
            node.place,
            f'the backend is told "{line.shown}: {line.value}", and this virtual host speaks TLS',
            help='Write "https".' if line.value.lower() == "http" else "Write what holds for TLS.",
        )


_REMOTE = "https://httpd.apache.org/docs/2.4/mod/mod_remoteip.html#processing"
_LOGGED = r"(?i)%[!<>\d,]*\{(?P<name>[\w-]+)\}i"
_ADDRESSES = r"%[!<>\d,]*(?:\{c\})?[ah](?![a-z])"


@rule("HD029", "forwarded-header-consumed", "warning", confidence="medium", references=(_REMOTE,))
def forwarded_header_consumed(context: Context) -> Iterator[Found]:
    """mod_remoteip has taken this header away: the line sees an empty one for clients behind your proxies.

    Where RemoteIPHeader is set, mod_remoteip takes the addresses out of the header that it believes, before SetEnvIf
    and the log look at it. If all of them come from trusted proxies, nothing remains: SetEnvIf never matches, and the
    log has `-`.

    The rule reports SetEnvIf, and formats of logs that have no other address (`%a`, `%h`).

    Ask for the address instead: `Remote_Addr` in SetEnvIf, `%a` in a log.

    Fires on::

        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 10.0.0.2
        LogFormat "%{X-Forwarded-For}i %l %u %t \\"%r\\" %>s %b" proxied

    Fires on (nobody is from the office)::

        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 10.0.0.2
        SetEnvIf X-Forwarded-For "^203\\.0\\.113\\." office

    Write instead::

        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 10.0.0.2
        SetEnvIf Remote_Addr "^203\\.0\\.113\\." office
        LogFormat "%a %l %u %t \\"%r\\" %>s %b" proxied

    Silent on (nothing takes the header away)::

        LogFormat "%{X-Forwarded-For}i %l %u %t \\"%r\\" %>s %b" proxied

    Silent on (what remains of the header, beside the address)::

        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 10.0.0.2
        LogFormat "%a %{X-Forwarded-For}i %l %u %t \\"%r\\" %>s %b" proxied

    Source: remoteip_modify_request (mod_remoteip.c), the mod_remoteip documentation ("Remote IP Processing"); tested on
    httpd 2.4.71.
    """
    if not context.configuration.find("remoteipheader"):
        return
    for node in context.configuration.find("setenvif", "setenvifnocase", "logformat", "customlog"):
        words = node.words
        remote = in_server(context, "remoteipheader", server_of(node))
        if remote is None or not remote.words or not words or not remote.certain:
            continue
        name = remote.words[0].lower()
        if node.key.startswith("setenvif"):
            seen = words[0].lower() == name and len(words) > 2 and words[1] not in ("", ".*", "^$", "^")
            help_ = "Ask for Remote_Addr, which is the client's address here."
        else:
            text = words[1 if node.key == "customlog" else 0] if len(words) > 1 else words[0]
            logged = [found["name"].lower() for found in re.finditer(_LOGGED, text)]
            seen = name in logged and re.search(_ADDRESSES, text) is None
            help_ = "Write %a, which is the client's address here."
        if seen:
            yield Found(
                node.place,
                f'"{remote.words[0]}" is empty here for clients behind your proxies: mod_remoteip takes it away',
                related=(Related(remote.place, "mod_remoteip reads the header"),),
                help=help_,
            )
