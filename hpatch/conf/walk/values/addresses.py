"""Addresses, ports and networks. Host names are not looked up: whether one resolves is not known."""

from __future__ import annotations

import re

from hpatch.conf.walk.values.model import Arguments, Judge, Kind, Wrong, argv, unknown
from hpatch.conf.walk.values.numbers import c_atoi, strtol
from hpatch.conf.wildcards import is_wildcard
from hpatch.facts import versions
from hpatch.text import whole_number

_PORTS = range(1, 65536)
_QUAD = r"0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})\.0*([0-9]{1,3})"
_NUMBER = r"[ \t]*[+-]?[0-9]"
_LEADING_ZEROS = r"(?<![0-9A-Fa-f.])0+(?=[0-9A-Fa-f])"
_DOTTED = r"[0-9.]*"
_HOST = r"[A-Za-z0-9._-]+"
_ENDING_DIGITS = r"(?<![0-9])[0-9]*$"


def _split(word: str) -> tuple[str | None, int] | None:
    """`apr_parse_addr_port`: host (None where the word is a port alone) and port (0 for none); None if refused."""
    match = re.search(_ENDING_DIGITS, word)
    assert match is not None
    start = match.start()
    if start == 0:
        return (None, c_atoi(word)) if c_atoi(word) in _PORTS else None
    host, port = word, 0
    if word[start - 1] == ":" and start < len(word):
        if start == 1 or c_atoi(word[start:]) not in _PORTS:
            return None
        host, port = word[: start - 1], c_atoi(word[start:])
    if host.startswith("["):
        inner, bracket, rest = host[1:].partition("]")
        if not bracket or rest or inner.endswith("%") or not _is_ipv6(inner.partition("%")[0]):
            return None
        return inner, port
    return host, port


def _is_ipv6(text: str) -> bool:
    """As APR reads it: unlike the C library, it takes leading zeros in a group, and a colon at the end."""
    import socket  # only IPv6 addresses pay for it

    text = re.sub(_LEADING_ZEROS, "", text)
    text = text if text.endswith("::") else text.removesuffix(":")
    try:
        socket.inet_pton(socket.AF_INET6, text)
    except (OSError, ValueError):
        return False
    return True


def _is_ipv4(text: str) -> bool:
    match = re.fullmatch(_QUAD, text)
    return match is not None and all(whole_number(part) < 256 for part in match.groups())


def listen(_: str) -> Judge:
    """`ap_set_listener` (server/listen.c)."""

    def judged(given: Arguments) -> Wrong | None:
        words = given.words
        if not 1 <= len(words) <= 2:
            return Wrong(None, f"takes 1 or 2 arguments, a port or address:port and a protocol, not {len(words)}")
        if unknown(words[0]):
            return None
        parts = _split(words[0])
        if parts is None:
            return Wrong(0, f'takes a port from 1 to 65535, or address:port, not "{words[0]}"')
        if not parts[1] and re.fullmatch(r"\$\w+", words[0]) is not None:
            return Wrong(0, f'takes a port, and "{words[0]}" is no variable of httpd', f"Write ${{{words[0][1:]}}}.")
        if not parts[1]:
            return Wrong(0, f'needs a port behind "{words[0]}"', f"Write Listen {words[0]}:80.")
        return None

    return judged


def hosts(_: str) -> Judge:
    """`get_addresses` (server/vhost.c), for each address of a `<VirtualHost>`."""

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            if not word or unknown(word) or word == "*":
                continue
            parts = _split(word.removesuffix(":*"))
            if parts is None:
                return Wrong(index, f'takes addresses with ports from 1 to 65535, not "{word}"')
            if parts[0] is None:
                return Wrong(index, f'needs an address before the port "{word}"', f'Write "*:{word}".')
        return None

    return judged


def name(_: str) -> Judge:
    """`server_hostname_port` (server/core.c)."""

    def judged(given: Arguments) -> Wrong | None:
        if not given.words or unknown(given.words[0]):
            return None
        word = given.words[0]
        if is_wildcard(word):
            return Wrong(0, f'takes one name without * and ?, not "{word}"', "Write it as a ServerAlias.")
        _, _, rest = word.partition("://") if "://" in word else ("", "", word)
        _, colon, port = rest.partition(":")
        if colon and c_atoi(port) not in _PORTS:
            return Wrong(0, f'takes a port from 1 to 65535, not "{word}"')
        return None

    return judged


def _network(address: str, mask: str | None) -> bool | None:
    """`apr_ipsubnet_create`: whether it is a network; None if it is not known. The address looks like one."""
    if ":" in address:
        if not _is_ipv6(address) or address.lower().startswith("::ffff:"):
            return None if _is_ipv6(address) else False
    elif not _is_ipv4(address):
        # Without a mask, a network may be written short: 10.1.
        short = mask is None and all(whole_number(part or "0") < 256 for part in address.split("."))
        return None if short else False
    return True if mask is None else _mask(mask, six=":" in address)


def _mask(mask: str, *, six: bool) -> bool | None:
    bits, over, rest = strtol(mask)
    if mask and not over and not rest and 0 < bits <= (128 if six else 32):
        return True
    if six or not re.fullmatch(_QUAD, mask):
        return False
    return True if _is_ipv4(mask) else None


def _looks_like_address(text: str) -> bool:
    return ":" in text or re.fullmatch(_DOTTED, text) is not None


def _may_be_host(word: str) -> bool:
    """Whether a word may be a host name: of the domains at the top, none is a number."""
    return re.fullmatch(_HOST, word) is not None and not word.rstrip(".").rpartition(".")[2].isdigit()


def subnet(parameters: str) -> Kind:
    """An address or network; with `host` as parameter, also a host name (`proxies_set`, mod_remoteip.c)."""
    host = parameters == "host"

    def fits(word: str) -> bool:
        address, slash, mask = word.partition("/")
        if not _looks_like_address(address):
            return host and not slash and _may_be_host(address)
        return _network(address, mask if slash else None) is not False

    return Kind(fits, "an address, a network such as 10.0.0.0/8" + (" or a host name" if host else ""))


def subnets(_: str) -> Judge:
    """`remoteip_disable_networks` (mod_remoteip.c): addresses and networks, at least one; the last may be empty."""
    kind = subnet("")

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        if not found:
            return Wrong(None, f"needs {kind.takes}")
        for index, word in enumerate(found):
            if not unknown(word) and (not word or not kind.fits(word)):
                return Wrong(index, f'takes {kind.takes}, not "{word}"')
        return None

    return judged


def endpoint(_: str) -> Kind:
    """An IPv4 address or a name, and a port (`cmd_hb_address` in mod_heartbeat.c, and `cmd_hm_listen`)."""

    def fits(word: str) -> bool:
        parts = _split(word)
        return parts is not None and bool(parts[0]) and parts[1] > 0 and not word.startswith("[")

    return Kind(fits, "address:port")


def source(_: str) -> Kind:
    """An address or a name to look up, which the C library reads as `inet_aton` does: 10.1 is an address."""

    def fits(word: str) -> bool:
        import socket  # only a directive that few have pays for it

        if ":" in word:
            return "%" in word or _is_ipv6(word)
        if not re.fullmatch(_DOTTED, word):
            return True
        try:
            socket.inet_aton(word)
        except OSError:
            return False
        return True

    return Kind(fits, "an address or a host name")


_LDAP = r"(?is)<?(?:URL:)?ldap[si]?://([^>]*)"
_SCOPES = ("", "base", "one", "onelevel", "sub", "subtree")


def ldap_url(_: str) -> Kind:
    """`apr_ldap_url_parse`: the scheme, and the scope behind the second question mark."""

    def fits(word: str) -> bool:
        match = re.match(_LDAP, word)
        if match is None:
            return False
        parts = match[1].split("?")
        return len(parts) < 3 or parts[2].lower() in _SCOPES

    return Kind(fits, "ldap://host/base?attribute?scope?filter, where the scope is base, one or sub")


def remote(_: str) -> Kind:
    """`add_proxy` (mod_proxy.c): scheme://host or scheme://host:port."""

    def fits(word: str) -> bool:
        _, colon, rest = word.partition(":")
        if not colon or not rest.startswith("//") or len(rest) < 3:
            return False
        _, colon, port = rest[2:].partition(":")
        return not colon or (re.match(_NUMBER, port) is not None and c_atoi(port) <= 65535)

    return Kind(fits, "scheme://host or scheme://host:port")


def allow(_: str) -> Judge:
    """`allow_cmd` (mod_access_compat.c): `Allow from` and `Deny from`."""

    def judged(given: Arguments) -> Wrong | None:
        words = given.words
        if len(words) < 2 or unknown(words[0]) or not all(words[:2]):
            return None
        if words[0].lower() != "from":
            return Wrong(0, f'takes "from" first, not "{words[0]}"')
        version = given.configuration.version
        comments = version is None or version >= versions.since("allow-refuses-comments")
        faults = (_client(index, word, comments=comments) for index, word in enumerate(words[1:], 1))
        return next(filter(None, faults), None)

    return judged


def _client(index: int, word: str, *, comments: bool) -> Wrong | None:
    if not word or unknown(word) or word.lower() == "all" or word.lower().startswith("env="):
        return None
    address, slash, mask = word.partition("/")
    if slash or _looks_like_address(word):
        if _looks_like_address(address) and _network(address, mask if slash else None) is not False:
            return None
        return Wrong(index, f'takes an address or a network such as 10.0.0.0/8, not "{word}"')
    if "#" in word and comments:
        return Wrong(index, f'takes no comment behind its arguments, here "{word}"', "Move it to its own line.")
    return None
