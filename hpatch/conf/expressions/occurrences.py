"""Where expressions stand: the directives and arguments that httpd reads as ap_expr.

Each function of `_READERS` reads one family of directives as its module does. Which directives there are, since when,
comes from the calls of `ap_expr_parse_cmd` and `ap_expr_parse` in the sources of every tag from 2.4.0 to 2.4.62. Each
was tried on 2.4.71.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hpatch.conf import words
from hpatch.facts import versions
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.versions import Version


class Occurrence(NamedTuple):
    """An expression where it stands: `text` as httpd hands it to its parser.

    `string` is whether it is a string with variables, not a condition. `word` is the index of the directive's word that
    holds it; None if it is the end of the line, from there on unsplit. `cut` is how much of the word stands before it
    (`expr=`). `since` is the first release that reads an expression there, None for all of 2.4. `restricted` is whether
    it may not look at files. `rewritten` is whether httpd made the text from another one.
    """

    node: Node
    text: str
    string: bool
    word: int | None = None
    cut: int = 0
    since: Version | None = None
    restricted: bool = False
    rewritten: bool = False


def find(configuration: Configuration) -> Iterator[Occurrence]:
    """All expressions of a configuration, directive by directive. Those that a version does not read are left out."""
    for key, reader in _READERS.items():
        for node in configuration.by_key.get(key, ()):
            for one in reader(node):
                if one.since is None or configuration.version is None or configuration.version >= one.since:
                    yield one


def of(node: Node) -> Iterator[Occurrence]:
    """The expressions of one directive, as the newest release reads it."""
    reader = _READERS.get(node.key)
    return iter(()) if reader is None else reader(node)


def _condition(index: int) -> Callable[[Node], Iterator[Occurrence]]:
    """A reader of one word that is a condition."""

    def read(node: Node) -> Iterator[Occurrence]:
        found = node.words
        if len(found) > index:
            yield Occurrence(node=node, text=found[index], string=False, word=index)

    return read


def _strings(*indexes: int, since: str | None = None, but: str = "") -> Callable[[Node], Iterator[Occurrence]]:
    """A reader of words that are strings; none if the first of them is `but`."""

    def read(node: Node) -> Iterator[Occurrence]:
        found = node.words
        for index in indexes:
            if index < len(found) and (not but or words.lower(found[indexes[0]]) != but):
                first = None if since is None else versions.since(since)
                yield Occurrence(node=node, text=found[index], string=True, word=index, since=first)

    return read


def _clause(node: Node, index: int, text: str) -> Iterator[Occurrence]:
    """A word `expr=CONDITION`."""
    if words.lower(text[:5]) == "expr=":
        yield Occurrence(node=node, text=text[5:], string=False, word=index, cut=5)


def _log(node: Node) -> Iterator[Occurrence]:
    """CustomLog FILE FORMAT expr=CONDITION (`add_custom_log`, mod_log_config.c)."""
    found = node.words
    if len(found) > 2 and found[2][5:]:
        yield from _clause(node, 2, found[2])


def _log_message(node: Node) -> Iterator[Occurrence]:
    """LogMessage STRING [hook=…] [expr=CONDITION] (`cmd_log_message`, mod_log_debug.c)."""
    for index, text in list(enumerate(node.words))[:3]:
        if index == 0:
            yield Occurrence(node=node, text=text, string=True, word=0)
        else:
            yield from _clause(node, index, text)


def _header(node: Node) -> Iterator[Occurrence]:
    """A value behind `expr=`, and a condition as the last argument (`header_inout_cmd`, mod_headers.c)."""
    if "expr=" not in words.lower(node.args):
        return
    found = node.words
    first = 1 if node.key == "header" and words.lower("".join(found[:1])) in ("always", "onsuccess") else 0
    action = words.lower(found[first])
    value, subs, clause = first + 2, first + 3, first + 4
    if action in ("unset", "echo"):
        # They have no value: a condition comes at once.
        value, clause = len(found), first + 2 if len(found) == first + 3 else len(found)
    elif action in ("edit", "edit*"):
        value = subs
    else:
        clause = subs
    if value < len(found) and found[value].startswith("expr="):
        yield Occurrence(
            node=node,
            text=found[value][5:],
            string=True,
            word=value,
            cut=5,
            since=versions.since("expression-in-header"),
        )
    if clause < len(found):
        yield from _clause(node, clause, found[clause])


def _redirect(node: Node) -> Iterator[Occurrence]:
    """[STATUS] URL in a section for requests (`add_redirect_internal`, mod_alias.c)."""
    found = node.words
    status = bool(found) and (
        words.lower(found[0]) in _STATUSES or re.match("3[0-9]{2}(?![0-9])", found[0]) is not None
    )
    other = bool(found) and (words.lower(found[0]) == "gone" or found[0][:1].isdigit())
    if not _per_directory(node) or len(found) != 1 + status or (other and not status):
        return
    yield Occurrence(
        node=node, text=found[-1], string=True, word=len(found) - 1, since=versions.since("expression-in-location")
    )


_STATUSES = ("permanent", "temp", "seeother")


def _alias(node: Node) -> Iterator[Occurrence]:
    """A target in a Location (`add_alias`, mod_alias.c)."""
    if len(node.words) == 1 and _per_directory(node):
        yield Occurrence(
            node=node, text=node.words[0], string=True, word=0, since=versions.since("expression-in-location")
        )


_PER_DIRECTORY = (
    "location",
    "locationmatch",
    "directory",
    "directorymatch",
    "files",
    "filesmatch",
    "proxy",
    "proxymatch",
)


def _per_directory(node: Node) -> bool:
    """Whether a path or a condition is in force (`cmd->path`)."""
    sections = (*(f"<{name}" for name in _PER_DIRECTORY), "<if", "<elseif", "<else")
    return node.inside(*sections) is not None or node.frame.name.endswith(".htaccess")


def _rewrite_condition(node: Node) -> Iterator[Occurrence]:
    """RewriteCond expr CONDITION (`cmd_rewritecond`, mod_rewrite.c), whose words are split in its own way."""
    subject, at = words.rewrite_argument(node.args, 0)
    if words.lower(subject) != "expr" or at >= len(node.args):
        return
    text, _ = words.rewrite_argument(node.args, at)
    cut = int(text.startswith("!"))
    yield Occurrence(node=node, text=text[cut:], string=False, word=1, cut=cut)


_PROVIDERS = (
    *("user", "host", "forward-dns", "group", "dbm-group", "dbd-group"),
    *("ldap-user", "ldap-group", "ldap-dn", "ldap-attribute", "ldap-filter"),
)
"""Providers of Require whose arguments are a string."""
_EVALUATED = frozenset(("expr", *_PROVIDERS))


def _require(node: Node) -> Iterator[Occurrence]:
    """Require [not] PROVIDER REST (`add_authz_provider`, mod_authz_core.c)."""
    first = "".join(node.words[:1])
    if first not in _EVALUATED and words.lower(first) != "not":
        return
    provider, at = words.get_word(node.args)
    if words.lower(provider) == "not":
        provider, at = words.get_word(node.args, at)
    yield from _provided(node, provider, node.args[at:], None)


def _provider_alias(node: Node) -> Iterator[Occurrence]:
    """<AuthzProviderAlias PROVIDER NAME ARGUMENTS> (`authz_require_alias_section`, mod_authz_core.c)."""
    found = node.words
    if len(found) > 2:
        yield from _provided(node, found[0], found[2], 2)


def _provided(node: Node, provider: str, text: str, word: int | None) -> Iterator[Occurrence]:
    if provider == "expr":
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = text[1:-1]
        yield Occurrence(node=node, text=text, string=False, word=word)
    elif provider in _PROVIDERS:
        yield Occurrence(node=node, text=text, string=True, word=word, since=versions.since("expression-in-require"))


def _ssl_require(node: Node) -> Iterator[Occurrence]:
    """SSLRequire CONDITION, unsplit (`ssl_cmd_SSLRequire`, ssl_engine_config.c)."""
    yield Occurrence(node=node, text=node.args, string=False)


_OLD_CONDITION = r"(?a)(!?)(\w+)(?:(=)(.+))?"


def _url_map(node: Node) -> Iterator[Occurrence]:
    """ProxyHTMLURLMap FROM TO FLAGS CONDITION (`comp_urlmap`, mod_proxy_html.c).

    The old form [!]NAME[=VALUE] is made into an expression first; without a value, into one that does not parse.
    """
    found = node.words
    if len(found) > 3 and found[2] and found[3]:
        old = re.fullmatch(_OLD_CONDITION, found[3])
        text = found[3]
        if old is not None:
            negation, name, equals, value = old.groups(default="")
            text = f"reqenv('{name}'){negation}{equals}'{value}'"
        yield Occurrence(node=node, text=text, string=False, word=3, rewritten=old is not None)


def _fcgi_environment(node: Node) -> Iterator[Occurrence]:
    """ProxyFCGISetEnvIf CONDITION [!]NAME [STRING] (`cmd_setenv`, mod_proxy_fcgi.c)."""
    found = node.words
    if len(found) > 1:
        yield Occurrence(node=node, text=found[0], string=False, word=0)
        if len(found) > 2 and not found[1].startswith("!"):
            yield Occurrence(node=node, text=found[2], string=True, word=2)


def _health_check(node: Node) -> Iterator[Occurrence]:
    """ProxyHCExpr NAME {CONDITION} (`set_hc_condition`, mod_proxy_hcheck.c)."""
    _, at = words.get_word(node.args)
    text = words.get_braced(node.args, at)
    if text:
        yield Occurrence(node=node, text=text, string=False)


def _fcgi_user(node: Node) -> Iterator[Occurrence]:
    """AuthnzFcgiCheckAuthnProvider NAME UserExpr STRING (`fcgi_check_authn_provider`, mod_authnz_fcgi.c)."""
    found = node.words
    for index in range(1, len(found) - 1, 2):
        if words.lower(found[index]) == "userexpr":
            yield Occurrence(node=node, text=found[index + 1], string=True, word=index + 1, restricted=True)


_READERS: dict[str, Callable[[Node], Iterator[Occurrence]]] = {
    "<if": _condition(0),
    "<elseif": _condition(0),
    "require": _require,
    "<authzprovideralias": _provider_alias,
    "header": _header,
    "requestheader": _header,
    "setenvifexpr": _condition(0),
    "rewritecond": _rewrite_condition,
    "sethandler": _strings(0, since="expression-in-handler"),
    "errordocument": _strings(1, since="expression-in-error-document", but="default"),
    "redirect": _redirect,
    "alias": _alias,
    "scriptalias": _alias,
    "customlog": _log,
    "globallog": _log,
    "logmessage": _log_message,
    "authname": _strings(0, since="expression-in-realm"),
    "authtype": _strings(0, since="expression-in-realm"),
    "authbasicfake": _strings(0, 1, but="off"),
    "authformloginrequiredlocation": _strings(0, since="expression-in-form"),
    "authformloginsuccesslocation": _strings(0, since="expression-in-form"),
    "authformlogoutlocation": _strings(0, since="expression-in-form"),
    "authnzfcgicheckauthnprovider": _fcgi_user,
    "filterprovider": _condition(2),
    "proxyhtmlurlmap": _url_map,
    "proxyfcgisetenvif": _fcgi_environment,
    "proxyhcexpr": _health_check,
    "sslrequire": _ssl_require,
}
"""By key."""
