"""rpm's database as a hash of Berkeley DB (`Packages` of Red Hat 8 and older).

Source: dbinc/db_page.h of Berkeley DB 5.3: a page has a header of 26 bytes and the offsets of its items; a header of a
package lies in a chain of overflow pages.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from hpatch.advise.packages.rpm.header import DamagedError

_MAGIC = 0x061561
_UNSORTED, _SORTED, _OVERFLOW = 2, 13, 7
_OFF_PAGE = 3
_HEADER = 26
_LEAST, _MOST = 512, 65536


def headers(data: bytes) -> Iterator[bytes]:
    """All headers. Raises DamagedError."""
    try:
        order = next((one for one in "<>" if struct.unpack_from(f"{one}I", data, 12)[0] == _MAGIC), None)
        if order is None:
            raise DamagedError("it does not begin as a hash of Berkeley DB does")
        (size,) = struct.unpack_from(f"{order}I", data, 20)
        if not _LEAST <= size <= _MOST or size & (size - 1):
            raise DamagedError(f"its pages cannot have {size} bytes")
        (last,) = struct.unpack_from(f"{order}I", data, 32)
        if (last + 1) * size > len(data):
            raise DamagedError("it ends in the middle")
        for page in range(size, (last + 1) * size, size):
            if data[page + 25] in (_UNSORTED, _SORTED):
                for first, length in _large(data, page, size, order):
                    yield _chain(data, first, length, size, order)
    except (struct.error, IndexError):
        raise DamagedError("it ends in the middle") from None


def _large(data: bytes, page: int, size: int, order: str) -> Iterator[tuple[int, int]]:
    """The first page and the length of each value of a page that lies elsewhere."""
    (count,) = struct.unpack_from(f"{order}H", data, page + 20)
    for at in range(1, count, 2):
        (offset,) = struct.unpack_from(f"{order}H", data, page + _HEADER + 2 * at)
        if offset + 12 <= size and data[page + offset] == _OFF_PAGE:
            first, length = struct.unpack_from(f"{order}II", data, page + offset + 4)
            yield first, length


def _chain(data: bytes, number: int, length: int, size: int, order: str) -> bytes:
    parts: list[bytes] = []
    left = length
    while left > 0 and len(parts) <= len(data) // size:
        page = number * size
        (following,) = struct.unpack_from(f"{order}I", data, page + 16)
        (used,) = struct.unpack_from(f"{order}H", data, page + 22)
        if data[page + 25] != _OVERFLOW or not 0 < used <= size - _HEADER or number == 0:
            raise DamagedError("a value's pages do not hang together")
        parts.append(data[page + _HEADER : page + _HEADER + used])
        left -= used
        number = following
    if left > 0:
        raise DamagedError("a value's pages go in a circle")
    return b"".join(parts)[:length]
