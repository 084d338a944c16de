"""Files that anybody may have made: databases, advisories, changelogs. Not even their size is trusted."""

from __future__ import annotations

import os
import stat
from typing import Any

from hpatch.errors import InputError

_MEBIBYTE = 1 << 20
MOST = 256 * _MEBIBYTE
"""Bytes. Debian's tracker has some 70 MiB, rpm's database some 200."""
_MOST_UNPACKED = 16 * _MEBIBYTE


def content(path: str, most: int = MOST) -> bytes | None:
    """A regular file's bytes; None where there is no such file. Raises InputError for any other reason."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    try:
        _check(path, os.fstat(handle), most)
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    finally:
        os.close(handle)
    if len(data) > most:
        raise _too_large(path, most)
    return data


def regular(path: str, most: int = MOST) -> None:
    """See that a path is a regular file that is not too large. Raises InputError."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a path as given
    except OSError as error:
        raise _unreadable(path, error) from None
    _check(path, status, most)


def _check(path: str, status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path}: not a regular file")
    if status.st_size > most:
        raise _too_large(path, most)


def _too_large(path: str, most: int) -> InputError:
    return InputError(f"{path}: larger than {most // _MEBIBYTE} MiB; hpatch does not read it")


def _unreadable(path: str, error: Exception) -> InputError:
    return InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}")


def unpacked(path: str, data: bytes) -> bytes:
    """What gzip packed, up to 16 MiB. Raises InputError for more and for damaged data."""
    import zlib

    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(data, _MOST_UNPACKED)
    except zlib.error:
        raise InputError(f"{path}: not gzip, or damaged") from None
    if unpacker.unconsumed_tail:
        raise InputError(f"{path}: unpacks to more than {_MOST_UNPACKED // _MEBIBYTE} MiB; hpatch does not read it")
    if not unpacker.eof:
        raise InputError(f"{path}: ends in the middle")
    return text


def from_json(path: str, data: bytes) -> Any:
    """What JSON holds. Raises InputError."""
    import json

    try:
        return json.loads(data)
    except RecursionError:
        raise InputError(f"{path}: JSON that is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    except ValueError:
        raise InputError(f"{path}: not JSON: not UTF-8, or a number beyond all limits") from None


def text_of(value: object, most: int = 200) -> str:
    """A value as text, if it is one and not too long; otherwise empty."""
    return value if isinstance(value, str) and len(value) <= most else ""


def list_of(value: object) -> list[Any]:
    """A value as a list, if it is one; otherwise empty."""
    return value if isinstance(value, list) else []


def dict_of(value: object) -> dict[str, Any]:
    """A value as an object of JSON, if it is one; otherwise empty."""
    return value if isinstance(value, dict) else {}
