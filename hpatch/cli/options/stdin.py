"""The standard input, which `-` stands for."""

from __future__ import annotations

import sys

from hpatch.errors import InputError


def read(most: int = -1) -> bytes:
    """All that comes through the standard input, or at most so many bytes of it. Raises InputError."""
    if sys.stdin is None:
        raise InputError("-: the standard input is closed")
    try:
        return sys.stdin.buffer.read(most)
    except OSError as error:
        raise InputError(f"-: the standard input cannot be read: {error.strerror}") from None
