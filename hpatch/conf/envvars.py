"""The environment that a shell file such as Debian's `/etc/apache2/envvars` exports, read without running it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hpatch import log
from hpatch.conf.view import MACHINE
from hpatch.errors import InputError

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=((?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|[^\s'\"\\;&|<>()])*)")
_NAME = re.compile(r"([A-Za-z_]\w*)(?=[\s;]|$)")
_DEFAULT = re.compile(r""":\s+(["']?)\$\{([A-Za-z_]\w*):?=([^}]*)\}\1\s*(?:#.*)?$""")
_PART = re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|((?:\\.|[^'\"])+)")
_EXPANSION = re.compile(r"\\(.)|\$\{([A-Za-z_]\w*)(?:(:?[-=])([^{}]*))?\}|\$([A-Za-z_]\w*)|(\$[{(]|`)")
_END = re.compile(r"\s*(?:;\s*|#.*)?$")


class _UnknownError(Exception):
    """A value that only a shell can compute."""


def read(path: str) -> dict[str, str]:
    """The exported variables of a file. Raises InputError when it cannot be read."""
    log.tell("read %s, httpd's environment", path)
    try:
        text = MACHINE.read(path, path, stream=True).text
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if "\0" in text:
        raise InputError(f"{path}: not a file of environment variables: it has null bytes")
    return parse(text)


def parse(text: str) -> dict[str, str]:
    """The exported variables, from assignments, `export`, `unset` and `: ${NAME:=default}`, one on a line.

    Conditions are not evaluated: of the branches of an `if`, the last value that can be computed counts. Other lines
    are skipped, and a value that needs a shell leaves its variable unchanged.
    """
    values: dict[str, str] = {}
    exported: dict[str, None] = {}
    for line in re.sub(r"\\\n", "", text).splitlines():
        words = line.strip()
        if (default := _DEFAULT.match(words)) is not None:
            if not values.get(default[2]):
                _assign(values, default[2], default[3])
            continue
        if words.startswith("unset "):
            for name in words.partition("#")[0].split()[1:]:
                values.pop(name, None)
                exported.pop(name, None)
            continue
        export = words.startswith("export ")
        _statement(words.removeprefix("export ").strip(), export, values, exported)
    return {name: values[name] for name in exported if name in values}


def _statement(words: str, export: bool, values: dict[str, str], exported: dict[str, None]) -> None:
    """Assignments, and names after `export`, if the whole line is nothing else."""
    at = 0
    found: list[tuple[str, str | None]] = []
    while _END.match(words, at) is None:
        match = _ASSIGNMENT.match(words, at) or (_NAME.match(words, at) if export else None)
        if match is None:
            return
        found.append((match[1], match[2] if match.re is _ASSIGNMENT else None))
        at = match.end()
        while words[at : at + 1] in (" ", "\t"):
            at += 1
    for name, raw in found:
        if raw is not None:
            _assign(values, name, raw)
        if export:
            exported[name] = None


def _assign(values: dict[str, str], name: str, raw: str) -> None:
    try:
        values[name] = _value(raw, values)
    except _UnknownError:
        return


def _value(raw: str, values: Mapping[str, str]) -> str:
    """A word after the shell's processing: quotes removed, variables replaced."""
    out = []
    for single, double, bare in _PART.findall(raw):
        out.append(single if single else _expand(double or bare, values, quoted=bool(double)))
    return "".join(out)


def _expand(text: str, values: Mapping[str, str], *, quoted: bool) -> str:
    def one(match: re.Match[str]) -> str:
        escaped, braced, operator, default, plain, other = match.groups()
        if other:
            raise _UnknownError
        if escaped:
            return match[0] if quoted and escaped not in '$`"\\' else escaped
        value = values.get(braced or plain)
        if operator and (value is None or (not value and operator[0] == ":")):
            return _expand(default.strip("\"'"), values, quoted=quoted)
        return value or ""

    return _EXPANSION.sub(one, text)
