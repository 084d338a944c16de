"""Conditions of mod_rewrite that hold for other requests than they are meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.effective import is_on, server_of
from hpatch.lint.rules._shared.fronted import in_front
from hpatch.lint.rules._shared.rewriting import rewrites

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.rewriting import Rewrite
    from hpatch.proxy.rewrite import RewriteCond

_COND = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritecond"
_EXACTLY = (
    r"(?i)(?:%\{HTTP:Connection\}|\b(?:req|http)\(\s*['\"]Connection['\"]\s*\))\s*"
    r"(?:(?:==|=|-eq|-strcmatch|-strmatch)\s*['\"]Upgrade['\"]|=~\s*m?[/#|]\^Upgrade)"
)
_CONNECTION = r"%\{(?:HTTP:Connection|HTTP_CONNECTION)\}"


@rule("RW015", "websocket-connection-exact", "warning", references=(_COND, "RFC 9110, 7.6.1"), fix="unsafe")
def websocket_connection_exact(context: Context) -> Iterator[Found]:
    """The condition wants the Connection header to be `Upgrade` and nothing else, but it is a list.

    Firefox sends `Connection: keep-alive, Upgrade`. The condition does not hold then, and the request for a websocket
    goes to the page's backend.

    The rule is silent where `[OR]` makes a condition for the Upgrade header enough.

    Take the anchors away: `Upgrade [NC]`, or `\\bUpgrade\\b`.

    Fires on::

        RewriteEngine On
        RewriteCond "%{HTTP:Connection}" "^Upgrade$" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Fires on (compared as a text)::

        RewriteEngine On
        RewriteCond "%{HTTP:Connection}" "=Upgrade"
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Write instead::

        RewriteEngine On
        RewriteCond "%{HTTP:Connection}" "Upgrade" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Silent on (the Upgrade header is one word)::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "^websocket$" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Source: RFC 9110, 7.6.1 (Connection is a list); tested on httpd 2.4.71.
    """
    for section in context.configuration.find("<if", "<elseif"):
        if re.search(_EXACTLY, section.argument) is not None:
            yield _exact(section, section.argument)
    if "rewritecond" not in context.configuration.by_key:
        return
    for one in rewrites(context):
        for (node, condition), enough in zip(one.conditions, _enough_by_upgrade(one.conditions), strict=True):
            if enough:
                continue
            if condition.test.lower() == "expr":
                if re.search(_EXACTLY, condition.pattern) is not None:
                    yield _exact(node, condition.pattern)
                continue
            if re.fullmatch(_CONNECTION, condition.test, re.IGNORECASE) is None:
                continue
            if re.match(r"(?:\^|=)\(?Upgrade", condition.pattern, re.IGNORECASE) is not None:
                yield Found(
                    node.word_place(1),
                    f'"{condition.pattern}" does not match "Connection: keep-alive, Upgrade", which Firefox sends',
                    help='Write "Upgrade" [NC].',
                    fix=edits.fix('write "Upgrade" [NC]', _anywhere(node)),
                )


def _enough_by_upgrade(conditions: Sequence[tuple[Node, RewriteCond]]) -> list[bool]:
    """Of each condition: whether it or one beside it, of which `[OR]` makes one enough, looks at the Upgrade header."""
    found: list[bool] = []
    alternatives: list[bool] = []
    for _, condition in conditions:
        alternatives.append(re.fullmatch(r"%\{HTTP[:_]Upgrade\}", condition.test, re.IGNORECASE) is not None)
        if not {"or", "ornext"} & set(condition.flags):
            found += [any(alternatives)] * len(alternatives)
            alternatives = []
    return found + [any(alternatives)] * len(alternatives)


def _anywhere(node: Node) -> edits.Edits:
    pattern = edits.word(node, 1, "Upgrade")
    if len(node.words) > 2 and "nc" in node.words[2].lower().strip("[]").split(","):
        return pattern
    return edits.both(pattern, edits.flags(node, add="NC"))


def _exact(node: Node, text: str) -> Found:
    return Found(
        node.place,
        f'"{text}" does not hold for "Connection: keep-alive, Upgrade", which Firefox sends',
        help="Write %{HTTP:Connection} =~ /Upgrade/i.",
    )


@rule("RW016", "https-redirect-loop", "warning", confidence="medium", references=(_COND,))
def https_redirect_loop(context: Context) -> Iterator[Found]:
    """The redirect to https never ends: TLS ends before httpd, so that `%{HTTPS}` is always `off`.

    The same holds for `%{SERVER_PORT}` and `%{REQUEST_SCHEME}`. The virtual host reads what a proxy in front says of
    the client (mod_remoteip, X-Forwarded-Proto). The client has come by https already, and comes again by https after
    each redirect.

    The rule is silent if a condition looks at X-Forwarded-Proto, if the host answers at port 443 too, and if nothing
    says that a proxy is in front.

    Look at the header: `RewriteCond "%{HTTP:X-Forwarded-Proto}" "!=https"`.

    Fires on::

        <VirtualHost "*:80">
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxy 10.0.0.2
            RewriteEngine On
            RewriteCond "%{HTTPS}" "off"
            RewriteRule "^" "https://shop.example%{REQUEST_URI}" [R=301,L]
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Write instead::

        <VirtualHost "*:80">
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxy 10.0.0.2
            RewriteEngine On
            RewriteCond "%{HTTP:X-Forwarded-Proto}" "!=https"
            RewriteRule "^" "https://shop.example%{REQUEST_URI}" [R=301,L]
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Silent on (httpd itself answers by https)::

        <VirtualHost "*:80">
            RemoteIPHeader X-Forwarded-For
            RemoteIPInternalProxy 10.0.0.2
            RewriteEngine On
            RewriteCond "%{HTTPS}" "off"
            RewriteRule "^" "https://shop.example%{REQUEST_URI}" [R=301,L]
        </VirtualHost>
        <VirtualHost "*:443">
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Source: the HTTPS variable in the RewriteCond documentation; tested on httpd 2.4.71.
    """
    if "rewritecond" not in context.configuration.by_key:
        return
    for one in rewrites(context):
        if (
            not one.in_server
            or not one.rule.has("r", "redirect")
            or not one.rule.substitution.lower().startswith("https:")
        ):
            continue
        tests = [condition.test.upper() for _, condition in one.conditions]
        if any("FORWARDED" in test or "%{ENV:" in test or test == "EXPR" for test in tests):
            continue
        plain = [condition for _, condition in one.conditions if condition.test.upper() in _WITHOUT_TLS]
        if not plain or not all(_holds(one, _WITHOUT_TLS[one.test.upper()]) for one in plain):
            continue
        host = server_of(one.node)
        behind = in_front(context, host)
        if behind is None or _has_tls(context, host) or not _for_every_path(one):
            continue
        yield Found(
            one.node.place,
            "this redirect never ends: TLS ends before httpd, so that HTTPS is always off",
            related=(Related(behind.place, "a proxy is in front"),),
            help='Use RewriteCond "%{HTTP:X-Forwarded-Proto}" "!=https".',
        )


_WITHOUT_TLS = {"%{HTTPS}": "off", "%{SERVER_PORT}": "80", "%{REQUEST_SCHEME}": "http"}
"""What httpd says of a request that came to it without TLS."""


def _holds(condition: RewriteCond, text: str) -> bool:
    """Whether a condition holds for a text, as far as that is plain."""
    pattern = condition.pattern.removeprefix("!")
    if pattern.startswith("="):
        found = pattern[1:].strip('"').lower() == text
    else:
        try:
            found = re.search(pattern, text, re.IGNORECASE) is not None
        except (re.error, RecursionError, OverflowError):
            return False
    return found is not condition.pattern.startswith("!")


def _has_tls(context: Context, host: Node | None) -> bool:
    """Whether httpd itself may answer by https."""
    if any(is_on(line) for line in context.configuration.find("sslengine")):
        return True
    if any(
        "https" in line.args.lower() or ":443" in line.args or line.args.strip() == "443"
        for line in context.configuration.find("listen")
    ):
        return True
    return any(
        word.rpartition(":")[2] == "443" for one in context.configuration.find("<virtualhost") for word in one.words
    )


def _for_every_path(one: Rewrite) -> bool:
    return re.fullmatch(r"\^?(?:/\??)?(?:\(?\.\*\)?|)\$?", one.rule.pattern) is not None
