"""Passwords that nobody is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import below, path, speaks
from hpatch.lint.rules._shared.effective import may_lack, server_of

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
    asking = _asking(context)
    for node in found:
        section = node.parent
        if section is None or section.key not in ("<location", "<directory") or _in_htaccess(node):
            continue
        if not any(one.key == "authname" for one in section.children or ()):
            continue  # a part of a login, which another section may complete
        if (
            not section.words
            or speaks(section)
            or may_lack(context, node)
            or any(_near(section, one) for one in asking)
        ):
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


def _asking(context: Context) -> list[Node]:
    """The sections with a Require that may ask for a user; a section in a section, both."""
    found: dict[Node, None] = {}
    for node in context.configuration.find("require"):
        if node.words and node.words[0].lower() not in _ADDRESSES:
            found.update(dict.fromkeys(one for one in node.ancestors() if not one.key.startswith("<require")))
    return [one for one in found if one.key != "<virtualhost"]


def _near(section: Node, other: Node) -> bool:
    """Whether both may hold for one request."""
    here, there = server_of(section), server_of(other)
    if here is not there and here is not None and there is not None:
        return False
    one, two = path(section), path(other)
    return one is None or two is None or below(one, two) or below(two, one)
