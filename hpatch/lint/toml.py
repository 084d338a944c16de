"""A file of settings in TOML, with the line of each key, which Python's reader does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hpatch.errors import UsageError
from hpatch.records import NamedTuple

Keys = tuple[str, ...]
"""The way to a key: `("tool", "hpatch", "select")`."""


class TomlFile(NamedTuple):
    """The values of a file, and the lines of its keys and tables, from 1."""

    values: dict[str, Any]
    lines: Mapping[Keys, int]


def read(file: str) -> TomlFile:
    """Read a file. Raises UsageError, which names the file and the place."""
    import tomllib  # only where there is a file

    try:
        text = Path(file).read_bytes().decode()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}:{line}: not valid TOML: the text is not UTF-8") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_fault(file, text, str(error))) from error
    except RecursionError:
        raise UsageError(f"{file}: not valid TOML: nested too deeply") from None
    return TomlFile(values, lines(text))


def _fault(file: str, text: str, said: str) -> str:
    """What Python's reader said, its place before it as in every message, and the key that the line begins with."""
    at = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    if at is None:
        return f"{file}: not valid TOML: {said}"
    rows = text.split("\n")
    line, column = (int(at[1]), int(at[2])) if at[1] else (max(len(text.rstrip().split("\n")), 1), None)
    where = f"{file}:{line}" + (f":{column}" if column else "")
    key = re.match(r"\s*([\w-]+)\s*=", rows[line - 1] if line <= len(rows) else "")
    return f"{where}: {f'{key[1]}: ' if key else ''}not valid TOML: {said[: at.start()]}"


_KEY = r"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_HEAD = re.compile(rf"[ \t]*(?P<open>\[\[?)?[ \t]*(?P<keys>{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*(?P<end>[=\]])")
_TOKEN = re.compile(
    r'''"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[][{}]|\n''', re.DOTALL
)


def lines(text: str) -> dict[Keys, int]:
    """The line of each key and table of a valid text. Keys inside brackets are not told."""
    found: dict[Keys, int] = {}
    table: Keys = ()
    at, line = 0, 1
    while at < len(text):
        head = _HEAD.match(text, at)
        if head is not None:
            keys = tuple(map(_plain, re.findall(_KEY, head["keys"])))
            if head["open"]:
                table = keys
            full = keys if head["open"] else (*table, *keys)
            for size in range(1, len(full) + 1):
                found.setdefault(full[:size], line)
            at = head.end() + (1 if head["open"] == "[[" else 0)
        at, line = _rest(text, at, line)
    return found


def _rest(text: str, at: int, line: int) -> tuple[int, int]:
    """Where the next statement begins, and its line: after a line end outside all brackets and strings."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        word = token[0]
        line += word.count("\n")
        depth += (word in "[{") - (word in "]}")
        if word == "\n" and depth <= 0:
            return token.end(), line
    return len(text), line


def _plain(key: str) -> str:
    """A key without its quotes."""
    if key[0] not in "\"'":
        return key
    if key[0] == "'" or "\\" not in key:
        return key[1:-1]
    import tomllib

    return str(next(iter(tomllib.loads(f"{key} = 0"))))
