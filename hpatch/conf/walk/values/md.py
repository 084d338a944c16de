"""The values of mod_md: times, windows, certificate authorities, ports and keys."""

from __future__ import annotations

import re

from hpatch.conf.walk.values.model import Arguments, Judge, Kind, Wrong, argv, unknown
from hpatch.conf.walk.values.numbers import c_atoi, strtol

_MICROSECONDS = {"d": 86_400_000_000, "h": 3_600_000_000, "s": 1_000_000, "ms": 1000, "mi": 60_000_000}
_AUTHORITIES = ("LetsEncrypt", "LetsEncrypt-Test", "Buypass", "Buypass-Test")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HTTP = re.compile(r"https?://[A-Za-z0-9.-]+(?::(?P<port>[0-9]+))?(?:[/?#].*)?", re.I | re.S)
_OTHER_HOST = re.compile(r"https?://[^/?#]*[^/?#A-Za-z0-9.:-]", re.I)
_WELL_KNOWN = {"http": 80, "https": 443}
_HIGHEST = 65353
"""The highest port of a URL, as mod_md has it."""
_BITS = 2048
_INT_MAX = 2**31 - 1


def _microseconds(word: str, unit: str) -> int | None:
    """`md_duration_parse`: None for no time."""
    number, over, rest = strtol(word)
    if over or (rest == word and rest):
        return None
    named = (rest or unit).lower()
    factor = _MICROSECONDS.get(named[:2] if named[0] == "m" else named[0])
    return None if factor is None else number * factor


def duration(parameters: str) -> Kind:
    """A time with the unit of a bare number and, behind it, the least milliseconds that it may be."""
    unit, _, least = parameters.partition(" ")
    takes = f"a whole number with d, h, mi, s or ms (none means {unit})"
    takes += f", at least {least} ms" if least else ""

    def fits(word: str) -> bool:
        time = _microseconds(word, unit)
        return time is not None and (not least or time >= int(least) * 1000)

    return Kind(fits, takes)


def window(parameters: str) -> Kind:
    """`md_timeslice_parse`: a time or a percentage, less than the number that is the parameter."""
    takes = "a whole number with d, h, mi, s or ms (none means d), or a percentage such as 33%"
    takes += f" of less than {parameters}%" if parameters else ""

    def fits(word: str) -> bool:
        if _microseconds(word, "d") is not None:
            return True
        number, over, rest = strtol(word)
        return not over and rest.startswith("%") and number >= 0 and not (parameters and number >= int(parameters))

    return Kind(fits, takes)


def authority(_: str) -> Kind:
    """`md_get_ca_url_from_name`: a known name or a URL. Of a URL, little more than the scheme is judged."""
    known = {name.lower() for name in _AUTHORITIES}

    def fits(word: str) -> bool:
        if word.lower() in known:
            return True
        match = _SCHEME.match(word)
        if match is None or match.end() == len(word):
            return False
        return not word.startswith("http") or word.partition(":")[2][:2] == "//"

    return Kind(fits, "LetsEncrypt, LetsEncrypt-Test, Buypass, Buypass-Test or a URL")


def http_url(_: str) -> Kind:
    """`md_util_abs_http_uri_check`. Addresses in brackets and user names are not judged."""

    def fits(word: str) -> bool:
        match = _HTTP.fullmatch(word)
        if match is None:
            return _OTHER_HOST.match(word) is not None and "_" not in word
        return match["port"] is None or 0 < c_atoi(match["port"]) <= _HIGHEST

    return Kind(fits, "a URL with http:// or https://")


def port_map(_: str) -> Judge:
    """`set_port_map`: `http:81`, `443:8443`, `http:-`."""

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            says = None if unknown(word) or not word else _port_map(word)
            if says is not None:
                return Wrong(index, f'{says}, not "{word}"')
        return None

    return judged


def _port_map(word: str) -> str | None:
    first, colon, second = word.partition(":")
    number = _WELL_KNOWN.get(first)
    if number is None:
        number, over, rest = strtol(first)
        if over or rest:
            return "takes http:port or https:port"
    if not colon:
        return "takes http:port or https:port"
    if not second.startswith("-") and not 0 < strtol(second)[0] <= 65535:
        return "takes a port from 1 to 65535, or -, behind the colon"
    return None if number in (80, 443) else "takes http (80) or https (443) before the colon"


def private_keys(_: str) -> Judge:
    """`md_config_set_pkeys`: kinds of keys. A name that is not RSA's is taken for a curve's, whatever it is."""

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        if any(map(unknown, found)) or "" in found:
            return None
        if not found:
            return Wrong(None, "needs the type of a key, such as RSA or secp256r1")
        default = next((index for index, word in enumerate(found) if word.lower() == "default"), None)
        if default is not None and len(found) > 1:
            return Wrong(default, "takes no other type of key beside Default")
        return _keys(found)

    return judged


def _keys(found: list[str]) -> Wrong | None:
    seen: dict[str, str] = {}
    sized = False
    for index, word in enumerate(found):
        lower = word.lower()
        if sized and word[:1].isdigit():
            sized = False
            wrong = _bits(index, word)
        else:
            digits = lower[3:] if lower.startswith("rsa") and lower[3:4].isdigit() else None
            wrong = None if digits is None else _bits(index, digits)
            sized = lower == "rsa"
            kind = "rsa" if sized or digits is not None else lower
            if kind in seen:
                says = f'takes each type of key once, and "{word}" is the second like "{seen[kind]}"'
                wrong = wrong or Wrong(index, says)
            seen[kind] = word
        if wrong is not None:
            return wrong
    return None


def _bits(index: int, word: str) -> Wrong | None:
    if _BITS <= c_atoi(word) < _INT_MAX:
        return None
    return Wrong(index, f'takes RSA keys of at least {_BITS} bits, not "{word}"')


def members(_: str) -> Judge:
    """`md_config_sec_add_members`: outside of a section for managed domains, one word for all of them."""

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        if any(map(unknown, found)) or given.node.inside("<mdomainset", "<mdomain", "<manageddomain") is not None:
            return None
        if len(found) == 1 and found[0].lower() in ("auto", "manual"):
            return None
        not_ = f', not "{" ".join(found)}"' if found else ""
        return Wrong(0 if found else None, f"takes auto or manual outside of <MDomainSet>{not_}")

    return judged


def domains(_: str) -> Judge:
    """`md_config_set_names`: at least one name beside auto and manual."""

    def judged(given: Arguments) -> Wrong | None:
        if any(word.lower() not in ("auto", "manual") for word in argv(given.words)):
            return None
        return Wrong(None, "needs a domain name")

    return judged
