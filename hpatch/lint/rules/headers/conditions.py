"""Conditions that look at a header or an attribute which no request has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_SETENVIF = "https://httpd.apache.org/docs/2.4/mod/mod_setenvif.html#setenvif"
_ATTRIBUTES = ("Remote_Addr", "Remote_Host", "Server_Addr", "Request_Method", "Request_Protocol", "Request_URI")
_LATER = {
    "query_string": None, "remote_user": None, "remote_port": None, "server_name": "Host", "server_port": None,
    "server_protocol": "Request_Protocol", "script_name": "Request_URI", "path_info": "Request_URI",
    "request_scheme": None, "the_request": None, "auth_type": None, "content_type": "Content-Type", "https": None,
    "request_filename": None, "script_filename": None, "document_root": None,
}  # fmt: skip
"""Variables of CGI and mod_rewrite that httpd fills only when mod_setenvif has run; what to write instead of some."""
_SETTING = (
    "setenvif", "setenvifnocase", "setenvifexpr", "browsermatch", "browsermatchnocase", "rewriterule",
    "luahookpostreadrequest", "luahooktranslatename",
)  # fmt: skip
_AT_SECOND = ("setenvifexpr", "browsermatch", "browsermatchnocase")
"""Directives whose first variable is their second word."""


@rule("HD025", "setenvif-unknown-name", "error", references=(_SETENVIF,))
def setenvif_unknown_name(context: Context) -> Iterator[Found]:
    """SetEnvIf looks for a header of this name, which no request has: it always compares an empty text.

    SetEnvIf knows the client's headers by their own names, such as `User-Agent`, and six attributes: Remote_Addr,
    Remote_Host, Server_Addr, Request_Method, Request_Protocol and Request_URI. `RemoteAddr`, and the variables of CGI
    and mod_rewrite such as `HTTP_USER_AGENT`, `QUERY_STRING` and `HTTPS`, are names of no header. The variable is never
    set, or always if the pattern matches an empty text.

    The rule is silent if another line sets a variable of this name, and if a module is loaded that is not httpd's.

    Write the attribute's or the header's name, or use SetEnvIfExpr.

    Fires on::

        SetEnvIf RemoteAddr "^10\\." inside

    Fires on (a variable of CGI)::

        SetEnvIf HTTP_X_FORWARDED_PROTO "https" HTTPS=on

    Write instead::

        SetEnvIf Remote_Addr "^10\\." inside
        SetEnvIf X-Forwarded-Proto "https" HTTPS=on

    Silent on (another line sets it)::

        SetEnvIf X-Forwarded-Proto "^https$" HTTPS=on
        SetEnvIf HTTPS "^on$" secure

    Source: add_setenvif_core and match_headers (mod_setenvif.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    found = []
    for node in configuration.find("setenvif", "setenvifnocase"):
        instead = _instead(node.words[0]) if node.words else None
        if instead is not None:
            found.append((node, instead))
    if not found or strangers(configuration):
        return
    known = {
        name
        for one in configuration.find(*_SETTING)
        for word in one.words[1 if one.key in _AT_SECOND else 2 :]
        for name in re.findall(r"[\w-]+", word.lower())
    }
    for node, instead in found:
        name = node.words[0]
        if name.lower() in known:
            continue
        yield Found(
            node.word_place(0),
            f'no request has a header "{name}": SetEnvIf compares an empty text',
            help=f"Write {instead}." if instead else "Use SetEnvIfExpr with the variable.",
            node=node,
        )


def _instead(name: str) -> str | None:
    """What is meant by a name that no request has, empty if SetEnvIf cannot tell it; None for other names."""
    key = name.lower()
    if key in _LATER:
        return _LATER[key] or ""
    plain = re.sub(r"[_-]", "", key)
    for attribute in _ATTRIBUTES:
        if plain == attribute.replace("_", "").lower():
            return attribute if key != attribute.lower() else None
    header = re.fullmatch(r"http_([a-z0-9_]+)", key)
    if header is None:
        return None
    return "-".join(part.capitalize() for part in header[1].split("_"))
