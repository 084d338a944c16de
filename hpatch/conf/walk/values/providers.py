"""Names that modules register: providers, output filters and mutex types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk import names
from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, listed, suggestion, unknown
from hpatch.facts import names as names_of
from hpatch.facts import providers

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration

_WORD: dict[str, str] = {
    "authn": "provider of users",
    "digest": "provider of users for digest authentication",
    "authz": "provider of Require",
    "socache": "cache provider",
    "dav": "DAV provider",
    "filter": "output filter",
    "mutex": "mutex type",
}


def provider(parameters: str) -> Judge:
    """`add_authn_provider` and the like: each word is a provider of a group, or one of some words besides.

    The parameters are the group and those words, divided by `|`.
    """
    group, _, text = parameters.partition(" ")
    besides = {word.lower() for word in text.split("|")} if text else set()

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            if not word:
                return None
            wrong = None if word.lower() in besides else fault(given, index, group, word)
            if wrong is not None:
                return wrong
        return None

    return judged


def fault(given: Arguments, index: int, group: str, name: str) -> Wrong | None:
    """What is wrong with the name of a provider, which is the word `index`: its module is not loaded, or none has it.

    A name that the configuration itself registers is known. In a part of a configuration, only what looks like a known
    name misspelt is reported: another file may register it.
    """
    configuration = given.configuration
    if unknown(name) or any(name == own or unknown(own) for own in _registered(configuration, group)):
        return None
    complete = names.listed(configuration) and not names.strangers(configuration)
    modules = providers.modules(group, name)
    if modules:
        foreign = any(names_of.identifier(module) is None for module in modules)
        if foreign and not configuration.modules.static:
            return None  # a list that the user gave, or `all`, may leave other people's modules out
        if not complete or any(configuration.modules.has(f"{module}.c") is not False for module in modules):
            return None
        return Wrong(
            index,
            f'takes "{name}" only with {listed(modules)}, which is not loaded',
            f"Load {listed(modules)}.",
        )
    near = suggestion(name, providers.names(group))
    if near is None and not configuration.whole:
        return None
    certain = complete and configuration.whole
    unless = "" if certain else ", unless another module provides it"
    return Wrong(index, f'knows no {_WORD[group]} "{name}"{unless}', near, certain=certain)


def _registered(configuration: Configuration, group: str) -> Iterator[str]:
    """The names that a configuration's own directives register, and those that stand in variables."""
    if group == "authz":
        yield from configuration.registered
    for key, index in _REGISTERING.get(group, ()):
        for node in configuration.by_key.get(key, ()):
            found = node.words
            if len(found) <= index or (key == "authnzfcgidefineprovider" and not _fcgi(found[0], group)):
                continue
            if key != "extfilterdefine" or not any(word.lower() == "mode=input" for word in found):
                yield found[index]


_REGISTERING: dict[str, tuple[tuple[str, int], ...]] = {
    "authn": (("<authnprovideralias", 1), ("authnzfcgidefineprovider", 1)),
    "digest": (("<authnprovideralias", 1),),
    "authz": (("<authzprovideralias", 1), ("authnzfcgidefineprovider", 1)),
    "filter": (("extfilterdefine", 0), ("luaoutputfilter", 0)),
}
"""The directives that register a provider, and the index of its name in their words."""


def _fcgi(kind: str, group: str) -> bool:
    return unknown(kind) or kind.lower() in ("authnz", group)


_MECHANISMS = ("none", "no", "default", "yes", "fcntl", "file", "flock", "posixsem", "sem", "sysvsem", "pthread")


def mutex(_: str) -> Judge:
    """`ap_set_mutex` (server/util_mutex.c). Whether a folder is there is not judged, nor what the platform has."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if not found or not found[0]:
            return Wrong(None, "needs a mechanism, such as default or file:/run/lock")
        mechanism = found[0].partition(":")[0]
        if unknown(mechanism):
            return None
        if mechanism.lower() not in _MECHANISMS:
            says = f'takes {listed(_MECHANISMS)}, with : and a folder behind it or nothing, not "{found[0]}"'
            return Wrong(0, says, suggestion(mechanism, _MECHANISMS))
        return _types(given, mechanism)

    return judged


def _types(given: Arguments, mechanism: str) -> Wrong | None:
    """The types of mutexes behind a mechanism, with OmitPID among them."""
    types = [(at, word) for at, word in enumerate(given.words[1:], 1) if word.lower() != "omitpid"]
    for at, word in types:
        wrong = fault(given, at, "mutex", word) if word else Wrong(at, "takes no empty mutex type")
        if wrong is not None:
            return wrong
    if mechanism.lower() in ("none", "no") and all(providers.modules("mutex", word) for _, word in types):
        return Wrong(0, f'takes "{mechanism}" for no mutex of httpd', "Write default.")
    return None
