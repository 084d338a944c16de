"""Versions of packages, compared as dpkg, rpm and apk compare them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hpatch.advise.packages.package import is_version
from hpatch.facts.vendors import Order


@lru_cache(4096)
def compare(left: str, right: str, order: Order) -> int | None:
    """-1, 0 or 1: whether `left` is older than `right`, the same, or newer. None: one of them is no such version."""
    first, second = _key(left, order), _key(right, order)
    if first is None or second is None:
        return None
    return -1 if first < second else 1 if first > second else 0


def _key(text: str, order: Order) -> Any:
    from univers.versions import AlpineLinuxVersion, DebianVersion, InvalidVersion, RpmVersion  # who compares pays

    if not is_version(text):
        return None
    kind = {"deb": DebianVersion, "rpm": RpmVersion, "apk": AlpineLinuxVersion}[order]
    try:
        return kind(text)
    except (InvalidVersion, ValueError):
        return None
