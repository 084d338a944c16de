"""The names that OpenSSL takes in a list of ciphers."""

from __future__ import annotations

from functools import cache

from hpatch.facts import table

COLUMNS = ("name", "kind")


@cache
def listed() -> frozenset[str]:
    """Ciphers of TLS 1.2 and before, and the keywords for groups of them."""
    return frozenset(name for name, kind in table.rows("ciphers") if kind != "suite")


@cache
def suites() -> frozenset[str]:
    """The cipher suites of TLS 1.3."""
    return frozenset(name for name, kind in table.rows("ciphers") if kind == "suite")
