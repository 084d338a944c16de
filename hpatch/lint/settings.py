"""What a user has chosen, on the command line or in a file: `hpatch.toml`, or `[tool.hpatch]` in pyproject.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hpatch.errors import UsageError
from hpatch.lint.found import SEVERITIES
from hpatch.suggest import closest

THRESHOLDS = (*SEVERITIES, "never")

ALL_MODULES = ("all",)
"""What `modules` is for all modules of a full build."""


class Settings(NamedTuple):
    """The choices; None where none was made. Paths are as the process can open them.

    `modules` are names as `httpd -M` has them; `define` as after httpd's `-D`.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    severity: str | None = None
    fail_on: str | None = None
    httpd_version: str | None = None
    modules: tuple[str, ...] | None = None
    mpm: str | None = None
    define: tuple[str, ...] | None = None
    env_file: str | None = None
    server_root: str | None = None
    uwsgi: tuple[str, ...] | None = None
    uwsgi_version: str | None = None

    def over(self, other: Settings) -> Settings:
        """These choices, and where there is none the other's."""
        return other._replace(**{key: value for key, value in self._asdict().items() if value is not None})


def find(path: str) -> str | None:
    """The nearest settings file from a path's folder upwards; in one folder, `hpatch.toml` comes first."""
    folder = os.path.abspath(path)  # noqa: PTH100 - text only: the path need not exist
    if not os.path.isdir(folder):  # noqa: PTH112 - the path stays text, as written
        folder = os.path.dirname(folder)  # noqa: PTH120 - the path stays text, as written
    while True:
        for name in ("hpatch.toml", "pyproject.toml"):
            file = os.path.join(folder, name)  # noqa: PTH118 - the path stays text, as written
            if os.path.isfile(file) and (name == "hpatch.toml" or _concerned(file)):  # noqa: PTH113 - the path stays text, as written
                here = os.path.relpath(file)
                return file if here.startswith("..") else here
        above = os.path.dirname(folder)  # noqa: PTH120 - the path stays text, as written
        if above == folder:
            return None
        folder = above


def read(file: str) -> Settings:
    """The choices in a file. Raises UsageError that says which key is wrong, and how."""
    parsed = _parsed(file)
    if os.path.basename(file) == "pyproject.toml":  # noqa: PTH119 - the path stays text, as written
        parsed = parsed.get("tool", {}).get("hpatch", {})
    if not isinstance(parsed, dict):
        raise UsageError(f"{file}: [tool.hpatch] must be a table")
    values: dict[str, Any] = {}
    folder = os.path.dirname(file)  # noqa: PTH120 - the path stays text, as written
    for key, value in parsed.items():
        reader = _KEYS.get(key)
        if reader is None:
            near = closest(key, _KEYS)
            raise UsageError(f"{file}: unknown key '{key}'" + (f"; did you mean '{near}'?" if near else ""))
        try:
            values[key.replace("-", "_")] = reader(value, folder)
        except ValueError as error:
            raise UsageError(f"{file}: {key} {error}") from None
    return Settings(**values)


def modules(text: str) -> tuple[str, ...]:
    """Module names from `all`, a list `proxy,proxy_http`, or a file of names such as `httpd -M` prints.

    Raises UsageError when the file cannot be read, and for what can be no module's name.
    """
    if text == "all":
        return ALL_MODULES
    if "/" not in text and not os.path.isfile(text):  # noqa: PTH113 - the path stays text, as written
        names = split(text)
        if not all(re.fullmatch(r"\w+(\.c|\.so)?", name) for name in names):
            raise UsageError(f"{text}: there is no such file, and it is no list of modules")
        return tuple(module(name) for name in names)
    try:
        with Path(text).open(encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.partition("#")[0].strip() for line in file]
    except OSError as error:
        raise UsageError(f"{text}: the list of modules cannot be read: {error.strerror or error}") from error
    return tuple(module(line.split()[0]) for line in lines if line and not line.endswith(":"))


def module(name: str) -> str:
    """A module's identifier or source file from any usual name: `proxy`, `mod_proxy.so`, `proxy_module`, `event.c`."""
    if name.endswith(("_module", ".c")):
        return name
    return name.removesuffix(".so").removeprefix("mod_") + "_module"


def split(text: str) -> tuple[str, ...]:
    """The words of a comma list."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _concerned(file: str) -> bool:
    """Whether a pyproject.toml speaks of hpatch; one that does not is nobody's business here, broken or not."""
    try:
        with Path(file).open("rb") as stream:
            return b"tool.hpatch" in stream.read() and "hpatch" in _parsed(file).get("tool", {})
    except OSError:
        return False


def _parsed(file: str) -> dict[str, Any]:
    import tomllib  # only where there is a file

    try:
        with Path(file).open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from error


def _text(value: object, _folder: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a string")
    return value


def _path(value: object, folder: str) -> str:
    return os.path.join(folder, _text(value, folder))  # noqa: PTH118 - the path stays text, as written


def _words(value: object, _folder: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return split(value)
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError("must be a list of strings")
    return tuple(value)


def _paths(value: object, folder: str) -> tuple[str, ...]:
    words = (value,) if isinstance(value, str) else _words(value, folder)
    return tuple(os.path.join(folder, word) for word in words)  # noqa: PTH118 - the path stays text, as written


def _modules(value: object, folder: str) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(module(name) for name in _words(value, folder))
    text = _text(value, folder)
    return ALL_MODULES if text == "all" else modules(os.path.join(folder, text))  # noqa: PTH118 - the path stays text, as written


def _one_of(choices: tuple[str, ...]) -> Callable[[object, str], str]:
    def reader(value: object, _folder: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return reader


_KEYS: dict[str, Callable[[Any, str], Any]] = {
    "select": _words,
    "ignore": _words,
    "severity": _one_of(SEVERITIES),
    "fail-on": _one_of(THRESHOLDS),
    "httpd-version": _text,
    "modules": _modules,
    "mpm": _text,
    "define": _words,
    "env-file": _path,
    "server-root": _path,
    "uwsgi": _paths,
    "uwsgi-version": _text,
}
"""Every key of the file, and what reads it."""
