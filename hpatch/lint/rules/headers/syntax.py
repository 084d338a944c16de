"""Headers whose values mean nothing to those who read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import scope
from hpatch.lint.rules._shared.headers import SETS, request_lines, response_lines

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.headers import HeaderLine

_HEADERS = "https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header"
_REQUEST = "https://httpd.apache.org/docs/2.4/mod/mod_headers.html#requestheader"
_HSTS = "RFC 6797, 6.1"
_CSP = "https://www.w3.org/TR/CSP3/#framework-directive-source-list"
_KEYWORDS = frozenset(("self", "none", "unsafe-inline", "unsafe-eval", "strict-dynamic", "report-sample"))
_NGINX = re.compile(
    r"\$(?:remote_addr|remote_user|host|http_\w+|scheme|server_name|server_port|request_uri|request_method|"
    r"proxy_add_x_forwarded_for|proxy_host|connection_upgrade|ssl_client_\w+|uri|args|request_id)\b"
)
_FORM = {
    "remote_addr": "expr=%{REMOTE_ADDR}",
    "host": "expr=%{HTTP_HOST}",
    "scheme": "expr=%{REQUEST_SCHEME}",
    "request_uri": "expr=%{REQUEST_URI}",
}


@rule("HD022", "header-value-ignored", "warning", references=(_HEADERS, _HSTS, _CSP))
def header_value_ignored(context: Context) -> Iterator[Found]:
    """Browsers do not understand the value, and pass over the header or a part of it.

    The parts of Strict-Transport-Security have semicolons between them. Keywords of Content-Security-Policy stand in
    single quotation marks: `self` without them is a host of that name. X-Frame-Options is `DENY` or `SAMEORIGIN`;
    `ALLOW-FROM` is given up.

    The rule is silent about values that hold variables.

    Fires on::

        Header always set Strict-Transport-Security "max-age=31536000 includeSubDomains"

    Fires on (a keyword without its marks)::

        Header always set Content-Security-Policy "default-src self"

    Fires on (given up)::

        Header always set X-Frame-Options "ALLOW-FROM https://portal.example"

    Write instead::

        Header always set Strict-Transport-Security "max-age=31536000; includeSubDomains"
        Header always set Content-Security-Policy "default-src 'self'; frame-ancestors https://portal.example"

    Silent on::

        Header always set X-Frame-Options SAMEORIGIN
        Header always set Content-Security-Policy "script-src https://self.example"

    Source: RFC 6797, 6.1; Content Security Policy Level 3, 2.3.1; the HTML standard, "The X-Frame-Options header".
    """
    for line in response_lines(context):
        if line.action in SETS and "%" not in line.value and "$" not in line.value:
            said = _ignored(line)
            if said is not None:
                what, cure = said
                yield Found(line.node.place, what, help=cure, node=line.node)


def _ignored(line: HeaderLine) -> tuple[str, str] | None:
    if line.name == "strict-transport-security":
        for part in line.value.split(";"):
            if re.search(r"\S\s+\S", part.strip()) and not re.search(r"=\s|\s=", part):
                return (
                    f'browsers do not read "{part.strip()}": a semicolon is missing, and they pass over the header',
                    "Write a semicolon between the parts.",
                )
    elif line.name in ("content-security-policy", "content-security-policy-report-only"):
        for part in line.value.split(";"):
            for word in part.split()[1:]:
                if word.lower() in _KEYWORDS:
                    return f'"{word}" without marks is the name of a host, and not the keyword', f"Write '{word}'."
    elif line.name == "x-frame-options" and line.action in ("set", "setifempty"):
        value = line.value.strip().lower()
        if value.startswith("allow-from"):
            return (
                f'browsers pass over "{line.value}": X-Frame-Options is DENY or SAMEORIGIN',
                "Write a frame-ancestors in Content-Security-Policy.",
            )
        if value == "allow" or (value.replace("-", "").startswith("sameorigin") and value != "sameorigin"):
            return f'browsers pass over "{line.value}": X-Frame-Options is DENY or SAMEORIGIN', "Write SAMEORIGIN."
    return None


@rule("HD023", "upgrade-header-set", "warning", references=(_REQUEST, "RFC 9110, 7.6.1"))
def upgrade_header_set(context: Context) -> Iterator[Found]:
    """The backend does not get this Upgrade or Connection header: mod_proxy takes it away.

    Both are for one connection alone. The lines come from instructions for nginx, and do not make WebSockets work.

    Add `upgrade=websocket` to ProxyPass (from httpd 2.4.47), and take the lines away.

    Fires on::

        RequestHeader set Upgrade "websocket"
        RequestHeader set Connection "upgrade"
        ProxyPass "/" "http://10.0.0.5:3000/"

    Write instead::

        # options: --httpd-version 2.4.62
        ProxyPass "/" "http://10.0.0.5:3000/" upgrade=websocket

    Silent on::

        RequestHeader unset Upgrade
        ProxyPass "/" "http://10.0.0.5:3000/"

    Source: ap_proxy_clear_connection (proxy_util.c); tested on httpd 2.4.71.
    """
    if "upgrade" in context.written("proxypass", "proxyset").lower():
        return
    for line in request_lines(context):
        if line.name not in ("upgrade", "connection") or line.action not in SETS:
            continue
        if line.value.strip().lower() not in ("upgrade", "websocket"):
            continue
        if scope.http(context, line.node) is None:
            continue
        yield Found(
            line.node.place,
            f'"{line.shown}" does not reach the backend: mod_proxy takes it away',
            help="Add upgrade=websocket to ProxyPass, and take this line away.",
            node=line.node,
        )


@rule("HD024", "nginx-variable", "error", references=(_REQUEST,))
def nginx_variable(context: Context) -> Iterator[Found]:
    """`$remote_addr` and the like are variables of nginx: httpd sends them as they are written.

    The backend, or the browser, gets the text `$remote_addr` instead of the address.

    Write an expression: `expr=%{REMOTE_ADDR}`.

    Fires on::

        RequestHeader set X-Real-IP $remote_addr

    Write instead::

        RequestHeader set X-Real-IP expr=%{REMOTE_ADDR}

    Silent on (a capture)::

        RequestHeader edit X-Path "^/old/(.*)" "/new/$1"

    Source: parse_format_string (mod_headers.c); tested on httpd 2.4.71.
    """
    for line in (*request_lines(context), *response_lines(context)):
        found = _NGINX.search(line.value)
        if found is not None:
            form = _FORM.get(found[0][1:])
            yield Found(
                line.node.place,
                f'"{line.shown}" is sent with "{found[0]}" as it is written: that is a variable of nginx',
                help=f"Write {form}." if form else "Write an expression: expr=%{…}.",
                node=line.node,
            )
