"""Published vulnerabilities of httpd that a line of the configuration opens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Severity
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.builds import on_build
from hpatch.lint.rules._shared.effective import in_server, is_on, number, of_mapping, server_of
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SECURITY = "https://httpd.apache.org/security/vulnerabilities_24.html"
_FIELD_SIZE = 8190
"""LimitRequestFieldSize where nothing is set, in bytes."""


class _Known(NamedTuple):
    """A vulnerability: the directives that open it, and the lines that do. The table of releases has its bounds."""

    name: str
    what: str
    severity: Severity
    keys: tuple[str, ...]
    lines: Callable[[Context], Iterator[Node]]
    came: str = ""

    def open_in(self, context: Context) -> bool:
        """Whether httpd's version has it. `came` names the first release that does; without it, all of 2.4 does."""
        return context.before(self.name) and not (self.came and context.before(self.came))


def _forward_proxy(context: Context) -> Iterator[Node]:
    sockets = any(target.socket is not None for targets in context.targets.values() for target in targets)
    for node in context.configuration.find("proxyrequests"):
        if sockets and is_on(node):
            yield node


def _handlers_by_type(context: Context) -> Iterator[Node]:
    for node in context.configuration.find("addtype", "forcetype"):
        if "".join(node.words[:1]).lower().startswith("application/x-httpd-"):
            yield node


def _client_authorities(context: Context) -> Iterator[Node]:
    """The lines of virtual hosts that want certificates of other authorities than another one does."""
    asked: dict[tuple[str, ...], Node] = {}
    for host in context.configuration.find("<virtualhost"):
        verify = in_server(context, "sslverifyclient", host)
        if verify is None or "".join(verify.words[:1]).lower() not in ("require", "optional"):
            continue
        if not is_on(in_server(context, "sslengine", host)):
            continue
        if is_on(in_server(context, "sslstrictsnivhostcheck", host)):
            continue
        lines = [in_server(context, key, host) for key in ("sslcacertificatefile", "sslcacertificatepath")]
        named = [line for line in lines if line is not None]
        if named:
            asked.setdefault(tuple(line.args for line in named), named[0])
    if len(asked) > 1:
        yield list(asked.values())[1]


def _preserving_http2(context: Context) -> Iterator[Node]:
    seen: set[int] = set()
    for mapping in context.mappings:
        if mapping.target is None or mapping.target.scheme not in ("h2", "h2c"):
            continue
        line = of_mapping(context, "proxypreservehost", mapping)
        if line is not None and is_on(line) and id(line) not in seen:
            seen.add(id(line))
            yield line


def _expression_conditions(context: Context) -> Iterator[Node]:
    for one in rewrites(context):
        for node, condition in one.conditions:
            if condition.test.lower() == "expr":
                yield node


def _looked_ahead(context: Context) -> Iterator[Node]:
    for one in rewrites(context):
        for node in (*(line for line, _ in one.conditions), one.node):
            if re.search(r"%\{LA-[UF]:HTTP:", node.args, re.IGNORECASE):
                yield node


def _cookie_removed_in_places(context: Context) -> Iterator[Node]:
    for node in context.configuration.find("sessioncookieremove"):
        if is_on(node) and node.parent is not None and node.parent.key != "<virtualhost" and context.mappings:
            yield node


def _folders_by_name(context: Context) -> Iterator[Node]:
    for node in context.configuration.find("virtualdocumentroot", "virtualscriptalias"):
        size = number(in_server(context, "limitrequestfieldsize", server_of(node)), _FIELD_SIZE)
        if re.search(r"%[-0-9]", node.args.replace("%%", "")) and size is not None and size > _FIELD_SIZE:
            yield node


_KNOWN = (
    _Known(
        name="CVE-2021-44224",
        came="CVE-2021-44224-came",
        what="a client of the forward proxy reaches the Unix sockets of backends",
        severity="error",
        keys=("proxyrequests",),
        lines=_forward_proxy,
    ),
    _Known(
        name="CVE-2024-40725",
        came="CVE-2024-40725-came",
        what="scripts are sent as text in some cases, if AddType names their handler",
        severity="error",
        keys=("addtype", "forcetype"),
        lines=_handlers_by_type,
    ),
    _Known(
        name="CVE-2025-23048",
        came="CVE-2025-23048-came",
        what="a client whose certificate one virtual host accepts may get into another one",
        severity="error",
        keys=("sslverifyclient",),
        lines=_client_authorities,
    ),
    _Known(
        name="CVE-2025-49630",
        came="CVE-2025-49630-came",
        what="a client makes httpd's process end",
        severity="warning",
        keys=("proxypreservehost",),
        lines=_preserving_http2,
    ),
    _Known(
        name="CVE-2025-54090",
        came="CVE-2025-54090-came",
        what="the condition always holds",
        severity="error",
        keys=("rewritecond",),
        lines=_expression_conditions,
    ),
    _Known(
        name="CVE-2026-56154",
        what="httpd uses memory that it has given back",
        severity="warning",
        keys=("rewritecond", "rewriterule"),
        lines=_looked_ahead,
    ),
    _Known(
        name="CVE-2026-47360",
        what="the session's cookie may reach a backend",
        severity="warning",
        keys=("sessioncookieremove",),
        lines=_cookie_removed_in_places,
    ),
    _Known(
        name="CVE-2026-63292",
        what="a long Host header overruns a buffer",
        severity="error",
        keys=("virtualdocumentroot", "virtualscriptalias"),
        lines=_folders_by_name,
    ),
)


@rule("AC042", "published-vulnerability", "error", confidence="medium", references=(_SECURITY,))
def published_vulnerability(context: Context) -> Iterator[Found]:
    """This line opens a published vulnerability of this version of httpd.

    The rule knows vulnerabilities that depend on the configuration:

    - CVE-2021-44224 (2.4.7 to 2.4.51): `ProxyRequests On` in a configuration with Unix sockets
    - CVE-2024-40725, CVE-2024-39884 (2.4.60 and 2.4.61): AddType with `application/x-httpd-…`
    - CVE-2025-23048 (2.4.35 to 2.4.63): virtual hosts that trust the client certificates of different authorities,
      without SSLStrictSNIVHostCheck
    - CVE-2025-49630 (2.4.26 to 2.4.63): ProxyPreserveHost with an HTTP/2 backend; a warning
    - CVE-2025-54090 (2.4.64): `RewriteCond expr`
    - CVE-2026-56154 (to 2.4.68): `%{LA-U:HTTP:…}` in mod_rewrite; a warning
    - CVE-2026-47360 (to 2.4.68): SessionCookieRemove in a section; a warning
    - CVE-2026-63292 (to 2.4.68): VirtualDocumentRoot by name with a LimitRequestFieldSize above 8190

    A distribution's build may contain a fix that its version does not show; its security tracker tells. If hpatch knows
    that httpd is one, and nothing tells whether it has the fix, the finding is an info. The rule is silent if httpd's
    version is not known.

    Run a release that has the fix.

    Fires on::

        # options: --httpd-version 2.4.64
        RewriteEngine On
        RewriteCond expr "%{REMOTE_ADDR} == '10.0.0.1'"
        RewriteRule "^/intern" "-" [L]

    Fires on (a handler by its type)::

        # options: --httpd-version 2.4.61
        AddType application/x-httpd-php .php

    Write instead::

        # options: --httpd-version 2.4.65
        RewriteEngine On
        RewriteCond expr "%{REMOTE_ADDR} == '10.0.0.1'"
        RewriteRule "^/intern" "-" [L]

    Silent on (a handler by name)::

        # options: --httpd-version 2.4.61
        AddHandler application/x-httpd-php .php

    Source: https://httpd.apache.org/security/vulnerabilities_24.html, and CHANGES of the releases that have the fixes.
    """
    if context.version is None:
        return
    by_key = context.configuration.by_key
    for known in _KNOWN:
        if not any(key in by_key for key in known.keys) or not known.open_in(context):
            continue
        for node in known.lines(context):
            found = Found(
                node.place,
                f"httpd {context.version} is affected by {known.name}: {known.what}",
                help="Run a later release. A distribution's build may have the fix under an older version number: "
                "look it up in its security tracker.",
                severity=known.severity,
            )
            there = on_build(context, known.name, found)
            if there is not None:
                yield there
