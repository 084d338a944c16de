"""What a RewriteRule makes of a request, and where it goes then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.answering import taken
from hpatch.lint.rules._shared.rewriting import captured, harmless, rewrites

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.rewriting import Rewrite

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"
_FLAGS = "https://httpd.apache.org/docs/2.4/rewrite/flags.html"
_PROXY = "https://httpd.apache.org/docs/2.4/rewrite/proxy.html"

_ELSEWHERE = (
    "p", "proxy", "pt", "passthrough", "r", "redirect", "f", "forbidden", "g", "gone", "h", "handler",
    "n", "next", "c", "chain",
)  # fmt: skip
"""Flags that send a request elsewhere than to a file, or to further rules."""
_MACHINE = r"/(?:var|srv|usr|opt|home|etc|data|mnt|www|run|tmp)(?:/|$)"
_DECODED = r"%\{(?:REQUEST_URI|REQUEST_FILENAME|SCRIPT_FILENAME|SCRIPT_NAME|PATH_INFO)\}"


@rule(
    "RW005",
    "rewrite-takes-pass",
    "warning",
    confidence="medium",
    references=(f"{_FLAGS}#flag_pt", _MANUAL),
    fix="unsafe",
)
def rewrite_takes_pass(context: Context) -> Iterator[Found]:
    """The rule's new path is not proxied: httpd looks for a file, because `[PT]` is missing.

    After a RewriteRule in a server, httpd takes the new path for that of a file. ProxyPass is not asked, and the client
    gets 404. With `[PT]` (pass through), the new path goes through ProxyPass and Alias.

    The rule is silent about paths that begin like folders of a machine (`/var`, `/srv` ...).

    Add PT to the flags.

    Fires on::

        RewriteEngine On
        RewriteRule "^/old/(.*)$" "/app/$1" [L]
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Write instead::

        RewriteEngine On
        RewriteRule "^/old/(.*)$" "/app/$1" [PT]
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (a redirect: the client asks again)::

        RewriteEngine On
        RewriteRule "^/old/(.*)$" "/app/$1" [R=301,L]
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (a later rule sends it to the backend)::

        RewriteEngine On
        RewriteRule "^/old/(.*)$" "/app/$1"
        RewriteRule "^/app/(.*)$" "http://10.0.0.5:8080/app/$1" [P]
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Source: hook_uri2file (mod_rewrite.c), the PT flag's documentation; tested on httpd 2.4.71.
    """
    every = list(rewrites(context))
    last = {one.section: index for index, one in enumerate(every) if one.rule.has("p", "proxy", "pt", "passthrough")}
    for index, one in enumerate(every):
        text = one.rule.substitution
        if not one.in_server or one.rule.has(*_ELSEWHERE) or not text.startswith("/"):
            continue
        path = text.partition("?")[0]
        start = re.split(r"[$%]", path, maxsplit=1)[0]
        if re.match(_MACHINE, start) is not None:
            continue
        if last.get(one.section, -1) > index and not one.rule.has("l", "last", "end"):  # a later rule may send it on
            continue
        paths = (path,) if start == path else tuple(start + end for end in ("zz-other", "zz/page.html", "a.css"))
        mapping = taken(context, one.node, paths)
        if mapping is not None:
            yield Found(
                one.node.place,
                f'httpd looks for "{text}" as a file, and does not proxy it: the client gets 404',
                related=(Related(mapping.place, "this line is not asked"),),
                help="Add PT to the flags.",
                fix=edits.fix("add PT", edits.flags(one.node, add="PT")),
            )


@rule("RW006", "rewrite-query-needs-b", "warning", references=(f"{_FLAGS}#flag_b",), fix="unsafe")
def rewrite_query_needs_b(context: Context) -> Iterator[Found]:
    """A part of the decoded path goes into the query string as it is: some requests get 403, others a changed query.

    `$1` holds the path after decoding. A blank in it is answered with 403 by httpd 2.4.56 and later (AH10410, AH10411).
    An `&`, `?`, `+` or `%` in it changes what the query means. The flag `B` encodes the capture again.

    So do `%1` of a condition that looks at the path, and `%{REQUEST_URI}` itself, which `B` does not encode.

    The rule is silent about captures that hold only letters, digits, `-`, `.`, `_` and `/`, about texts that go through
    a RewriteMap, and with `BCTLS`, which encodes blanks.

    Add B to the flags, or `BNP` as well to have blanks as `%20`.

    Fires on::

        RewriteEngine On
        RewriteRule "^/search/(.*)$" "http://10.0.0.5:8080/find?q=$1" [P]

    Write instead::

        RewriteEngine On
        RewriteRule "^/search/(.*)$" "http://10.0.0.5:8080/find?q=$1" [P,B]

    Silent on (a number)::

        RewriteEngine On
        RewriteRule "^/item/([0-9]+)$" "http://10.0.0.5:8080/item?id=$1" [P]

    Source: do_expand and apply_rewrite_rule (mod_rewrite.c), CHANGES of 2.4.56; tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        _, sign, query = one.rule.substitution.partition("?")
        if not sign:
            continue
        encoded = one.rule.has("b", "backrefescape", "bctls")
        for match in re.finditer(rf"(?<!\\)[$%]\d|{_DECODED}", re.sub(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "", query)):
            if (encoded and match[0][1:2] != "{") or not _decoded(one, match[0]):
                continue
            yield Found(
                one.node.place,
                f'"{match[0]}" goes into the query decoded: a blank in the path is answered with 403'
                if not context.before("rewrite-refuses-blanks")
                else f'"{match[0]}" goes into the query decoded: a blank, "&" or "%" in the path breaks the request',
                help="Add B to the flags."
                if match[0][1:2] != "{"
                else "Take it from the pattern (^(.*)$ and $1), and add B to the flags.",
                fix=None if match[0][1:2] == "{" else edits.fix("add B", edits.flags(one.node, add="B")),
            )
            break


def _decoded(one: Rewrite, text: str) -> bool:
    """Whether a text of a substitution may hold a part of the decoded path with signs that a URL has to escape."""
    if text[1:2] == "{":
        return True
    if text[0] == "$":
        return not one.rule.pattern.startswith("!") and not harmless(one.rule.pattern, int(text[1]))
    found = captured(one)
    if found is None:
        return False
    _, condition = found
    return re.search(_DECODED, condition.test) is not None and not harmless(condition.pattern, int(text[1]))


@rule("RW007", "rewrite-unescaped", "warning", references=(f"{_FLAGS}#flag_ne", _PROXY), fix="unsafe")
def rewrite_unescaped(context: Context) -> Iterator[Found]:
    """With `NE` the decoded path goes to the backend unescaped: a blank in it is answered with 403.

    Captures of the pattern and `%{REQUEST_URI}` are decoded. mod_proxy has to encode them again, which `NE` (no escape)
    prevents. A `%`, `?` or a letter beyond ASCII reaches the backend raw.

    The rule reports rules with `[P]`. It is silent about captures that hold only letters, digits, `-`, `.`, `_` and
    `/`.

    Remove NE.

    Fires on::

        RewriteEngine On
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080%{REQUEST_URI}" [P,NE]

    Write instead::

        RewriteEngine On
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080%{REQUEST_URI}" [P]

    Silent on (THE_REQUEST is still encoded)::

        RewriteEngine On
        RewriteCond "%{THE_REQUEST}" "^[A-Z]+ /(\\S*)"
        RewriteRule "^/" "http://10.0.0.5:8080/%1" [P,NE]

    Source: the NE flag's documentation, proxy_http_canon (mod_proxy_http.c); tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        if not one.rule.proxied or not one.rule.has("ne", "noescape") or one.rule.has("b", "backrefescape"):
            continue
        path = one.rule.substitution.partition("?")[0]
        decoded = [match[0] for match in re.finditer(_DECODED, path)]
        captured = [
            match[0]
            for match in re.finditer(r"(?<!\\)\$(\d)", path)
            if one.rule.pattern.startswith("!") or not harmless(one.rule.pattern, int(match[1]))
        ]
        if decoded or captured:
            yield Found(
                one.node.place,
                f'"{(decoded or captured)[0]}" is decoded, and NE sends it on unescaped: httpd answers a blank '
                "in the path with 403",
                help="Remove NE.",
                fix=edits.fix("remove NE", edits.flags(one.node, drop=("ne", "noescape"))),
            )


@rule("RW008", "rewrite-escaped-twice", "warning", references=(f"{_FLAGS}#flag_ne", _PROXY), fix="unsafe")
def rewrite_escaped_twice(context: Context) -> Iterator[Found]:
    """A capture of THE_REQUEST is still encoded, and httpd encodes it once more: `%20` becomes `%2520`.

    THE_REQUEST is the request line as the client sent it. `[P]` and `[R]` encode the new URL, its `%` signs included.

    The rule is silent about captures that cannot hold a `%`.

    Add NE to the flags.

    Fires on::

        RewriteEngine On
        RewriteCond "%{THE_REQUEST}" "^[A-Z]+ /(\\S*)"
        RewriteRule "^/" "http://10.0.0.5:8080/%1" [P]

    Write instead::

        RewriteEngine On
        RewriteCond "%{THE_REQUEST}" "^[A-Z]+ /(\\S*)"
        RewriteRule "^/" "http://10.0.0.5:8080/%1" [P,NE]

    Silent on (letters only)::

        RewriteEngine On
        RewriteCond "%{THE_REQUEST}" "^[A-Z]+ /(\\w+)"
        RewriteRule "^/" "http://10.0.0.5:8080/%1" [P]

    Source: the RewriteCond documentation (THE_REQUEST), escape_absolute_uri (mod_rewrite.c); tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        if not one.conditions or one.rule.has("ne", "noescape") or not one.rule.has("p", "proxy", "r", "redirect"):
            continue
        found = captured(one)
        if found is None or found[1].test.upper() != "%{THE_REQUEST}":
            continue
        node, condition = found
        path = one.rule.substitution.partition("?")[0]
        for match in re.finditer(r"%(\d)", path):
            if match[1] != "0" and not harmless(condition.pattern, int(match[1])):
                yield Found(
                    one.node.place,
                    f'"{match[0]}" is a capture of THE_REQUEST, which is still encoded: httpd encodes it once more',
                    related=(Related(node.place, "the capture"),),
                    help="Add NE to the flags.",
                    fix=edits.fix("add NE", edits.flags(one.node, add="NE")),
                )
                break


@rule("RW009", "rewrite-p-no-worker", "info", references=(_PROXY,))
def rewrite_p_no_worker(context: Context) -> Iterator[Found]:
    """`[P]` opens a new connection for each request: no line defines a worker for this target.

    A worker keeps connections to the backend and has time-outs and parameters. ProxyPass and `<Proxy>` define one,
    RewriteRule does not.

    The rule is silent about targets whose host depends on the request.

    Define a worker: `<Proxy "http://10.0.0.5:8080">` with a ProxySet in it.

    Fires on::

        RewriteEngine On
        RewriteRule "^/app/(.*)" "http://10.0.0.5:8080/$1" [P]

    Write instead::

        <Proxy "http://10.0.0.5:8080/">
            ProxySet connectiontimeout=5
        </Proxy>
        RewriteEngine On
        RewriteRule "^/app/(.*)" "http://10.0.0.5:8080/$1" [P]

    Silent on (ProxyPass defines the worker)::

        ProxyPass "/api" "http://10.0.0.5:8080"
        RewriteEngine On
        RewriteRule "^/app/(.*)" "http://10.0.0.5:8080/$1" [P]

    Source: "When to use proxying" in the mod_rewrite documentation, ap_proxy_pre_request (proxy_util.c); tested on
    httpd 2.4.71.
    """
    seen: set[tuple[int, str, str, int | None]] = set()
    for mapping in context.handed:
        target = mapping.target
        if mapping.kind != "RewriteRule" or target is None or mapping.worker is not None:
            continue
        if target.variables or target.balancer or target.scheme not in ("http", "https", "fcgi", "ajp"):
            continue
        known = (id(mapping.server), target.scheme, target.host, target.port)
        if known in seen:
            continue
        seen.add(known)
        yield Found(
            mapping.place,
            f'no worker is defined for "{target.scheme}://{target.host}": each request opens a connection of its own',
            help="Add a <Proxy> section for it, with a ProxySet in it.",
        )


@rule("RW017", "rewrite-p-scheme", "error", references=(_MANUAL, _PROXY))
def rewrite_p_scheme(context: Context) -> Iterator[Found]:
    """mod_rewrite does not know the scheme `uwsgi`: it takes the URL for a path of httpd itself.

    mod_rewrite knows a list of schemes, and `uwsgi` is not in it. With `[P]`, the request goes to
    `http://www.example.org/uwsgi://...`, with this server's own name: httpd asks itself, or answers with 500. The uWSGI
    server is never asked.

    The rule is silent about a Unix socket (`unix:/run/app.sock|uwsgi://app/`), which mod_rewrite knows.

    Use ProxyPass or ProxyPassMatch, or a `balancer://` with the uWSGI server as its member.

    Fires on::

        RewriteEngine On
        RewriteRule "^/app/(.*)" "uwsgi://127.0.0.1:3032/$1" [P]

    Write instead::

        ProxyPassMatch "^/app/(.*)" "uwsgi://127.0.0.1:3032/$1"

    Silent on (a balancer)::

        <Proxy "balancer://app">
            BalancerMember "uwsgi://127.0.0.1:3032"
        </Proxy>
        RewriteEngine On
        RewriteRule "^/app/(.*)" "balancer://app/$1" [P]

    Source: is_absolute_uri and fully_qualify_uri (mod_rewrite.c); tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        if one.rule.proxied and one.rule.substitution[:8].lower() == "uwsgi://":
            yield Found(
                one.node.place,
                f'mod_rewrite does not know "{one.rule.substitution[:8]}": the request goes to httpd itself, not to '
                f'"{one.rule.substitution}"',
                help="Use ProxyPass or ProxyPassMatch, or a balancer:// with this server as its member.",
            )
