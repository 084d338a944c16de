"""Targets that httpd does not take for what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import encoded
from hpatch.lint.rules._shared.rewriting import holds, rewrites, sources
from hpatch.proxy.model import Balancer

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_HANDLER = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#handler"
_UNIX = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_INTERPOLATE = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassinterpolateenv"
_CAPTURES = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"
_VARIABLE = r"%\{[\w:-]+\}"


@rule("MP086", "uds-no-scheme", "error", references=(_HANDLER,))
def uds_no_scheme(context: Context) -> Iterator[Found]:
    """The line names a Unix socket without a URL behind it: httpd sends the scripts themselves, or an error.

    In `SetHandler "proxy:unix:/run/php.sock"`, httpd finds no scheme that says how to talk to the socket. It takes the
    name for an unknown handler, and sends the file as it is: the source of the script, with its passwords. With a `|`
    and nothing behind it, the answer is 400, and from a RewriteRule with [P] it is 500.

    Write `|fcgi://NAME` behind the socket.

    Fires on::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock"
        </FilesMatch>

    Fires on (in a RewriteRule)::

        RewriteEngine On
        RewriteRule "^/app/(.*)$" "unix:/run/app.sock" [P]

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Silent on (the scheme is enough)::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi:"
        </FilesMatch>

    Source: proxy_handler (mod_proxy.c), fixup_uds_filename (proxy_util.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("sethandler", "addhandler"):
        word = "".join(node.words[:1])
        if word[:11].lower() == "proxy:unix:" and _without_url(word[6:]):
            sent = "" if "|" in word else ", and sends the files as they are"
            yield Found(
                node.word_place(0),
                f'"{word}" does not say how to talk to the socket: httpd hands nothing on{sent}',
                help='Write "|fcgi://localhost" behind the socket.',
            )
    for one in rewrites(context):
        text = one.rule.substitution
        if one.rule.proxied and text[:5].lower() == "unix:" and _without_url(text):
            yield Found(
                one.node.place,
                f'"{text}" does not say how to talk to the socket: httpd answers with 500',
                help='Write "|http://localhost" behind the socket.',
            )


def _without_url(text: str) -> bool:
    """Whether no scheme stands behind the path of a socket. What a variable brings is not known."""
    path, _, url = text.partition("|")
    if "$" in path or "%{" in path:
        return False
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|.*[$%]\{", url) is None


@rule("MP087", "uds-abstract", "error", references=(_UNIX,))
def uds_abstract(context: Context) -> Iterator[Found]:
    """httpd does not know abstract sockets: it looks for a file with `@` in its name, and answers with 503.

    `@name` is how other programs write a socket of Linux that has no file. httpd takes it for a file in its runtime
    folder (AH02454).

    Let the backend listen on a path.

    Fires on::

        ProxyPass "/app" "unix:@app|http://localhost/app"

    Write instead::

        ProxyPass "/app" "unix:/run/app.sock|http://localhost/app"

    Silent on (a file with such a name)::

        ProxyPass "/app" "unix:/run/@app|http://localhost/app"

    Source: ap_proxy_connect_uds (proxy_util.c), which sets the path as it is; tested on httpd 2.4.71.
    """
    seen: set[tuple[int, int]] = set()
    for target in chain(*context.targets.values(), (worker.target for worker in context.workers)):
        if target.socket is None or not target.socket.startswith("@"):
            continue
        if (id(target.node), target.index) in seen:
            continue
        seen.add((id(target.node), target.index))
        yield Found(
            target.place,
            f'"{target.socket}" is a file to httpd, not an abstract socket: requests are answered with 503',
            help="Let the backend listen on a path.",
        )


@rule("MP088", "target-expression", "error", references=(_INTERPOLATE,))
def target_expression(context: Context) -> Iterator[Found]:
    """ProxyPass does not fill in `%{NAME}`: it stands in the URL as it is written.

    In the host it leads nowhere, and httpd answers with 500; with a colon, as in `%{env:NAME}`, it does not start. In
    the path, the backend is asked for `%25%7BNAME%7D`. mod_rewrite and SetHandler know `%{NAME}`. ProxyPass
    knows `${NAME}`: from Define and httpd's environment when it starts, and from the request with `interpolate`.

    Write `${NAME}`, or use a RewriteRule with [P].

    Fires on::

        ProxyPass "/" "http://%{BACKEND}:8080/"

    Fires on (in the path)::

        ProxyPassMatch "^/(.*)$" "http://10.0.0.5:8080/%{SERVER_NAME}/$1"

    Write instead::

        RewriteEngine On
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080/%{SERVER_NAME}/$1" [P]

    Silent on (braces alone)::

        ProxyPass "/" "http://10.0.0.5:8080/{b}/"

    Source: ap_proxy_trans_match and ap_proxy_interpolate (mod_proxy.c); tested on httpd 2.4.71.
    """
    written = [mapping.target for mapping in context.passes if mapping.target is not None]
    for target in chain(written, (member.target for member in context.members)):
        found = re.search(_VARIABLE, target.text) if "%" in target.text else None
        if found is None:
            continue
        yield Found(target.place, f'"{found[0]}" is not filled in: it stays as it is written', help=_FILLED_IN)
    for refusal in context.proxy.refusals:
        found = re.search(_VARIABLE, refusal.message) if refusal.kind == "variable" else None
        if found is not None:
            # In the host, what follows the colon is the port.
            yield Found(
                refusal.place,
                f'"{found[0]}" is not filled in: httpd takes a part of it for a port, and does not start',
                help=_FILLED_IN,
            )


_FILLED_IN = "Write ${NAME}, or use a RewriteRule with [P]."


@rule("MP089", "target-encoded", "error", references=(_UNIX,))
def target_encoded(context: Context) -> Iterator[Found]:
    """The path of the target is encoded already, and httpd encodes it once more: `%20` becomes `%2520`.

    The backend is asked for a page that it does not have.

    The rule is silent with `nocanon` and `mapping=`, where httpd hands the path on as it is.

    Write the sign itself, in quotation marks if it is a blank: `"http://10.0.0.5/my app"`.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5:8080/my%20app"

    Write instead::

        ProxyPass "/app" "http://10.0.0.5:8080/my app"

    Silent on (httpd encodes nothing)::

        ProxyPass "/app" "http://10.0.0.5:8080/my%20app" nocanon

    Source: proxy_http_canon (mod_proxy_http.c), and the same functions of the other modules; tested on httpd 2.4.71.
    """
    seen: set[int] = set()
    for mapping in context.passes:
        if mapping.target is None or not ("%" in mapping.target.path or mapping.target.balancer):
            continue
        members = mapping.worker.effective_members if isinstance(mapping.worker, Balancer) else []
        for target in (mapping.target, *(member.target for member in members)):
            found = re.search(_ENCODED, target.path)
            if found is None or target.scheme not in _ENCODING or id(target) in seen:
                continue
            if "nocanon" in mapping.flags or encoded(mapping):
                continue
            seen.add(id(target))
            # mod_proxy_uwsgi decodes the path once for the application.
            sent = found[0] if target.scheme == "uwsgi" else found[0].replace("%", "%25")
            yield Found(
                target.place,
                f'the backend gets "{sent}" for the "{found[0]}" in this path',
                help="Write the sign itself.",
            )


_ENCODED = r"%[0-9A-Fa-f]{2}"
_ENCODING = ("http", "https", "ws", "wss", "ajp", "fcgi", "scgi", "uwsgi", "balancer")


@rule("MP090", "percent-captured", "error", references=(_CAPTURES,))
def percent_captured(context: Context) -> Iterator[Found]:
    """mod_rewrite takes the beginning of an encoded sign for a capture: `my%20page` becomes `my0page`.

    `%2` stands for the second group of the last RewriteCond. Without such a group it is empty.

    The rule is silent if a condition that may have matched last has that group.

    Write a backslash before the percent sign, and add NE to the flags of a redirect: `my\\%20page [R,NE]`.

    Fires on::

        RewriteEngine On
        RewriteRule "^/old$" "https://www.example.com/my%20page" [R=301]

    Write instead::

        RewriteEngine On
        RewriteRule "^/old$" "https://www.example.com/my\\%20page" [R=301,NE]

    Silent on (a capture)::

        RewriteEngine On
        RewriteCond "%{QUERY_STRING}" "^(.)=(.)$"
        RewriteRule "^/old$" "https://www.example.com/%20" [R=301]

    Source: do_expand (mod_rewrite.c); tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        set_by_flags = (flag for flag in one.rule.flags if flag.startswith(("e=", "env=", "co=", "cookie=")))
        text = " ".join((one.rule.substitution, *set_by_flags))
        if "%" not in text:
            continue
        for found in re.finditer(r"(?<!\\)%([1-9])[0-9A-Fa-f]", text):
            if any(holds(condition, int(found[1])) for condition in sources(one)):
                continue
            yield Found(
                one.node.place,
                f'"{found[0][:2]}" of "{found[0]}" is a capture of a RewriteCond, and empty: only "{found[0][2]}" '
                "remains",
                help=f'Write "\\{found[0]}", and add NE to the flags of a redirect.',
            )
            break
