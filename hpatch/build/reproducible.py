"""Builds that come out the same wherever and whenever they run, and what differs between two that do not."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from hpatch import log
from hpatch.errors import ToolError
from hpatch.processes.run import environment
from hpatch.records import NamedTuple

EPOCH = "SOURCE_DATE_EPOCH"
"""The variable from which compilers take the date of a build (reproducible-builds.org/specs/source-date-epoch)."""
LONG_AGO = 315532800
"""1980-01-01: the date where a tree tells none, as in other archives without dates."""
_MAP = "-ffile-prefix-map"
_DEBUG = (".debug_", ".zdebug_", ".gdb_index", ".gnu_debuglink")
_FOLLOWING = frozenset({".note.gnu.build-id", ".shstrtab"})
"""Sections that differ because others do."""


def prefix_map(folder: Path, compiler: Sequence[str]) -> str | None:
    """The flag that keeps a folder's name out of what is compiled in it; None for a compiler that has none."""
    command = [*compiler, f"{_MAP}=a=b", "-E", "-"]
    log.running(command)
    with suppress(OSError):
        if subprocess.run(command, input=b"", capture_output=True, env=environment(), check=False).returncode == 0:
            return f"{_MAP}={folder}=."
    return None


class OtherFile(NamedTuple):
    """A file that is another one the second time, and in what: `debug information`, `.text`, `the build's folder`."""

    name: str
    kinds: tuple[str, ...]


class SecondBuild(NamedTuple):
    """What a second build gave: how many files were compared, and those that differ.

    `failure`: it could not be built, and why.
    """

    files: int
    differences: tuple[OtherFile, ...] = ()
    failure: str | None = None

    @property
    def same(self) -> bool:
        """Whether it gave the same files, and there were any."""
        return self.failure is None and self.files > 0 and not self.differences


def compare(
    first: Mapping[str, Path], second: Mapping[str, Path], folders: tuple[Path, Path], now: datetime | None = None
) -> SecondBuild:
    """Compare files of two builds by their names; `folders` are those that they were built in. Raises ToolError."""
    names = sorted(first.keys() | second.keys())
    found = []
    for name in names:
        if name not in first or name not in second:
            found.append(OtherFile(name, ("there in one build only",)))
            continue
        try:
            before, after = first[name].read_bytes(), second[name].read_bytes()
        except OSError as error:
            raise ToolError(f"{error.filename}: cannot be read: {error.strerror}") from error
        if before != after:
            found.append(OtherFile(name, _kinds(before, after, folders, now or datetime.now(UTC))))
    return SecondBuild(len(names), tuple(found))


def _kinds(before: bytes, after: bytes, folders: tuple[Path, Path], now: datetime) -> tuple[str, ...]:
    one, other = sections(before), sections(after)
    names = [name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)]
    kinds = dict.fromkeys("debug information" if name.startswith(_DEBUG) else name for name in names)
    real = [kind for kind in kinds if kind not in _FOLLOWING] or list(kinds) or ["content"]
    if any(str(folder).encode() in data for folder, data in zip(folders, (before, after), strict=True)):
        real.append("the build's folder")
    today = {now.strftime(form).replace(" 0", "  ").encode() for form in ("%b %d %Y", "%Y-%m-%d")}
    if any(date in data for date in today for data in (before, after)):
        real.append("the date")
    return tuple(real)


def sections(data: bytes) -> dict[str, bytes]:
    """The hashes of an ELF file's sections by their names (elf(5)); none for another file, or a damaged one."""
    with suppress(struct.error, ValueError, IndexError, OverflowError):
        if data[:4] == b"\x7fELF" and data[4] in (1, 2) and data[5] in (1, 2):
            return _sections(data, wide=data[4] == 2, order="<" if data[5] == 1 else ">")
    return {}


def _sections(data: bytes, *, wide: bool, order: str) -> dict[str, bytes]:
    start = struct.unpack_from(f"{order}Q" if wide else f"{order}I", data, 40 if wide else 32)[0]
    size, count, names = struct.unpack_from(f"{order}HHH", data, 58 if wide else 46)
    form = f"{order}IIQQQQ" if wide else f"{order}IIIIII"
    headers = [struct.unpack_from(form, data, start + number * size) for number in range(count)]
    texts = data[headers[names][4] : headers[names][4] + headers[names][5]]
    found = {}
    for name, kind, _, _, offset, length in headers:
        label = texts[name : texts.index(b"\0", name)].decode()
        content = b"" if kind == 8 else data[offset : offset + length]  # SHT_NOBITS has no bytes in the file
        if label:
            found[label] = sha256(b"%d" % length + content).digest()
    return found
