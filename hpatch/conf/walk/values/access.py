"""Who may have access: Require, aliases of providers, and methods."""

from __future__ import annotations

from hpatch.conf import words
from hpatch.conf.walk import names
from hpatch.conf.walk.values.addresses import subnet
from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, argv, listed, suggestion, unknown
from hpatch.conf.walk.values.providers import fault
from hpatch.conf.walk.values.text import shape
from hpatch.facts import providers

_METHODS = (
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
    "COPY", "MOVE", "LOCK", "UNLOCK", "VERSION-CONTROL", "CHECKOUT", "UNCHECKOUT", "CHECKIN", "UPDATE", "LABEL",
    "REPORT", "MKWORKSPACE", "MKACTIVITY", "BASELINE-CONTROL", "MERGE",
)  # fmt: skip
"""`ap_method_registry_init` (modules/http/http_protocol.c)."""


def require(_: str) -> Judge:
    """`add_authz_provider` (mod_authz_core.c), and how the providers read their arguments.

    Those that take an expression have a check of their own.
    """

    def judged(given: Arguments) -> Wrong | None:
        args = given.node.args
        name, at = words.get_word(args)
        index = 0
        if name.lower() == "not":
            name, at = words.get_word(args, at)
            index = 1
        if not name:
            return Wrong(None, "names no provider, such as valid-user, ip or all")
        rest = args[at:]
        wrong = fault(given, index, "authz", name)
        if wrong is not None:
            return wrong._replace(help=_meant(name) or wrong.help)
        return None if unknown(rest) else _required(given, name, rest, index + 1)

    return judged


def _meant(name: str) -> str | None:
    """What a word of another syntax stands for."""
    lower = name.lower()
    if lower in ("granted", "denied"):
        return f'Write "Require all {lower}".'
    return 'Write "Require all granted" or "Require ip …".' if lower == "from" else None


def provider_alias(parameters: str) -> Judge:
    """A provider and a new name, in `<AuthnProviderAlias>` or, with `authz` as parameter, `<AuthzProviderAlias>`."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if len(found) < 2 or "" in found[:2]:
            return None
        wrong = fault(given, 0, parameters, found[0])
        if wrong is not None or any(map(unknown, found)):
            return wrong
        if parameters == "authn":
            if found[0].lower() == found[1].lower():
                return Wrong(1, f'takes a name that is not the provider\'s own, not "{found[1]}"')
            owners = providers.modules("authn", found[1])
            if any(given.configuration.modules.has(f"{module}.c") for module in owners):
                return Wrong(1, f'takes a new name, not "{found[1]}", which {listed(owners)} has')
            return None
        return _required(given, found[0], found[2] if len(found) > 2 else "", 2)

    return judged


def _required(given: Arguments, name: str, rest: str, index: int) -> Wrong | None:
    """The arguments of a provider of Require; the first is the word `index`."""
    found = list(words.split(rest))
    if name == "all" and rest.lower() not in ("granted", "denied"):
        help_ = "Move the comment to its own line." if any(word.startswith("#") for word in found) else None
        return Wrong(
            index if found else None, f'takes "all granted" or "all denied", not "{f"all {rest}".strip()}"', help_
        )
    if name in ("ssl", "ssl-verify-client") and rest:
        return Wrong(index, f'takes nothing behind {name}, here "{rest}"')
    if name == "method":
        return _methods(given, found, index)
    if name == "ip":
        return _addresses(found, index)
    return None


def _addresses(found: list[str], index: int) -> Wrong | None:
    kind = subnet("")
    if not found or not found[0]:
        return Wrong(None, "needs an address or a network behind ip")
    for at, word in enumerate(found, index):
        if not word:
            return None
        if not kind.fits(word):
            return Wrong(at, f'takes {kind.takes} behind ip, not "{word}"')
    return None


def _methods(given: Arguments, found: list[str], index: int) -> Wrong | None:
    own = [node.words[0] for node in given.configuration.by_key.get("registerhttpmethod", ()) if node.words]
    more = [word for node in given.configuration.by_key.get("registerhttpmethod", ()) for word in node.words]
    if any(map(unknown, own + more)):
        return None
    known = names.listed(given.configuration) and not names.strangers(given.configuration)
    certain = known and given.configuration.whole
    for at, word in enumerate(found, index):
        if not word:
            return None
        if word in _METHODS or word in more or unknown(word):
            continue
        upper = word.upper()
        help_ = f"Write {upper}." if upper in _METHODS else suggestion(word, _METHODS)
        return Wrong(
            at, f'knows no method "{word}"', help_ or f"Register it: RegisterHttpMethod {word}.", certain=certain
        )
    return None


def methods(_: str) -> Judge:
    """`am_allowmethods` (mod_allowmethods.c)."""

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        if not found:
            return Wrong(None, "needs methods, or reset")
        if len(found) == 1 and found[0].lower() == "reset":
            return None
        empty = next((at for at, word in enumerate(found) if not word), None)
        return Wrong(empty, "takes no empty method") if empty is not None else _methods(given, found, 0)

    return judged


_KINDS = ("authn", "authz", "authnz")
_BACKEND = shape("fcgi")
_SWITCHES = ("authoritative", "requirebasicauth")
_OPTIONS = ("Authoritative", "DefaultUser", "RequireBasicAuth", "UserExpr")


def fcgi_provider(_: str) -> Judge:
    """`fcgi_define_provider` (mod_authnz_fcgi.c): a kind, a name and a backend."""

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        if any(map(unknown, found)):
            return None
        if found and found[0].lower() not in _KINDS:
            return Wrong(0, f'takes {listed(_KINDS)} first, not "{found[0]}"')
        if len(found) < 3:
            return Wrong(None, "needs a kind, a name and fcgi://host:port")
        if not _BACKEND.fits(found[2]):
            return Wrong(2, f'takes {_BACKEND.takes}, not "{found[2]}"')
        return Wrong(3, f"takes three arguments, not {len(found)}") if found[3:] else None

    return judged


def fcgi_check(_: str) -> Judge:
    """`fcgi_check_authn_provider` (mod_authnz_fcgi.c): a provider, and pairs of an option and its value."""

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        if any(map(unknown, found)):
            return None
        if not found:
            return Wrong(None, "needs the name of a provider")
        if found[0].lower() == "none" and found[1:]:
            return Wrong(1, f'takes no options behind None, here "{found[1]}"')
        return next(filter(None, (_option(found, index) for index in range(1, len(found), 2))), None)

    return judged


def _option(found: list[str], index: int) -> Wrong | None:
    option = found[index]
    if index + 1 == len(found):
        return Wrong(index, f'needs a value behind "{option}"')
    if option.lower() not in (name.lower() for name in _OPTIONS):
        return Wrong(index, f'takes {listed(_OPTIONS)}, not "{option}"', suggestion(option, _OPTIONS))
    if option.lower() in _SWITCHES and found[index + 1].lower() not in ("on", "off"):
        return Wrong(index + 1, f'takes On or Off behind {option}, not "{found[index + 1]}"')
    return None
