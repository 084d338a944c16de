"""The user's settings, from the command line or a file: `hpatch.toml`, or `[tool.hpatch]` in pyproject.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hpatch import log
from hpatch.errors import UsageError
from hpatch.lint.found import SEVERITIES
from hpatch.suggest import closest

THRESHOLDS = (*SEVERITIES, "never")

ALL_MODULES = ("all",)
"""The value of `modules` for all modules of a full build."""


class Settings(NamedTuple):
    """The settings; None for one that was not given. The process can open the paths as they are.

    `modules` are names as `httpd -M` prints them, `define` the arguments of httpd's `-D`. `exclude` are patterns of
    files (`hpatch.lint.folder.excluded`); `per_file_ignores` has such patterns, each with the rules to ignore there.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    advice: bool | None = None
    severity: str | None = None
    fail_on: str | None = None
    httpd_version: str | None = None
    modules: tuple[str, ...] | None = None
    mpm: str | None = None
    define: tuple[str, ...] | None = None
    env_file: str | None = None
    server_root: str | None = None
    root: str | None = None
    outside: bool | None = None
    exclude: tuple[str, ...] | None = None
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    uwsgi: tuple[str, ...] | None = None
    fpm: tuple[str, ...] | None = None
    backend: tuple[str, ...] | None = None
    uwsgi_version: str | None = None

    def over(self, other: Settings) -> Settings:
        """These settings, and the other's where these have none."""
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
    """The settings in a file. Raises UsageError, which names the wrong key and the fault."""
    parsed = _parsed(file)
    log.tell("read %s, the settings file", file)
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

    A file may name modules that hpatch does not know, a list may not: there they are misspelt more often than not.
    Raises UsageError if the file cannot be read, and for a name in a list that no known module has.
    """
    if text == "all":
        return ALL_MODULES
    if "/" not in text and not os.path.isfile(text):  # noqa: PTH113 - the path stays text, as written
        names = split(text)
        if not all(re.fullmatch(r"\w+(\.c|\.so)?", name) for name in names):
            raise UsageError(f"{text}: there is no such file, and it is not a list of modules")
        try:
            return tuple(map(_known, names))
        except ValueError as error:
            raise UsageError(f"--modules {error}") from None
    try:
        with Path(text).open(encoding="utf-8", errors="surrogateescape") as file:
            log.tell("read %s, the list of modules", text)
            lines = [line.partition("#")[0].strip() for line in file]
    except OSError as error:
        raise UsageError(f"{text}: the list of modules cannot be read: {error.strerror or error}") from error
    return tuple(module(line.split()[0]) for line in lines if line and not line.endswith(":"))


def _known(name: str) -> str:
    """The identifier or source file of a module that is named in a list. Raises ValueError for an unknown one."""
    from hpatch.facts import modules as facts  # only --modules pays for it
    from hpatch.facts import thirdparty

    wanted = module(name)
    if facts.find(wanted) is not None:
        return wanted
    by_source = facts.find(name)
    if by_source is not None:
        return by_source.identifier
    others = thirdparty.modules()
    if any(_unnumbered(wanted) in (_unnumbered(module(other)), _unnumbered(f"{other}.c")) for other in others):
        return wanted
    from hpatch.suggest import closest

    identifiers = [*(one.identifier for one in facts.everything()), *map(module, others)]
    plain = [one.removesuffix("_module") for one in identifiers]
    near = closest(wanted.removesuffix("_module"), plain)
    raise ValueError(
        f"names '{name}', which is not a module that hpatch knows. "
        + (f"Did you mean '{near}'? " if near else "")
        + "A file may name other modules, such as one with the output of httpd -M."
    )


def _unnumbered(name: str) -> str:
    """A name without a version: `php7_module`, `mod_security2.c`."""
    return re.sub(r"\d+(?=_module$|\.c$)", "", name)


def module(name: str) -> str:
    """A module's identifier or source file from any usual name: `proxy`, `mod_proxy.so`, `proxy_module`, `event.c`."""
    if name.endswith(("_module", ".c")):
        return name
    return name.removesuffix(".so").removeprefix("mod_") + "_module"


def split(text: str) -> tuple[str, ...]:
    """The words of a comma-separated list."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _concerned(file: str) -> bool:
    """Whether a pyproject.toml has settings for hpatch. Others are ignored, even if they are broken."""
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


def _flag(value: object, _folder: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _patterns(value: object, folder: str) -> tuple[str, ...]:
    return tuple(pattern_in(folder, pattern) for pattern in _words(value, folder))


def _ignores(value: object, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError("must be a table of patterns, each with a list of rules")
    return tuple((pattern_in(folder, str(pattern)), _words(rules, folder)) for pattern, rules in value.items())


def pattern_in(folder: str, pattern: str) -> str:
    """A pattern for files: one with a slash is a path from a folder, one without is a name."""
    return os.path.join(folder or ".", pattern) if "/" in pattern else pattern  # noqa: PTH118 - the path stays text


def _modules(value: object, folder: str) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(_known, _words(value, folder)))
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
    "advice": _flag,
    "severity": _one_of(SEVERITIES),
    "fail-on": _one_of(THRESHOLDS),
    "httpd-version": _text,
    "modules": _modules,
    "mpm": _text,
    "define": _words,
    "env-file": _path,
    "server-root": _path,
    "root": _path,
    "outside": _flag,
    "exclude": _patterns,
    "per-file-ignores": _ignores,
    "uwsgi": _paths,
    "fpm": _paths,
    "backend": _paths,
    "uwsgi-version": _text,
}
"""The keys of the file, each with the function that reads its value."""
