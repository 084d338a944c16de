"""The `%` variables that uWSGI replaces in a whole file before it reads it (`magic_sub` of `core/utils.c`)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from pathlib import Path

UNKNOWN = "bghijkotuvGIJOTUV"
"""Magic variables whose value only the running uWSGI knows (`%h` its host, `%v` its folder, `%o` how it was called)."""

PATTERN = re.compile(r"%([\s\S])|%\Z")


def table(path: str, section: str) -> dict[str, str]:
    """The magic variables of a file that was called by `path` (`config_magic_table_fill` of `core/uwsgi.c`)."""
    full = str(Path(path).absolute() if Path(path).is_symlink() else Path(path).resolve())
    folder, _, name = full.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    found = {
        "%": "%", "(": "%(", "[": "\033",
        "p": full, "s": name, "d": folder + "/", "c": folder.rpartition("/")[2],
        "e": extension if dot else "", "n": stem if dot else name, "x": section,
    }  # fmt: skip
    found.update(zip("0123456789", filter(None, folder.split("/")), strict=False))
    return found


def replace(match: re.Match[str], known: Mapping[str, str]) -> str:
    """What stands for a `%` and the character after it; as written if only the running uWSGI knows it."""
    char = match.group(1)
    if char is None:
        return ""
    found = known.get(char)
    if found is not None:
        return found
    if char in UNKNOWN:
        return match.group(0)
    # uWSGI takes one byte: what is left of a longer character stays.
    return char.encode("utf-8", "surrogateescape")[1:].decode("utf-8", "surrogateescape")


class Expanded:
    """A text with its magic variables replaced: `text`, and where each part of it stands in the original."""

    __slots__ = ("_ends", "_origins", "_unknown", "text")

    def __init__(self, text: str, known: Mapping[str, str]) -> None:
        parts: list[str] = []
        self._ends: list[int] = []
        self._origins: list[tuple[int, bool]] = []
        self._unknown: list[int] = []
        at = length = 0
        for match in PATTERN.finditer(text) if "%" in text else ():
            char = match.group(1)
            value = replace(match, known)
            for part, origin, replaced in ((text[at : match.start()], at, False), (value, match.start(), True)):
                parts.append(part)
                length += len(part)
                self._ends.append(length)
                self._origins.append((origin, replaced))
            if char is not None and char in UNKNOWN and char not in known:
                self._unknown.append(length - len(value))
            at = match.end()
        parts.append(text[at:])
        self._ends.append(length + len(text) - at)
        self._origins.append((at, False))
        self.text = "".join(parts)

    def origin(self, offset: int) -> int:
        """Where an offset into `text` stands in the original."""
        index = min(bisect_right(self._ends, offset), len(self._ends) - 1)
        origin, replaced = self._origins[index]
        return origin if replaced else origin + offset - (self._ends[index - 1] if index else 0)

    def known(self, start: int, end: int) -> bool:
        """Whether `text[start:end]` is free of variables that only the running uWSGI knows."""
        return bisect_left(self._unknown, start) == bisect_left(self._unknown, end)
