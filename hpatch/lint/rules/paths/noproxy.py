"""The variable `no-proxy`, which must be set before mod_proxy is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_LATE = ("setenv", "passenv")
_EARLY = ("setenvif", "setenvifnocase", "setenvifexpr", "browsermatch", "browsermatchnocase")


@rule(
    "MP040",
    "no-proxy-too-late",
    "error",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass",),
)
def no_proxy_too_late(context: Context) -> Iterator[Found]:
    """`no-proxy` is set too late: the request is proxied all the same.

    mod_proxy looks at the variable when it maps the path. SetEnv and PassEnv set variables after that, and so do
    SetEnvIf and BrowserMatch in a section. In a server, SetEnvIf and BrowserMatch are early enough.

    The rule is silent where nothing is proxied by ProxyPass.

    Use SetEnvIf outside of sections, or `ProxyPass ... !`.

    Fires on::

        SetEnv no-proxy 1
        ProxyPass "/" "http://127.0.0.1:8000/"

    Fires on (in a section)::

        ProxyPass "/" "http://127.0.0.1:8000/"
        <Location "/static">
            SetEnvIf Request_Method GET no-proxy
        </Location>

    Write instead::

        SetEnvIf Request_URI "^/static" no-proxy
        ProxyPass "/" "http://127.0.0.1:8000/"

    Silent on (another variable)::

        SetEnv proxy-nokeepalive 1
        ProxyPass "/" "http://127.0.0.1:8000/"

    Source: `proxy_trans` (mod_proxy.c) runs in translate_name, `fixup_env_module` (mod_env.c) in the fixups,
    `match_headers` (mod_setenvif.c) in post_read_request and, for sections, in header_parser; tested on httpd 2.4.71.
    """
    if not context.passes:
        return
    for node in context.configuration.find(*_LATE, *_EARLY):
        if "no-proxy" not in node.args:
            continue
        inside = node.parent is not None and node.parent.key != "<virtualhost"
        words = node.words[:1] if node.key == "setenv" else node.words
        names = [word.partition("=")[0] for word in words]
        if "no-proxy" in names and (node.key in _LATE or inside):
            where = " in a section" if node.key in _EARLY else ""
            yield Found(
                node.place,
                f'"{node.name}"{where} sets "no-proxy" after mod_proxy has taken the request',
                help='Use SetEnvIf outside of sections, or ProxyPass with "!".',
            )
