"""What is cached, and where."""

from __future__ import annotations

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, unknown
from hpatch.conf.walk.values.numbers import c_atoi, strtol
from hpatch.conf.walk.values.providers import fault

_LEAST, _MOST = 8192, 4294967295
"""Bytes of a shmcb cache: at least, and less than."""

_NO_LIST = "needs a list of servers, as in"


def cache(parameters: str) -> Judge:
    """`ssl_cmd_SSLSessionCache` and the like: a provider, and behind a colon what it reads.

    The parameters are words that stand for no provider, divided by `|`. With `lazy`, httpd reads what is behind the
    colon only when it starts.
    """
    lazy = parameters == "lazy"
    besides = () if lazy else tuple(parameters.split("|"))

    def judged(given: Arguments) -> Wrong | None:
        if not given.words or not given.words[0] or unknown(given.words[0]):
            return None
        word = given.words[0]
        if word.lower() in besides:
            return None
        name, _, text = word.partition(":")
        wrong = fault(given, 0, "socache", name)
        if wrong is not None or lazy:
            return wrong
        if name in ("memcache", "redis") and not text:
            return Wrong(0, f'{_NO_LIST} "{name}:localhost", not "{word}"')
        says = _size(text) if name in ("shmcb", "default") else None
        return Wrong(0, f'{says}, not "{word}"') if says else None

    return judged


def _size(text: str) -> str | None:
    _, opened, size = text.rpartition("(")
    if not opened:
        return "needs a size in ( ) behind the path" if text.endswith(")") else None
    if not size.endswith(")"):
        return "needs a ) behind the size at the end"
    number, over, rest = strtol(size[:-1])
    if rest or not size[:-1]:
        return "needs a number of bytes in ( )"
    if over or not _LEAST <= number < _MOST:
        return f"needs a size from {_LEAST} to {_MOST - 1} bytes"
    return None


def cache_enable(_: str) -> Judge:
    """`add_cache_enable` (mod_cache.c)."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if not found or any(map(unknown, found)) or not found[0]:
            return None
        if found[0].startswith("/"):
            return Wrong(0, f'takes a provider before the path, not "{found[0]}"', _switched(found))
        section = given.node.inside("<location")
        if len(found) == 1 or not found[1]:
            return None if given.node.parent is not None and _in_section(given) else Wrong(None, _needs_url(found[0]))
        if section is not None and not unknown(section.argument) and len(section.words) == 1:
            path = section.words[0]
            if not found[1].startswith(path):
                return Wrong(1, f'takes a path below its Location "{path}", not "{found[1]}"')
        return None

    return judged


def _needs_url(name: str) -> str:
    return f'needs a path behind "{name}" outside of a Location'


def _switched(found: list[str]) -> str | None:
    return f"Write CacheEnable {found[1]} {found[0]}." if len(found) > 1 and not found[1].startswith("/") else None


def cache_disable(_: str) -> Judge:
    """`add_cache_disable` (mod_cache.c): `on` in a section, a path or URL elsewhere."""

    def judged(given: Arguments) -> Wrong | None:
        if not given.words or not given.words[0] or unknown(given.words[0]):
            return None
        word = given.words[0]
        if _in_section(given):
            return None if word.lower() == "on" else Wrong(0, f'takes On in a section, not "{word}"')
        if word.startswith("/") or ":" in word:
            return None
        return Wrong(0, f'takes a path or a URL outside of a Location, not "{word}"')

    return judged


def _in_section(given: Arguments) -> bool:
    return given.node.inside("<location", "<locationmatch", "<proxy", "<proxymatch") is not None


_DEPTH = 20
_DEFAULT_DEPTH = 2


def depth(other: str) -> Judge:
    """`set_cache_dirlevels` and `set_cache_dirlength` (mod_cache_disk.c): the product of both may not be above 20.

    The other directive of the two is the parameter. Where it stands more than once, the least decides.
    """

    def judged(given: Arguments) -> Wrong | None:
        if not given.words or unknown(given.words[0]):
            return None
        number = c_atoi(given.words[0])
        if number < 1:
            return Wrong(0, f'takes a number of at least 1, not "{given.words[0]}"')
        others = given.configuration.by_key.get(other.lower(), ())
        if any(unknown(node.args) for node in others):
            return None
        numbers = [_DEFAULT_DEPTH, *(c_atoi(node.words[0]) for node in others if node.words)]
        if number * min(numbers) > _DEPTH:
            return Wrong(0, f'makes more than {_DEPTH} when multiplied with {other}, with "{given.words[0]}"')
        return None

    return judged
