"""The command tables and exported names of a built module, read from its file alone: nothing of it is run.

A module is an ELF file for 64-bit little-endian machines (amd64, arm64). Its `…_module` symbol is httpd's `module`
structure (http_config.h), whose pointers the relocations hold.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from hpatch.facts.make.commands import FORMS, CommandRow

_BITS = {
    1: "OR_LIMIT", 2: "OR_OPTIONS", 4: "OR_FILEINFO", 8: "OR_AUTHCFG", 16: "OR_INDEXES", 64: "ACCESS_CONF",
    128: "RSRC_CONF", 256: "EXEC_ON_READ", 2048: "PROXY_CONF",
}  # fmt: skip
_ALL = 31
_NAME, _MAGIC, _COMMANDS, _ROW = 16, 40, 88, 40
"""The offsets of `name`, `magic` and `cmds` in `module`, and the size of a `command_rec`, in bytes."""
_COOKIE = 0x41503234
"""`MODULE_MAGIC_COOKIE`: "AP24"."""
_DYNSYM, _RELA = 11, 4
_ABSOLUTE, _RELATIVE = {1, 257}, {8, 1027}
"""Types of relocation: to a symbol and to an offset, on amd64 and on arm64."""


def flags(mask: int) -> frozenset[str]:
    """The names of a `req_override`'s bits, as modules write them."""
    rest = mask & ~_ALL if mask & _ALL == _ALL else mask
    found = {name for bit, name in _BITS.items() if rest & bit}
    return frozenset(found | {"OR_ALL"} if rest != mask else found or {"OR_NONE"})


def of_file(path: Path) -> list[CommandRow]:
    """The commands of a module's file, or of httpd's own. Raises ValueError when it is not such a file."""
    return _read(path, lambda module: list(module.commands()))


def exports(path: Path) -> frozenset[str]:
    """The names that such a file has for others. Raises ValueError as above."""
    return _read(path, lambda module: frozenset(module.exported))


_Read = TypeVar("_Read")


def _read(path: Path, ask: Callable[[_Module], _Read]) -> _Read:
    data = path.read_bytes()
    try:
        if data[:6] == b"\x7fELF\x02\x01":
            return ask(_Module(data))
    except (struct.error, IndexError, ValueError):
        pass
    raise ValueError(f"{path} is not a built module of a 64-bit little-endian machine")


class _Module:
    def __init__(self, data: bytes) -> None:
        self.data = data
        start, size, count = (*struct.unpack_from("<Q", data, 40), *struct.unpack_from("<HH", data, 58))
        headers = [struct.unpack_from("<IIQQQQIIQQ", data, start + size * n) for n in range(count)]
        self.loaded: list[tuple[int, int, int]] = [
            (at, offset, length) for _, kind, flag, at, offset, length, *_ in headers if flag & 2 and kind != 8
        ]
        self.exported: list[str] = []
        self.symbols = self._symbols(headers)
        self.pointers = self._pointers(headers)

    def _symbols(self, headers: list[tuple[int, ...]]) -> list[tuple[str, int]]:
        found = []
        for _, kind, _, _, offset, length, link, *_ in headers:
            if kind == _DYNSYM:
                strings = headers[link][4]
                for at in range(offset, offset + length, 24):
                    name, section, value = struct.unpack_from("<I2xHQ", self.data, at)
                    found.append((self._text(strings + name), value))
                    if section:  # 0: it is another file's
                        self.exported.append(found[-1][0])
        return found

    def _pointers(self, headers: list[tuple[int, ...]]) -> dict[int, int]:
        found = {}
        for _, kind, _, _, offset, length, *_ in headers:
            if kind == _RELA:
                for at in range(offset, offset + length, 24):
                    place, how, symbol, addend = struct.unpack_from("<QIIq", self.data, at)
                    if how in _RELATIVE:
                        found[place] = addend
                    elif how in _ABSOLUTE:
                        found[place] = self.symbols[symbol][1] + addend
        return found

    def _text(self, offset: int) -> str:
        return self.data[offset : self.data.index(b"\0", offset)].decode("latin-1")

    def _offset(self, address: int) -> int | None:
        for at, offset, length in self.loaded:
            if at <= address < at + length:
                return offset + address - at
        return None

    def _string(self, address: int | None) -> str | None:
        offset = self._offset(address) if address else None
        return None if offset is None else self._text(offset)

    def _is_module(self, address: int) -> bool:
        offset = self._offset(address + _MAGIC)
        return offset is not None and self.data[offset : offset + 8] == _COOKIE.to_bytes(8, "little")

    def commands(self) -> Iterator[CommandRow]:
        for address in dict.fromkeys(address for _, address in self.symbols):
            name = self._string(self.pointers.get(address + _NAME)) if self._is_module(address) else None
            row = self.pointers.get(address + _COMMANDS) if name else None
            while name and row and (directive := self._string(self.pointers.get(row))) is not None:
                offset = self._offset(row)
                if offset is None:
                    break
                mask, how = struct.unpack_from("<ii", self.data, offset + 24)
                yield CommandRow(name=directive, module=Path(name).stem, form=FORMS[how], where=flags(mask))
                row += _ROW
