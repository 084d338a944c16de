"""Read PHP-FPM's files as FPM does (`fpm_conf.c` of PHP 8.2): sections, `key = value`, `include=PATTERN`.

Nothing is executed. Variables of the environment (`${NAME}`) are not known.
"""

from __future__ import annotations

import glob
import os
import re

from hpatch import log
from hpatch.backends.phpfpm.model import Pool, PoolFile, PoolSetting
from hpatch.errors import InputError
from hpatch.text import Source

_FILES = 256
_SIZE = 1 << 20
_GLOBAL = "global"
_SECTION = re.compile(r"[ \t]*\[([^\]\n]+)\][ \t]*(?:;.*)?")
_LINE = re.compile(r"[ \t]*(?P<key>[A-Za-z_][\w.]*(?:\[[^\]\n]*\])?)[ \t]*=[ \t]*(?P<value>[^\n]*)")


def read(path: str, root: str = "") -> PoolFile:
    """The pools of a file and its includes. Raises InputError if it cannot be read.

    `root` is the folder that stands for `/` in what it includes.
    """
    return _Reader(path, _text(path), root.rstrip("/")).found


def read_text(text: str, name: str = "pool.conf") -> PoolFile:
    """The pools of a text. Its includes are files of this machine."""
    return _Reader(name, Source(name, text)).found


def _text(path: str) -> Source:
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - the path stays text, as written
            raise InputError(f"{path}: cannot be read: not a regular file")
        if os.path.getsize(path) > _SIZE:  # noqa: PTH202 - the path stays text, as written
            raise InputError(f"{path}: is larger than {_SIZE >> 20} MiB, which no pool of PHP-FPM is")
        source = Source.read(path, path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    log.tell("read %s, pools of PHP-FPM", path)
    return source


class _Reader:
    def __init__(self, path: str, source: Source, root: str = "") -> None:
        self.root = root
        self.found = PoolFile(name=path, pools=[], sources={}, problems=[])
        self.pools: dict[str, Pool] = {}
        self.files = 0
        # The section goes on in an included file, and that file's last one behind it (tested on PHP-FPM 8.2).
        self.pool: Pool | None = None
        self.in_section = False
        self._read(path, source)
        for pool in self.pools.values():
            _complete(pool.directives)
        self.found.pools.extend(self.pools.values())
        if not self.pools:
            # One fault: the file is another program's, or its include names nothing.
            self.found.problems[:] = [
                (source.place(0, 0), "no pool of PHP-FPM is in this file, nor in those that it includes")
            ]

    def _read(self, path: str, source: Source) -> None:
        self.files += 1
        self.found.sources[path] = source
        start = 0
        for line in source.text.split("\n"):
            end = start + len(line)
            place = source.place(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))
            section = _SECTION.fullmatch(line.rstrip("\r"))
            entry = _LINE.fullmatch(line.rstrip("\r"))
            if section is not None:
                name = section[1].strip()
                self.in_section = True
                self.pool = None
                if name.lower() != _GLOBAL:
                    self.pool = self.pools.setdefault(name, Pool(name=name, place=place, directives={}))
            elif entry is not None and entry["key"] == "include":
                self._include(_value(entry["value"]), path, source, start, end)
            elif entry is not None and self.pool is not None:
                raw = _value(entry["value"])
                value = raw.replace("$pool", self.pool.name)
                key = entry["key"]
                self.pool.directives[key] = PoolSetting(key=key, value=value, place=place, known="${" not in raw)
            elif (not self.in_section or entry is None) and line.strip() and not line.lstrip().startswith((";", "#")):
                self.found.problems.append((place, "PHP-FPM does not read this line"))
            start = end + 1

    def _include(self, pattern: str, path: str, source: Source, start: int, end: int) -> None:
        if pattern.startswith("/"):
            pattern = f"{self.root}{pattern}"
        full = os.path.join(os.path.dirname(path), pattern)  # noqa: PTH118, PTH120 - the path stays text, as written
        for file in map(os.path.normpath, sorted(glob.glob(full))):  # noqa: PTH207 - the pattern stays text, as written
            if file in map(os.path.normpath, self.found.sources):
                continue
            if self.files >= _FILES:
                self.found.problems.append((source.place(start, end), f"more than {_FILES} files are included"))
                return
            try:
                self._read(file, _text(file))
            except InputError as error:
                self.found.problems.append((source.place(start, end), str(error)))


def _complete(directives: dict[str, PoolSetting]) -> None:
    """Write out the paths that count from the pool's prefix: a relative `listen`, and `$prefix` in `chroot`.

    Without a prefix of its own, the pool has that of FPM itself, which is not known (`fpm_evaluate_full_path`, tested
    on PHP-FPM 8.2).
    """
    prefix = directives.get("prefix")
    for key, variable in (("listen", ""), ("chroot", "$prefix")):
        setting = directives.get(key)
        if setting is None or setting.value.startswith("/") or not setting.value.startswith(variable):
            continue
        if key == "listen" and _is_address(setting.value):
            continue
        if prefix is None or not (prefix.known and setting.known and prefix.value.startswith("/")):
            directives[key] = setting._replace(known=False)
            continue
        rest = setting.value.removeprefix(variable).lstrip("/")
        directives[key] = setting._replace(value=f"{prefix.value.rstrip('/')}/{rest}".rstrip("/"))


def _is_address(text: str) -> bool:
    """Whether FPM takes a `listen` for a port or an address (`fpm_sockets_domain_from_address`)."""
    return ":" in text or text.isdecimal()


def _value(text: str) -> str:
    """A value without its quotes and without a comment behind it."""
    text = text.strip()
    if text[:1] in ('"', "'"):
        closing = text.find(text[0], 1)
        return text[1:closing] if closing > 0 else text[1:]
    return re.split(r"[ \t]*;", text, maxsplit=1)[0].strip()
