"""Header: the two tables of a response's headers, and what the backend has put there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING

from hpatch.lint.found import Edit, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.conditions import apart
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.headers import SETS, HeaderLine, request_lines, response_lines
from hpatch.lint.rules._shared.passes import schemes
from hpatch.lint.rules._shared.scope import proxied, section_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_HEADER = "https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header"
_CORS = "https://fetch.spec.whatwg.org/#cors-check"
_SECURITY = frozenset(
    """
    strict-transport-security content-security-policy x-frame-options x-content-type-options
    referrer-policy permissions-policy feature-policy cross-origin-opener-policy
    cross-origin-embedder-policy cross-origin-resource-policy
    """.split()
)
_ONCE = frozenset(
    ("x-frame-options", "content-security-policy", "access-control-allow-origin", "access-control-allow-credentials")
)
"""Headers of which browsers refuse several, or apply all."""
_SCRIPT = frozenset(("fcgi", "scgi"))
"""Their responses' headers are in the table of `always`, those of the other schemes in the other one."""
_PLAIN = frozenset(("last-modified", "etag", "location", "content-type", "content-length", "transfer-encoding"))
"""Headers of scripts, too, that are in the other one."""


def _same_scope(one: HeaderLine, other: HeaderLine) -> bool:
    """Whether a line holds wherever the other one does: it stands in the same section or around it."""
    if apart(one.node, other.node) or server_of(one.node) not in (None, server_of(other.node)):
        return False
    section = section_of(one.node)
    return section is None or section is section_of(other.node)


class _Lines:
    """Lines by header, virtual host and section, so that those that cannot hold for the same requests cost nothing."""

    def __init__(self, lines: Iterable[HeaderLine]) -> None:
        self._of: dict[str, dict[Node | None, dict[Node | None, list[tuple[int, HeaderLine]]]]] = {}
        self._at: dict[Node, int] = {}
        self._last: dict[tuple[object, ...], int] = {}
        for at, line in enumerate(lines):
            host = self._of.setdefault(line.name, {}).setdefault(server_of(line.node), {})
            host.setdefault(section_of(line.node), []).append((at, line))
            self._at[line.node] = at
            if line.action in ("unset", "set") and line.sure:
                self._last[_table_of(line)] = at

    def near(self, line: HeaderLine) -> list[HeaderLine]:
        """The lines for a line's header that may hold for its requests, in reading order."""
        here, host, section = self._of[line.name], server_of(line.node), section_of(line.node)
        parts: list[Iterable[tuple[int, HeaderLine]]] = []
        for server in dict.fromkeys((None, host)):
            of = here.get(server, {})
            parts += [of.get(None, ()), of.get(section, ())] if section is not None else of.values()
        if host is None and section is None:
            parts = [lines for of in here.values() for lines in of.values()]
        return [other for _, other in sorted(chain.from_iterable(parts), key=itemgetter(0))]

    def undone(self, line: HeaderLine) -> bool:
        """Whether a later line of the same section takes a header away again, or sets it anew."""
        return self._last.get(_table_of(line), -1) > self._at[line.node]


def _table_of(line: HeaderLine) -> tuple[object, ...]:
    """What lines have in common that change one header of one table for the same requests."""
    return line.name, line.always, line.node.parent, line.node.conditions


def _beside(line: HeaderLine, lines: _Lines, *, always: bool, actions: tuple[str, ...]) -> HeaderLine | None:
    """Another line for the same header and the named table that holds wherever this one does."""
    for other in lines.near(line):
        if (
            other.always is always
            and other.action in actions
            and other.node is not line.node
            and (_same_scope(other, line) or _same_scope(line, other))
            and not lines.undone(other)
        ):
            return other
    return None


@rule("HD001", "header-not-on-errors", "warning", references=(_HEADER,), fix="unsafe")
def header_not_on_errors(context: Context) -> Iterator[Found]:
    """The security header is missing in httpd's own answers: errors such as 403, 404 and 503, and redirects.

    Without `always`, Header changes only the headers of successful responses, and those of a backend's. A redirect from
    http to https, an error page of httpd, and a 502 or 503 for a dead backend go out without the header.

    The rule reports HSTS, Content-Security-Policy, X-Frame-Options and the like. It is silent for `Header onsuccess`,
    in `<Files>` sections, which are about certain pages, and if another line sets the header with `always`.

    Write `Header always set`. If a backend may send the header, too, write `Header unset` before it: otherwise both go
    out.

    Fires on::

        Header set Strict-Transport-Security "max-age=31536000"

    Write instead::

        Header always set Strict-Transport-Security "max-age=31536000"

    Silent on (it is not a matter of errors)::

        Header set Cache-Control "max-age=3600"

    Silent on (written on purpose)::

        Header onsuccess set Content-Security-Policy "default-src 'self'"

    Source: the Header documentation ("always"), ap_headers_error_filter (mod_headers.c); tested on httpd 2.4.71:
    503 and 302.
    """
    lines = [line for line in response_lines(context) if line.name in _SECURITY]
    near = _Lines(lines)
    for line in lines:
        if line.explicit or line.action not in SETS or near.undone(line):
            continue
        if line.node.inside("<files", "<filesmatch") is not None:
            continue
        if _beside(line, near, always=True, actions=SETS) is not None:
            continue
        sends = next(proxied(context, line.node), None) is not None
        yield Found(
            line.node.place,
            f'httpd\'s own errors and redirects go out without "{line.shown}"',
            help=f'Write "Header unset {line.shown}", then "Header always set {line.shown} …".'
            if sends
            else f'Write "Header always {line.action} {line.shown} …".',
            fix=None if sends else edits.fix('write "Header always"', _always(line.node)),
        )


def _always(node: Node) -> edits.Edits:
    place = node.word_place(0)
    if place == node.place or not edits.word(node, 0, node.words[0]):
        return ()
    return (Edit(place._replace(end_line=place.line, end_column=place.column), "always "),)


def _table(mapping: Mapping, name: str) -> bool | None:
    """Whether a header of a backend's responses is in the table of `always`; None if its members differ."""
    scripts = {scheme in _SCRIPT and name not in _PLAIN for scheme in schemes(mapping)}
    return scripts.pop() if len(scripts) == 1 else None


@rule("HD002", "header-always-duplicates", "warning", references=(_HEADER,))
def header_always_duplicates(context: Context) -> Iterator[Found]:
    """The header goes out twice: mod_headers has two tables, and both hold it.

    `Header always set` and `Header set` change different tables, and httpd sends both. The headers of a backend are in
    the table without `always`; those of a FastCGI or SCGI backend are in the one of `always`. Browsers refuse two
    Access-Control-Allow-Origin, ignore two X-Frame-Options with different values, and apply both
    Content-Security-Policy.

    Where only the backend can tell whether it sends the header, too, the severity is info. The rule reports
    X-Frame-Options, Content-Security-Policy, Access-Control-Allow-Origin and -Credentials there.

    Remove the header from the other table first: `Header unset X`, then `Header always set X`.

    Fires on::

        Header always set X-Frame-Options "DENY"
        Header set X-Frame-Options "SAMEORIGIN"

    Fires on (if the backend sends it)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header always set X-Frame-Options "SAMEORIGIN"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header unset X-Frame-Options
        Header always set X-Frame-Options "SAMEORIGIN"

    Silent on (the backend's header is replaced)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header set X-Frame-Options "SAMEORIGIN"

    Silent on (nothing is proxied)::

        Header always set X-Frame-Options "SAMEORIGIN"

    Source: the Header documentation ("always"), ap_http_header_filter (http_filters.c), ap_scan_script_header_err_core
    (util_script.c); tested on httpd 2.4.71 with http, fcgi, scgi and uwsgi.
    """
    every = list(response_lines(context))
    plain = {line.name for line in every if not line.always}
    lines = [line for line in every if line.name in _ONCE or line.name in plain]
    near = _Lines(lines)
    for line in lines:
        if line.action not in ("set", "add", "append", "merge") or near.undone(line):
            continue
        if line.always:
            twin = _beside(line, near, always=False, actions=("set", "add", "append", "merge"))
            if twin is not None and line.sure and twin.sure and twin.name not in ("set-cookie", "link", "vary"):
                yield Found(
                    line.node.place,
                    f'"{line.shown}" goes out twice: this line and another one change different tables of headers',
                    related=(Related(twin.node.place, "this line adds the other one"),),
                    help=f'Write "Header unset {line.shown}" in place of the line without "always".',
                )
                continue
        if line.name not in _ONCE or line.action not in SETS:
            continue
        if _beside(line, near, always=not line.always, actions=("unset", "set", "edit", "edit*")) is not None:
            continue
        for mapping in proxied(context, line.node):
            # `always` misses what a backend sends by HTTP, a plain line what a script sends.
            if _table(mapping, line.name) is (not line.always) and mapping.node is not line.node:
                other = "Header unset" if line.always else "Header always unset"
                yield Found(
                    line.node.place,
                    f'if the backend of "{mapping.path or _target(mapping)}" sends "{line.shown}" too, both go out',
                    related=(Related(mapping.place, "its headers are in the other table"),),
                    help=f'Write "{other} {line.shown}" before this line.',
                    severity="info",
                    confidence="medium",
                )
                break


def _target(mapping: Mapping) -> str:
    return "" if mapping.target is None else mapping.target.text


@rule("HD003", "header-unset-other-table", "warning", references=(_HEADER,), fix="unsafe")
def header_unset_other_table(context: Context) -> Iterator[Found]:
    """The backend's header stays: the line unsets it in the table where the backend's headers are not.

    `Header always unset` changes httpd's own headers and those of FastCGI and SCGI backends. `Header unset` changes
    those of the other backends. A header such as X-Powered-By still goes out to clients if the line is for the wrong
    table.

    The rule is silent if lines for both tables stand there, and if backends of both sorts are behind the line.

    Write both `Header unset X` and `Header always unset X`.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header always unset X-Powered-By

    Fires on (FastCGI's are in the other table)::

        ProxyPass "/" "fcgi://127.0.0.1:9000/srv/www/"
        Header unset X-Powered-By

    Fires on (an edit, which changes nothing)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header always edit Set-Cookie "^(.*)$" "$1; Secure"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header unset X-Powered-By
        Header always unset X-Powered-By

    Silent on (nothing is proxied)::

        Header always unset X-Powered-By

    Silent on (httpd keeps these of FastCGI in the table without always)::

        ProxyPass "/" "fcgi://127.0.0.1:9000/srv/www/"
        Header unset ETag

    Source: the Header documentation ("always"), ap_scan_script_header_err_core (util_script.c); tested on httpd 2.4.71
    with http, fcgi, scgi and uwsgi.
    """
    every = list(response_lines(context))
    changed = {line.name for line in every if line.action in ("unset", "edit", "edit*")}
    lines = [line for line in every if line.name in changed]
    near = _Lines(lines)
    for line in lines:
        if line.action not in ("unset", "edit", "edit*"):
            continue
        if _beside(line, near, always=not line.always, actions=("unset", "set", "edit", "edit*")) is not None:
            continue
        # Of a header that another line sets in this table, this one is the second half of the cure.
        if _beside(line, near, always=line.always, actions=SETS) is not None:
            continue
        meets = [mapping for mapping in proxied(context, line.node) if not mapping.exclusion]
        if not meets or any(_table(mapping, line.name) is not (not line.always) for mapping in meets):
            continue
        yield Found(
            line.node.place,
            f'the backend\'s "{line.shown}" still goes out'
            f"{'' if line.action == 'unset' else ' as it is'}: this line changes another table of headers",
            related=(Related(meets[0].place, "the backend"),),
            help=f'Add "Header {"" if line.always else "always "}{line.action} {line.shown}".',
            fix=edits.fix("unset it in the other table, too", _in_other_table(line)),
        )


def _in_other_table(line: HeaderLine) -> edits.Edits:
    if line.action != "unset" or line.explicit or line.clause or not re.fullmatch(r"[\w-]+", line.shown):
        return ()
    return edits.line_beside(line.node, f"Header {'' if line.always else 'always '}unset {line.shown}", above=False)


@rule("HD004", "header-add-cors", "warning", references=(_HEADER, _CORS))
def header_add_cors(context: Context) -> Iterator[Found]:
    """The response carries more than one Access-Control-Allow-Origin, or one with several origins: browsers refuse it.

    Browsers accept exactly one origin, or `*`. `Header add` and `Header append` keep what the backend has sent, and two
    such lines add two values.

    Use `Header set`, with one origin. To allow several, set a variable with SetEnvIf and an anchored pattern, and send
    it back.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header add Access-Control-Allow-Origin "*"

    Fires on (two origins)::

        Header set Access-Control-Allow-Origin "https://a.example, https://b.example"

    Fires on (two lines)::

        Header add Access-Control-Allow-Origin "https://a.example"
        Header add Access-Control-Allow-Origin "https://b.example"

    Write instead::

        SetEnvIf Origin "^(https://(a|b)\\.example)$" ORIGIN=$1
        Header set Access-Control-Allow-Origin "%{ORIGIN}e" env=ORIGIN
        Header merge Vary "Origin"

    Silent on (nothing else sends it)::

        Header add Access-Control-Allow-Origin "*"

    Silent on (the backend's is removed first)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header unset Access-Control-Allow-Origin
        Header add Access-Control-Allow-Origin "*"

    Source: the Header documentation, the CORS check of the Fetch standard; tested on httpd 2.4.71.
    """
    lines = [line for line in response_lines(context) if line.name == "access-control-allow-origin"]
    near = _Lines(lines)
    for line in lines:
        if line.action not in SETS or near.undone(line):
            continue
        if not line.value.startswith("expr=") and ("," in line.value or " " in line.value.strip()):
            yield Found(
                line.node.word_place(line.word + 1),
                f'browsers accept one origin, not the list "{line.value}"',
                help="Set a variable with SetEnvIf Origin, and send it back.",
            )
            continue
        if line.action not in ("add", "append", "merge"):
            continue
        above = takewhile(lambda other, line=line: other is not line, near.near(line))  # type: ignore[misc]
        before = [other for other in above if other.always is line.always and _same_scope(other, line)]
        first = next((other for other in before if other.action in SETS and other.sure and line.sure), None)
        if first is not None:
            yield Found(
                line.node.place,
                "browsers refuse two values of Access-Control-Allow-Origin, and another line has set one",
                related=(Related(first.node.place, "the first value"),),
                help="Use Header set, with one origin.",
            )
            continue
        if any(other.action in ("unset", "set") for other in before):
            continue
        mapping = next((one for one in proxied(context, line.node) if _table(one, line.name) is line.always), None)
        if mapping is not None:
            yield Found(
                line.node.place,
                f'"Header {line.action}" keeps the backend\'s Access-Control-Allow-Origin, and browsers refuse two '
                "values",
                related=(Related(mapping.place, "the backend"),),
                help="Use Header set.",
                confidence="medium",
            )


_REQUEST = frozenset(
    """
    x-forwarded-proto x-forwarded-protocol x-forwarded-for x-forwarded-host x-forwarded-port
    x-forwarded-ssl x-forwarded-scheme x-forwarded-server x-forwarded-prefix x-forwarded-user
    x-url-scheme front-end-https x-real-ip forwarded remote-user x-remote-user authorization host
    cookie x-script-name x-scheme
    """.split()
)
"""Headers of requests only."""


@rule("HD005", "header-on-response", "warning", references=(_HEADER,), fix="unsafe")
def header_on_response(context: Context) -> Iterator[Found]:
    """Header sets a request's header on the response: the backend does not see it.

    `Header` changes what the client gets, `RequestHeader` what the backend gets. With
    `Header set X-Forwarded-Proto https`, the application still believes that it was asked by plain HTTP, and makes
    http links.

    The rule is silent if a RequestHeader line sets the header as well.

    Write `RequestHeader set`.

    Fires on::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header set X-Forwarded-Proto "https"

    Write instead::

        ProxyPass "/" "http://10.0.0.5:8080/"
        RequestHeader set X-Forwarded-Proto "https"

    Silent on (clients are not to see it)::

        ProxyPass "/" "http://10.0.0.5:8080/"
        Header unset X-Forwarded-Proto

    Source: the documentation of Header and RequestHeader; tested on httpd 2.4.71.
    """
    wrong = [line for line in response_lines(context) if line.name in _REQUEST and line.action in SETS]
    if not wrong:
        return
    sent = {(line.name, server_of(line.node)) for line in request_lines(context) if line.action in SETS}
    names = {name for name, _ in sent}
    for line in wrong:
        host = server_of(line.node)
        if not (line.name in names if host is None else (line.name, None) in sent or (line.name, host) in sent):
            yield Found(
                line.node.place,
                f'"{line.shown}" goes to the client, not to the backend: Header changes responses',
                help=f'Write "RequestHeader {line.action} {line.shown} …".',
                fix=None
                if line.explicit
                else edits.fix("write RequestHeader", edits.named(line.node, "RequestHeader")),
            )
