"""Passwords that nobody is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import path, speaks
from hpatch.lint.rules._shared.effective import may_lack, server_of
from hpatch.lint.rules._shared.prefixes import Prefixes

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_HOWTO = "https://httpd.apache.org/docs/2.4/howto/auth.html"
_TYPES = frozenset(("basic", "digest"))
_ADDRESSES = frozenset(("all", "ip", "host", "forward-dns", "local", "method", "ssl", "not"))
"""Providers of Require that ask for no password."""


@rule("AC049", "login-never-asked", "error", references=(_HOWTO,))
def login_never_asked(context: Context) -> Iterator[Found]:
    """The section says how to log in, but no Require asks for it: the page is open, or httpd answers with 500.

    AuthType, AuthName and AuthUserFile say how httpd learns who the client is. Only a Require makes it ask. Where
    another section says `Require all granted`, as for a DocumentRoot, everybody gets in without a password. Where none
    does, as for a proxied path, httpd answers with 500 (AH01627).

    The rule reports sections with AuthType and AuthName. It is silent if a Require in a section inside or around this
    one may ask for a user, and about .htaccess files and where they may have such lines.

    Add `Require valid-user`.

    Fires on::

        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/etc/apache2/users"
        </Location>

    Write instead::

        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
        </Location>

    Silent on (a section inside asks)::

        <Location "/">
            AuthType Basic
            AuthName "Members"
            AuthUserFile "/etc/apache2/users"
        </Location>
        <Location "/admin">
            Require user alice
        </Location>

    Source: authorize_user_core (mod_authz_core.c); both answers seen on httpd 2.4.71.
    """
    configuration = context.configuration
    found = [node for node in configuration.find("authtype") if _kind(node) in _TYPES and node.certain]
    if not found or strangers(configuration) or _by_htaccess(context):
        return
    for node in found:
        section = node.parent
        if section is None or section.key not in ("<location", "<directory") or _in_htaccess(node):
            continue
        if not any(one.key == "authname" for one in section.children or ()):
            continue  # a part of a login, which another section may complete
        if not section.words or speaks(section) or may_lack(context, node) or _asked(context, section):
            continue
        yield Found(
            node.place,
            f'no Require asks for the password: "{section.words[0]}" is open, or answers with 500',
            help="Add Require valid-user to the section.",
        )


def _kind(node: Node) -> str:
    return node.words[0].lower() if node.words else ""


def _in_htaccess(node: Node) -> bool:
    return node.frame.name.endswith(".htaccess")


def _by_htaccess(context: Context) -> bool:
    return any(
        word.lower() in ("all", "authconfig", "require")
        for node in context.configuration.find("allowoverride", "allowoverridelist")
        for word in node.words
    )


def _asked(context: Context, section: Node) -> bool:
    """Whether a section with a Require that may ask for a user may hold for one of this section's requests."""
    asking = _asking(context)
    host, where = server_of(section), path(section)
    for server in asking if host is None else (None, host):
        found = asking.get(server)
        if found is not None and (where is None or found.anywhere or found.paths.around(where)):
            return True
    return False


class _Asking:
    """The sections of a server that may ask for a user: those with a plain path, and whether there are others."""

    __slots__ = ("anywhere", "paths")

    def __init__(self, sections: list[Node]) -> None:
        found = [(path(one), one) for one in sections]
        self.anywhere = any(where is None for where, _ in found)
        self.paths = Prefixes((where, one) for where, one in found if where is not None)


@lru_cache(maxsize=1)
def _asking(context: Context) -> dict[Node | None, _Asking]:
    """Those of each server that has one; a section in a section counts as both."""
    found: dict[Node | None, dict[Node, None]] = {}
    for node in context.configuration.find("require"):
        if node.words and node.words[0].lower() not in _ADDRESSES:
            around = (one for one in node.ancestors() if one.key != "<virtualhost" and one.key[:8] != "<require")
            found.setdefault(server_of(node), {}).update(dict.fromkeys(around))
    return {server: _Asking(list(sections)) for server, sections in found.items()}
