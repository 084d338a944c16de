"""Access rules that ask for a variable which nothing sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import words

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_ENV = "https://httpd.apache.org/docs/2.4/mod/mod_authz_core.html#reqenv"
_EARLY = (
    "setenvif", "setenvifnocase", "setenvifexpr", "browsermatch", "browsermatchnocase", "rewriterule", "luascope",
    "luahookaccesschecker", "luahooktranslatename", "luahookfixups", "luahookauthchecker",
)  # fmt: skip
_LATE = ("setenv", "passenv")
_BEFORE = {"browsermatch": 1, "browsermatchnocase": 1, "setenvifexpr": 1, "luascope": 0}
"""How many words of a line stand before the variables that it sets; two of others."""
_OWN = re.compile(r"(?:SSL_|HTTPS$|REDIRECT_|AUTHENTICATE_|AUTHORIZE_|UNIQUE_ID$|HTTP2?$|H2)", re.I)
"""Variables that modules of httpd set by themselves."""


@rule("AC053", "variable-never-set", "error", references=(_ENV,))
def variable_never_set(context: Context) -> Iterator[Found]:
    """An access rule asks for a variable that nothing sets before it is asked: it never holds.

    `Require env NAME` and `Allow from env=NAME` then let nobody in. `Require not env NAME` and `Deny from env=NAME`
    keep nobody out. SetEnv and PassEnv set a variable after the access rules have been asked; SetEnvIf, BrowserMatch
    and a RewriteRule of a server do so before.

    The rule is silent about a part of a configuration, where .htaccess files may set variables, and if a module is
    loaded that is not httpd's.

    Set the variable with SetEnvIf.

    Fires on::

        Listen 80
        SetEnv inside 1
        <Location "/admin">
            Require env inside
        </Location>

    Fires on (the names differ)::

        Listen 80
        SetEnvIf User-Agent "BadBot" bad_bot
        <Location "/">
            <RequireAll>
                Require all granted
                Require not env badbot
            </RequireAll>
        </Location>

    Write instead::

        Listen 80
        SetEnvIf Remote_Addr "^10\\." inside
        <Location "/admin">
            Require env inside
        </Location>

    Silent on (a rule sets it)::

        Listen 80
        RewriteEngine On
        RewriteRule "^/admin" "-" [E=inside:1]
        <Location "/admin">
            Require env inside
        </Location>

    Source: env_check_authorization (mod_authz_core.c), find_allowdeny (mod_access_compat.c), mod_env.c; tested on
    httpd 2.4.71.
    """
    configuration = context.configuration
    asked = list(_asked(context))
    if not asked or not configuration.whole or strangers(configuration):
        return
    if any(
        word.lower() in ("all", "fileinfo", "setenvif", "rewriterule")
        for node in configuration.find("allowoverride", "allowoverridelist")
        for word in node.words
    ):
        return
    early = {
        name
        for node in configuration.find(*_EARLY)
        for word in node.words[_BEFORE.get(node.key, 2) :]
        for name in re.findall(r"[\w-]+", word.lower())
    }
    late = {node.words[0].lower(): node for node in configuration.find(*_LATE) if node.words}
    for node, name, keeps_out in asked:
        if name.lower() in early or _OWN.match(name) is not None or re.fullmatch(r"[\w-]+", name) is None:
            continue
        setter = late.get(name.lower())
        effect = "keeps nobody out" if keeps_out else "lets nobody in"
        yield Found(
            node.place,
            f'this line {effect}: nothing sets "{name}"' + ("" if setter is None else " before it is asked for"),
            related=() if setter is None else (Related(setter.place, "this line comes later"),),
            help="Set the variable with SetEnvIf.",
        )


def _asked(context: Context) -> Iterator[tuple[Node, str, bool]]:
    """The access lines about variables, each with a variable's name and whether it is to keep clients out."""
    for node in context.configuration.find("require"):
        if not node.certain or len(node.words) < 2:
            continue
        found = node.words
        negated = found[0].lower() == "not"
        if [word.lower() for word in found[negated : negated + 1]] == ["env"] and len(found) == negated + 2:
            inside = node.inside("<requirenone") is not None
            yield node, found[-1], negated is not inside
    for node in context.configuration.find("allow", "deny"):
        names = words(node)[1:]
        if node.certain and len(names) == 1 and names[0].startswith("env=") and not names[0].startswith("env=!"):
            yield node, node.words[-1][4:], node.key == "deny"
