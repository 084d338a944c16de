"""RequestHeader: who the user is, as the backend hears it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import admits, lines
from hpatch.lint.rules._shared.effective import in_server, is_on, server_of
from hpatch.lint.rules._shared.guards import covering
from hpatch.lint.rules._shared.headers import SETS, HeaderLine, lines_named, request_lines
from hpatch.lint.rules._shared.passes import covers, lies_under
from hpatch.lint.rules._shared.scope import conditional, holds, http, proxied, sample, section_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_REQUEST = "https://httpd.apache.org/docs/2.4/mod/mod_headers.html#requestheader"
_VARIABLES = "https://httpd.apache.org/docs/2.4/env.html"
_CONNECTION = "https://www.rfc-editor.org/rfc/rfc9110.html#section-7.6.1"
_NAME = (
    r"(x-)?(proxy-|http-)?(remote|webauth|authenticated|auth|auth-request|sso|forwarded|client|oidc|saml|cas|iap|gitlab)?"
    r"[-_](user|username|userid|user-id|email|mail|groups?|roles?|login|principal|subject|preferred-username|dn)"
    r"|(x-)?ssl[-_]client[-_].*|(x-)?client[-_](cert|dn|verify|certificate)([-_].*)?|oidc[-_]claim[-_].*|x-user"
)
_VALUE = r"(?i)REMOTE_USER|SSL_CLIENT_|OIDC_|AUTHENTICATE_|AUTHORIZE_|MELLON_|REMOTE_IDENT|LDAP_"


def _identity(line: HeaderLine) -> bool:
    """Whether a line tells the backend who the user is, by its header or its value."""
    return re.fullmatch(_NAME, line.name) is not None or re.search(_VALUE, line.value) is not None


@rule("HD010", "identity-header-spoofable", "error", confidence="medium", references=(_REQUEST,))
def identity_header_spoofable(context: Context) -> Iterator[Found]:
    """The backend believes this header, and for some requests the client's own one gets through.

    If RequestHeader sets the user's name only under a condition, or only in one Location, httpd leaves the header of
    all other requests as it came. A client that sends `X-Remote-User: admin` there is admin for the backend. The same
    holds for `add`, `append` and `merge`, which keep the client's value, and for `setifempty`.

    The rule looks at other virtual hosts that lead to the same backend, too, unless they preserve the client's Host:
    the backend may then be another application.

    The rule is silent if another line unsets or sets the header for all requests, and if a Require in the section of
    the line, or for the paths that are proxied, lets nobody through without a login.

    Unset the header for the whole server: `RequestHeader unset X-Remote-User`.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        <Location "/admin">
            RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"
        </Location>

    Fires on (only under a condition)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set SSL-Client-DN "%{SSL_CLIENT_S_DN}s" "expr=%{SSL_CLIENT_VERIFY} == 'SUCCESS'"

    Fires on (the client's value stays)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader add X-Remote-User "expr=%{REMOTE_USER}"

    Fires on (another virtual host leads to the same backend)::

        <VirtualHost "*:443">
            ServerName intern.example.com
            ProxyPass "/" "http://10.0.0.5:8080/"
            RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"
        </VirtualHost>
        <VirtualHost "*:80">
            ServerName www.example.com
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader unset X-Remote-User
        <Location "/admin">
            RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"
        </Location>

    Silent on (the section holds for all that is proxied)::

        ProxyPass "/admin" "http://10.0.0.5:8080/admin"
        <Location "/admin">
            RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"
        </Location>

    Silent on (nobody gets there without a login)::

        ProxyPass "/app" "http://10.0.0.5:8080/app"
        <Location "/app">
            AuthType Basic
            AuthName "app"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
            RewriteEngine On
            RewriteCond "%{LA-U:REMOTE_USER}" "(.+)"
            RewriteRule "." "-" [E=RU:%1]
            RequestHeader set X-Remote-User "%{RU}e" env=RU
        </Location>

    Silent on (every request gets it)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"

    Source: the RequestHeader documentation; tested on httpd 2.4.71.
    """
    for line in request_lines(context):
        if line.action not in SETS or not _identity(line):
            continue
        same = list(lines_named(context, "requestheader", server_of(line.node), line.name))
        certain = line.sure or _met(context, line)
        for path, mapping in _requests(context, line, whole=line.action == "set" and certain):
            host = mapping.server.node or server_of(line.node)
            if not certain and section_of(line.node) is None and _login_asked(context, host, path):
                continue
            settled = (_settles(other, line, host, path, certain=certain) for other in same)
            if any(one is not False for one in settled):
                continue
            yield Found(
                line.node.place,
                f'a client can send "{line.shown}" itself, and it reaches the backend: {_reason(line)}',
                related=(Related(mapping.place, f'a request for "{path}" gets there with the client\'s own header'),),
                help=f'Add "RequestHeader unset {line.shown}" for the whole server.',
            )
            break
        else:
            yield from _other_hosts(context, line)


def _other_hosts(context: Context, line: HeaderLine) -> Iterator[Found]:
    """The backend is asked through another virtual host, too, which leaves the client's header as it is."""
    host = server_of(line.node)
    if host is None:
        return
    for own in _with_others(context, host):
        for mapping in _unheaded(context, line.name, _backend(own)):
            other = mapping.server.node
            if other is not host and _leads_to(mapping, own) and not is_on(_preserving(context, other)):
                yield Found(
                    line.node.place,
                    f'a client can send "{line.shown}" itself, and it reaches the backend: the virtual host '
                    f'"{mapping.server.name}" leads there, too, and has no such line',
                    related=(Related(mapping.place, "a request gets there with the client's own header"),),
                    help=f'Add "RequestHeader unset {line.shown}" for the whole server.',
                )
                return


def _preserving(context: Context, host: Node | None) -> Node | None:
    """The line that hands the client's Host on: the backend may then be another application."""
    return in_server(context, "proxypreservehost", host)


_Backend = tuple[str, int | None, str | None]


def _backend(mapping: Mapping) -> _Backend:
    assert mapping.target is not None
    return mapping.target.host, mapping.target.port, mapping.target.socket


@lru_cache(maxsize=1)
def _with_others(context: Context, host: Node) -> list[Mapping]:
    """The mappings of a virtual host with a backend to which another virtual host leads, too."""
    hosts = _hosts(context)
    return [
        own
        for own in context.mappings_of(host)
        if own.target is not None and not own.target.variables and not hosts.get(_backend(own), set()) <= {host}
    ]


@lru_cache(maxsize=1)
def _hosts(context: Context) -> dict[_Backend, set[Node | None]]:
    """The virtual hosts that lead to each backend."""
    return {
        backend: {mapping.server.node for mapping in mappings} for backend, mappings in _by_backend(context).items()
    }


@lru_cache(maxsize=64)
def _unheaded(context: Context, name: str, backend: _Backend) -> tuple[Mapping, ...]:
    """The mappings of virtual hosts that lead to a backend and have no RequestHeader line for a header.

    A few of them are enough to tell of one.
    """
    found: list[Mapping] = []
    known: dict[Node | None, bool] = {}
    for mapping in _by_backend(context).get(backend, ()):
        host = mapping.server.node
        if host not in known:
            known[host] = any(lines_named(context, "requestheader", host, name))
        if not known[host]:
            found.append(mapping)
            if len(found) == 5:
                break
    return tuple(found)


@lru_cache(maxsize=1)
def _by_backend(context: Context) -> dict[_Backend, list[Mapping]]:
    found: dict[_Backend, list[Mapping]] = {}
    for mapping in context.mappings:
        if mapping.target is not None and mapping.server.node is not None and not mapping.target.variables:
            found.setdefault(_backend(mapping), []).append(mapping)
    return found


def _requests(context: Context, line: HeaderLine, *, whole: bool) -> Iterator[tuple[str, Mapping]]:
    """Paths of proxied requests for which a line may not hold, each with its mapping.

    If the line surely sets its header (`whole`), these are the requests outside of its section.
    """
    host = server_of(line.node)
    if whole and section_of(line.node) is None:
        return
    # Only a mapping that leads to the same application believes the header.
    own = set(proxied(context, line.node))
    paths: dict[_Backend, list[str]] = {}
    for one in own:
        if one.target is not None:
            paths.setdefault(_backend(one), []).append(one.target.path)
    for mapping in context.mappings if host is None else context.mappings_of(host):
        if mapping.target is None:
            continue
        if mapping not in own:
            start = mapping.target.path.rstrip("/")
            if not any(path.startswith(start) for path in paths.get(_backend(mapping), ())):
                continue
        taken = covers(mapping) or (lies_under(mapping) if mapping.kind.startswith("ProxyPass") else None)
        if taken is None:
            if not whole and mapping in own:
                yield "/", mapping
            continue
        yield sample(taken), mapping


def _leads_to(mapping: Mapping, other: Mapping) -> bool:
    """Whether a mapping leads to what another one leads to, too: the same backend, and a path around the other's."""
    one, two = mapping.target, other.target
    if one is None or two is None or (one.host, one.port, one.socket) != (two.host, two.port, two.socket):
        return False
    return two.path.startswith(one.path.rstrip("/"))


_LOGIN = r"(?i)(valid-user|user|group|ldap-|claim|shib|ssl-verify-client|dbm-group|dbd-group|file-)"


def _met(context: Context, line: HeaderLine) -> bool:
    """Whether the condition of a line holds for every request that gets through: nobody does without a login."""
    section = section_of(line.node)
    by_certificate = "SSL_CLIENT" in line.clause or "SSL_CLIENT" in line.value
    if conditional(line.node):
        return False
    host = server_of(line.node)
    for node in context.lines_of(host, "sslverifyclient") if by_certificate else ():
        required = [word.lower() for word in node.words[:1]] == ["require"]
        if required and section_of(node) in (None, section):
            return True
    return section is not None and any(
        node.key == "require" and re.match(_LOGIN, node.args) is not None for node in section.children or ()
    )


def _login_asked(context: Context, host: Node | None, path: str) -> bool:
    """Whether nobody gets to a path without a login: the last section with a `Require` says so."""
    asked = False
    for section, covered in covering(context, host, path):
        found = [node for node in lines(section) if node.key == "require"]
        if found and covered:
            asked = admits(section) == "some" and all(re.match(_LOGIN, node.args) for node in found)
    return asked


def _settles(other: HeaderLine, line: HeaderLine, host: Node | None, path: str, *, certain: bool) -> bool | None:
    """Whether a line takes the client's value away from all requests for a path; None if that is not known."""
    if other.action not in ("set", "unset"):
        # An edit may do so.
        return None if other.action.startswith("edit") else False
    if not other.sure and not (certain and other.node is line.node):
        return None if other.node is not line.node and other.action == "unset" else False
    if other.action == "set" and other.node is not line.node and line.action in ("add", "append", "merge"):
        return True
    return holds(other.node, host, path)


def _reason(line: HeaderLine) -> str:
    if line.action == "setifempty":
        return "setifempty keeps what the client has sent"
    if line.action != "set":
        return f"{line.action} keeps what the client has sent"
    if not line.sure:
        return "the line holds under a condition only"
    return "the line holds in its section only"


_CGI = frozenset(
    """
    REMOTE_USER REMOTE_ADDR REMOTE_HOST REMOTE_PORT AUTH_TYPE SERVER_NAME SERVER_PORT SERVER_ADDR
    REQUEST_URI REQUEST_METHOD REQUEST_SCHEME QUERY_STRING SERVER_PROTOCOL HTTP_HOST DOCUMENT_ROOT
    SCRIPT_NAME
    """.split()
)
"""Variables that httpd makes for CGI programs, after mod_headers has changed the request."""
_ENVIRONMENT = r"%\{(?P<name>[A-Za-z_]+)\}e"
_SETTERS = ("setenv", "passenv", "setenvif", "setenvifnocase", "setenvifexpr", "browsermatch", "browsermatchnocase")
_LOGINS = ("basic", "digest", "form", "none")


@rule("HD011", "identity-header-null", "error", references=(_REQUEST, _VARIABLES))
def identity_header_null(context: Context) -> Iterator[Found]:
    """The backend gets "(null)": this variable does not exist yet when RequestHeader runs.

    `%{NAME}e` is an environment variable that SetEnv, SetEnvIf, RewriteRule and the like have set. httpd makes
    REMOTE_USER, REMOTE_ADDR, SERVER_NAME and the other variables of CGI later, for CGI programs only. mod_ssl makes its
    variables with `SSLOptions +StdEnvVars` only.

    The rule is silent if a line sets a variable of that name. If a module that is not httpd's authenticates, it may do
    so, and the rule is less sure.

    Write `expr=%{REMOTE_USER}`, or `%{SSL_CLIENT_S_DN}s` for a variable of mod_ssl.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Remote-User "%{REMOTE_USER}e"

    Fires on (without StdEnvVars)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Client-DN "%{SSL_CLIENT_S_DN}e"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"

    Silent on (the variable is set)::

        RewriteEngine On
        RewriteCond "%{LA-U:REMOTE_USER}" "(.+)"
        RewriteRule "." "-" [E=REMOTE_USER:%1]
        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Remote-User "%{REMOTE_USER}e" env=REMOTE_USER

    Silent on (mod_ssl makes it)::

        SSLOptions +StdEnvVars
        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Client-DN "%{SSL_CLIENT_S_DN}e"

    Source: the RequestHeader documentation ("%{VARNAME}e"), ap_add_common_vars (util_script.c), ssl_hook_Fixup
    (ssl_engine_kernel.c); tested on httpd 2.4.71.
    """
    for line in request_lines(context):
        if line.action not in SETS or line.value.startswith("expr=") or "}e" not in line.value:
            continue
        for match in re.finditer(_ENVIRONMENT, line.value):
            name = match["name"]
            tls = name.startswith("SSL_") and name != "SSL_TLS_SNI"
            if (name not in _CGI and not tls) or _is_made(context, name, line, tls=tls):
                continue
            better = f"%{{{name}}}s" if tls else f"expr=%{{{name}}}"
            asked = line.clause.lower() == f"env={name.lower()}"
            yield Found(
                line.node.word_place(line.word + 1),
                f'no line sets the environment variable {name}: "{line.shown}" is never set'
                if asked
                else f'the backend gets "(null)" in "{line.shown}": no line sets the environment variable {name}',
                help=f'Write "{better}".',
                confidence="medium" if name == "REMOTE_USER" and _other_logins(context) else None,
            )
            break


def _is_made(context: Context, name: str, line: HeaderLine, *, tls: bool) -> bool:
    """Whether a line sets an environment variable, or may."""
    if _is_set(context, name):
        return True
    if not tls:
        return False
    lines = [*context.lines_of(None, "ssloptions"), *context.lines_of(server_of(line.node), "ssloptions")]
    return any("stdenvvars" in node.args.lower() for node in lines)


@lru_cache(maxsize=64)
def _is_set(context: Context, name: str) -> bool:
    """Whether a line somewhere names an environment variable to set."""
    setting = re.compile(rf"{name}(=|\Z)")
    if any(setting.match(word) for node in context.configuration.find(*_SETTERS) for word in node.words):
        return True
    flag = re.compile(rf"(?i)[\[,]\s*(e|env)=\s*{name}\b")
    return any(flag.search(node.args) for node in context.configuration.find("rewriterule"))


@lru_cache(maxsize=1)
def _other_logins(context: Context) -> bool:
    """Whether a module that is not httpd's own asks for a login."""
    asked = {node.args.strip(" \t\"'").lower() for node in context.configuration.find("authtype")}
    return bool(asked.difference(_LOGINS))


@rule("HD012", "identity-header-hop-by-hop", "info", confidence="medium", references=(_CONNECTION, _REQUEST))
def identity_header_hop_by_hop(context: Context) -> Iterator[Found]:
    """A client can have the header removed that tells the backend who the user is.

    A proxy removes the headers that the client's Connection header names. mod_proxy does so after RequestHeader has
    run. A backend that takes a request without the header for a trusted one then does so.

    The rule is silent if a line unsets or sets Connection, and for backends that do not speak HTTP.

    Add `RequestHeader unset Connection`, or let the backend refuse requests without the header.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader unset Connection
        RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"

    Silent on (the header only goes to FastCGI)::

        ProxyPass "/" "fcgi://127.0.0.1:9000/srv/www/"
        RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"

    Source: RFC 9110, 7.6.1; CVE-2022-31813 for the headers that mod_proxy adds itself; tested on httpd 2.4.71.
    """
    settled: set[Node | None] | None = None
    for line in request_lines(context):
        if line.action not in SETS or not _identity(line):
            continue
        if settled is None:
            settled = {server_of(other.node) for other in request_lines(context) if other.name == "connection"}
        if None in settled or server_of(line.node) in settled:
            continue
        mapping = http(context, line.node)
        if mapping is not None:
            yield Found(
                line.node.place,
                f'a client that names "{line.shown}" in its Connection header keeps it from the backend',
                related=(Related(mapping.place, "the backend"),),
                help="Add RequestHeader unset Connection.",
            )


@rule("HD021", "underscore-twin", "info", advice=True, confidence="medium", references=(_REQUEST,))
def underscore_twin(context: Context) -> Iterator[Found]:
    """The backend may read a header with underscores as the one that this line unsets.

    WSGI, CGI and similar interfaces turn `X-Remote-User` and `X_Remote_User` into the same HTTP_X_REMOTE_USER. A client
    can send the one with underscores, which RequestHeader does not unset. Newer servers, such as gunicorn, drop such
    headers themselves.

    The rule reports headers about the user, and HTTP backends. httpd itself does not hand such headers to FastCGI, SCGI
    or CGI.

    Unset the other spelling, too.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader unset X-Remote-User

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader unset X-Remote-User
        RequestHeader unset X_Remote_User

    Silent on (it is not about the user)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader unset Accept-Encoding

    Source: RFC 3875, 4.1.18; the RequestHeader documentation; tested on httpd 2.4.71, which passes both on.
    """
    lines = [line for line in request_lines(context) if line.action in ("unset", "set")]
    names = {line.name for line in lines}
    for line in lines:
        other = line.name.replace("-", "_")
        if other == line.name or other in names or not _identity(line):
            continue
        names.add(other)
        mapping = http(context, line.node)
        if mapping is not None:
            shown = line.shown.replace("-", "_")
            yield Found(
                line.node.place,
                f'a client can send "{shown}", which the backend may take for "{line.shown}"',
                related=(Related(mapping.place, "the backend"),),
                help=f"Add RequestHeader unset {shown}.",
            )
