"""Libraries of C that tests compare with."""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import cache


@cache
def library(name: str) -> ctypes.CDLL:
    """The library of a name, as `apr-1`; to look for it starts programs, so that is done once."""
    found = ctypes.util.find_library(name)
    assert found is not None, f"there is no library {name}"
    return ctypes.CDLL(found)
