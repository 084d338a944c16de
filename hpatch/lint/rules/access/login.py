"""Sections that ask for a user without saying how: every request is answered with 500."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.loaded import httpd_only

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_HOWTO = "https://httpd.apache.org/docs/2.4/howto/auth.html"
_USERS = frozenset(
    ("valid-user", "user", "group", "ldap-user", "ldap-group", "ldap-dn", "ldap-attribute", "ldap-filter")
)
_TYPES = frozenset(("basic", "digest", "form"))
_BY_CODE = (
    "authbasicfake", "authnzfcgicheckauthnprovider", "authnzfcgidefineprovider", "luahookauthchecker",
    "luahookcheckuserid", "perlauthenhandler",
)  # fmt: skip
"""Directives that settle who the client is in another way."""


@rule("AC045", "login-incomplete", "error", references=(_HOWTO,))
def login_incomplete(context: Context) -> Iterator[Found]:
    """A user is asked for, but a line that says how is missing: httpd answers with 500, and no user gets in.

    `httpd -t` says "Syntax OK". Without AuthType, the log has AH00027, "Authentication not configured?"; without
    AuthName AH01615 or AH01780; without AuthUserFile AH01619, after the client has sent a password; without AuthLDAPURL
    AH02558.

    The rule looks for the missing line in the whole virtual host and in the main server. It is silent about a part of
    a configuration (no Listen line), about .htaccess files and where they may have such lines, and if a module is
    loaded that is not httpd's.

    Add the missing line to the section.

    Fires on::

        Listen 80
        <Location "/admin">
            Require valid-user
        </Location>

    Fires on (no AuthName)::

        Listen 80
        <Location "/admin">
            AuthType Basic
            AuthUserFile "/etc/apache2/users"
            Require valid-user
        </Location>

    Fires on (no AuthUserFile)::

        Listen 80
        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            Require valid-user
        </Location>

    Write instead::

        Listen 80
        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
        </Location>

    Silent on (the outer section has it)::

        Listen 80
        <Location "/">
            AuthType Basic
            AuthName "Members"
            AuthUserFile "/etc/apache2/users"
        </Location>
        <Location "/admin">
            Require user alice
        </Location>

    Source: authenticate_no_user (mod_authn_core.c), authenticate_basic_user (mod_auth_basic.c), check_password
    (mod_authn_file.c), authn_ldap_check_password (mod_authnz_ldap.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not {"listen", "require"} <= configuration.by_key.keys() or not configuration.whole:
        return
    if strangers(configuration) or configuration.find(*_BY_CODE) or _by_htaccess(context):
        return
    there = {key: set(map(server_of, configuration.find(key))) for key in ("authtype", "authname", "authuserfile")}
    there["authldapurl"] = set(map(server_of, configuration.find("authldapurl")))
    providers: dict[Node | None, list[Node]] = {}
    for node in configuration.find("authbasicprovider"):
        providers.setdefault(server_of(node), []).append(node)
    asked = set()
    required = context.written("require").lower()
    for node in configuration.by_key["require"] if any(user in required for user in _USERS) else ():
        if node.words and node.words[0].lower() in _USERS and node.certain and not _in_htaccess(node):
            asked.add(server_of(node))
            if not _has(there["authtype"], server_of(node), everywhere=configuration.find("authtype")):
                yield Found(
                    node.place,
                    f'no AuthType says how "Require {node.words[0]}" learns who the client is: httpd answers with 500',
                    help="Add AuthType, AuthName and where the users stand to this section.",
                    node=node,
                )
    for node in configuration.find("authtype"):
        host = server_of(node)
        kind = node.words[0].lower() if node.words else ""
        if not node.certain or _in_htaccess(node) or "$" in kind or not _has(asked, host, everywhere=asked):
            continue
        if kind not in _TYPES:
            if kind != "none" and httpd_only(configuration):
                yield Found(
                    node.place,
                    f'no module that is loaded knows the AuthType "{node.words[0]}": httpd answers with 500',
                    help="Write Basic, Digest or Form, or load the module that has this type.",
                )
            continue
        missing = _missing(kind, host, there, [*providers.get(host, ()), *(providers.get(None, ()) if host else ())])
        if missing is not None:
            yield Found(
                node.place,
                f"AuthType {node.words[0]} needs {missing}, and none holds here: httpd answers with 500",
                help=f"Add {missing} to this section.",
            )


def _missing(kind: str, host: Node | None, there: dict[str, set[Node | None]], providers: list[Node]) -> str | None:
    """The first directive that an AuthType needs and that is nowhere."""
    if not _has(there["authname"], host, everywhere=there["authname"]):
        return "AuthName"
    if kind != "basic":
        return None
    named = {word.lower() for node in providers for word in node.words}
    if named <= {"file"} and not _has(there["authuserfile"], host, everywhere=there["authuserfile"]):
        return "AuthUserFile"
    if named == {"ldap"} and not _has(there["authldapurl"], host, everywhere=there["authldapurl"]):
        return "AuthLDAPURL"
    return None


def _has(servers: set[Node | None], host: Node | None, *, everywhere: object) -> bool:
    """Whether a virtual host has a line, itself or from the main server; whether any has one, for the main server."""
    return bool(everywhere) if host is None else None in servers or host in servers


def _in_htaccess(node: Node) -> bool:
    return node.frame.name.endswith(".htaccess")


def _by_htaccess(context: Context) -> bool:
    """Whether .htaccess files may have the lines that seem to be missing."""
    for node in context.configuration.find("allowoverride", "allowoverridelist"):
        if any(word.lower() == "all" or word.lower().startswith("auth") for word in node.words):
            return True
    return False
