"""rpm's own database, ndb (SUSE): slots in pages, each with the place of a blob.

Source: lib/backend/ndb/rpmpkg.c of rpm: all numbers of 32 bits, little-endian; a slot has 16 bytes, a block too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from hpatch.advise.packages.rpm.header import DamagedError

_BLOCK, _PAGE = 16, 4096
_MOST_PAGES = 1 << 14


def headers(data: bytes) -> Iterator[bytes]:
    """All headers. Raises DamagedError."""
    try:
        magic, _, _, pages = struct.unpack_from("<4sIII", data)
        if magic != b"RpmP" or not 0 < pages <= _MOST_PAGES:
            raise DamagedError("it does not begin as rpm's ndb does")
        if len(data) < pages * _PAGE:
            raise DamagedError("it ends in the middle")
        slots = data[2 * _BLOCK : pages * _PAGE]
        for mark, index, block, count in struct.iter_unpack("<4sIII", slots[: len(slots) // _BLOCK * _BLOCK]):
            if mark != b"Slot":
                raise DamagedError("a slot has no mark")
            if index == 0 or count == 0:
                continue
            start, own, _, size = struct.unpack_from("<4sIII", data, block * _BLOCK)
            first = (block + 1) * _BLOCK
            if start != b"BlbS" or own != index or first + size > len(data):
                raise DamagedError("a blob is not where its slot says")
            yield data[first : first + size]
    except struct.error:
        raise DamagedError("it ends in the middle") from None
