"""The notation of the table `hpatch/facts/data/values.tsv`, read into functions that judge a directive."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import cast

from hpatch.conf.walk.values.model import Arguments, Judge, Kind, Wrong, listed, suggestion, unknown
from hpatch.conf.walk.values.model import argv as dropped
from hpatch.records import NamedTuple

_HERE = __name__.rpartition(".")[0]

KINDS = {
    "atoi": "numbers", "atol": "numbers", "trailing": "numbers", "power": "numbers", "memory": "numbers",
    "long": "numbers", "whole": "numbers", "digits": "numbers",
    "decimal": "numbers", "positive": "numbers", "interval": "numbers", "regex": "regex", "starting": "text",
    "without": "text", "containing": "text", "subnet": "addresses", "expires": "text",
    "mapped": "text", "size": "text", "remote": "addresses", "shape": "text", "endpoint": "addresses",
    "source": "addresses", "ldap_url": "addresses", "duration": "md", "window": "md", "authority": "md",
    "http_url": "md",
}  # fmt: skip
"""The kinds of one argument, `<name parameters>` in the table: the module that has the function `name`."""

WHOLE = {
    "signed": "lists", "options": "lists", "override": "lists", "etag": "lists", "indexing": "lists",
    "exclusive": "lists", "protocol": "lists", "ciphers": "lists", "timeouts": "lists", "listen": "addresses",
    "hosts": "addresses", "name": "addresses", "allow": "addresses", "document": "responses", "redirect": "responses",
    "intercepted": "responses", "level": "logs", "format": "logs", "error_format": "logs", "header": "headers",
    "request_header": "headers", "setenvif": "headers", "browser": "headers", "rule": "rewrite",
    "rewrite_condition": "rewrite", "path": "sections", "pattern": "sections", "substitute": "text", "never": "text",
    "provider": "providers", "mutex": "providers", "require": "access", "provider_alias": "access",
    "methods": "access", "cache": "caches", "cache_enable": "caches", "cache_disable": "caches", "depth": "caches",
    "condition": "sections", "alone": "lists", "hc_condition": "text",
    "filters": "filters", "filter_provider": "filters", "declared_filter": "filters", "defined_filter": "filters",
    "note": "filters", "priority": "http2", "resource": "http2", "port_map": "md", "private_keys": "md",
    "members": "md", "subnets": "addresses", "argv": "notation", "words": "notation", "alias": "sections",
    "template": "text", "domains": "md", "fcgi_provider": "access", "fcgi_check": "access", "log_message": "text",
    "cookie_name": "text", "needed": "text", "stopping": "text", "seed": "text",
    "runner": "text", "driver": "text",
}  # fmt: skip
"""The kinds of all arguments together, `@name parameters`: the module that has the function `name`."""

_ARGUMENT = re.compile(r"(?:<[^>]*>|[^<>\s])+")
_ALTERNATIVE = re.compile(r"<([\w]+) ?([^>]*)>|([^<>|\s]+)")


class Argument(NamedTuple):
    """What one argument may be: `words` in lower case, words as written (`exact`), or one of `kinds`.

    `spelt` holds all words as the table has them; `repeated` tells that it holds for all further arguments. Without
    any of the three, it may be anything.
    """

    words: tuple[str, ...]
    exact: tuple[str, ...]
    kinds: tuple[Kind, ...]
    spelt: tuple[str, ...]
    repeated: bool

    def fits(self, word: str) -> bool:
        """Whether httpd accepts a word."""
        return word.lower() in self.words or word in self.exact or any(kind.fits(word) for kind in self.kinds)

    @property
    def free(self) -> bool:
        """Whether anything goes."""
        return not self.words and not self.exact and not self.kinds


def judge(arguments: str) -> Judge:
    """A function that judges a directive, by the notation of its arguments."""
    if arguments.startswith("@"):
        name, _, parameters = arguments[1:].partition(" ")
        make = cast("Callable[[str], Judge]", _function(WHOLE[name], name))
        return make(parameters)
    return _each(tuple(map(_argument, _ARGUMENT.findall(arguments))))


def _argument(text: str) -> Argument:
    repeated = text.endswith("...")
    words, exact, kinds, spelt = [], [], [], []
    for name, parameters, word in _ALTERNATIVE.findall(text.removesuffix("...")):
        if name:
            make = cast("Callable[[str], Kind]", _function(KINDS[name], name))
            kinds.append(make(parameters))
        elif word.startswith("="):
            exact.append(word[1:])
            spelt.append(word[1:])
        elif word != "-":
            words.append(word.lower())
            spelt.append(word)
    return Argument(words=tuple(words), exact=tuple(exact), kinds=tuple(kinds), spelt=tuple(spelt), repeated=repeated)


def _function(module: str, name: str) -> object:
    return getattr(import_module(f"{_HERE}.{module}"), name)


def argv(parameters: str) -> Judge:
    """Arguments of the form TAKE_ARGV, none of which is empty, but for the last."""
    each = words(parameters)
    return lambda given: each(given._replace(words=dropped(given.words))) if dropped(given.words) else None


def words(parameters: str) -> Judge:
    """Arguments of a directive that splits them itself: at least one, and none of them is empty."""
    each = _each(tuple(map(_argument, _ARGUMENT.findall(parameters))))

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if not found:
            return Wrong(None, "needs an argument")
        wrong = each(given)
        if wrong is None and "" in found:
            return Wrong(found.index(""), "takes no empty argument")
        return wrong

    return judged


_GIVEN = 2
"""Words for which httpd gives none to a directive if they are empty; behind them, it gives an empty one."""


def _each(arguments: tuple[Argument, ...]) -> Judge:
    last = len(arguments) - 1

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            if index > last and not arguments[last].repeated:
                return None
            argument = arguments[min(index, last)]
            if not word and (index < _GIVEN or argument.repeated):
                return None  # httpd takes an empty word for the end
            if argument.free or argument.fits(word) or unknown(word):
                continue
            return Wrong(index, f'takes {takes(argument)}, not "{word}"', suggestion(word, argument.spelt))
        return None

    return judged


def takes(argument: Argument) -> str:
    """What an argument takes, for a message."""
    return listed([*argument.spelt, *(kind.takes for kind in argument.kinds)])
