"""The user's settings, from the command line or a file: `hpatch.toml`, or `[tool.hpatch]` in pyproject.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hpatch import log
from hpatch.conf.modules import MPMS
from hpatch.errors import UsageError
from hpatch.lint.found import CONFIDENCES, SEVERITIES
from hpatch.records import NamedTuple
from hpatch.suggest import closest
from hpatch.versions import Version

THRESHOLDS = (*SEVERITIES, "never")

ALL_MODULES = ("all",)
"""The value of `modules` for all modules of a full build."""


class Settings(NamedTuple):
    """The settings; None for one that was not given. The process can open the paths as they are.

    `severity_of` has selectors of rules, each with the severity that their findings get; in it and in
    `per_file_ignores`, what counts more comes later.
    `modules` are names as `httpd -M` prints them, `define` the arguments of httpd's `-D`. `exclude` are patterns of
    files (`hpatch.lint.folder.excluded`); `per_file_ignores` has such patterns, each with the rules to ignore there.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    advice: bool | None = None
    severity: str | None = None
    severity_of: tuple[tuple[str, str], ...] | None = None
    min_confidence: str | None = None
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
    baseline: str | None = None

    def over(self, other: Settings) -> Settings:
        """These settings, and the other's where these have none; both where these are tables."""
        own = {key: value for key, value in self._asdict().items() if value is not None}
        for key in TABLES:
            below = getattr(other, key)
            if key in own and below:
                own[key] = (*below, *own[key])
        return other._replace(**own)


TABLES = ("severity_of", "per_file_ignores")
"""The settings that are tables."""

DEFAULTS = Settings(advice=False, severity="info", min_confidence="low", fail_on="warning", outside=True)
"""What counts where nothing is said."""


class SettingsFile(NamedTuple):
    """The settings of a file and of those that it extends, and where each was read: `hpatch.toml:3`.

    `origins` has them by the name of the field; `rows` those of the entries of tables, by the field and the entry.
    """

    settings: Settings
    origins: dict[str, str]
    rows: dict[tuple[str, str], str]

    @property
    def files(self) -> list[str]:
        """The files that something was read from."""
        places = (*self.origins.values(), *self.rows.values())
        return list(dict.fromkeys(place.rpartition(":")[0] for place in places if ":" in place))


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
    """The settings in a file, and in those that it extends. Raises UsageError, which names the place and the fault."""
    return load(file).settings


def load(file: str, above: tuple[str, ...] = (), extended: list[str] | None = None) -> SettingsFile:
    """The same with their origins. `above` are the files that extend this one, by their real paths.

    `extended` gathers all files that were extended so far, each as often as it was.
    """
    from hpatch.lint import toml  # only settings files pay for it

    extended = [] if extended is None else extended
    parsed = toml.read(file)
    log.tell("read %s, the settings file", file)
    way: tuple[str, ...] = ()
    table: Any = parsed.values
    if os.path.basename(file) == "pyproject.toml":  # noqa: PTH119 - the path stays text, as written
        way = ("tool", "hpatch")
        table = parsed.values.get("tool", {})
        table = table.get("hpatch", {}) if isinstance(table, dict) else table
    if not isinstance(table, dict):
        raise UsageError(f"{file}: [tool.hpatch] must be a table")
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    rows: dict[tuple[str, str], str] = {}
    below = SettingsFile(Settings(), {}, {})
    folder = os.path.dirname(file)  # noqa: PTH120 - the path stays text, as written
    for key, value in table.items():
        where = _where(file, parsed.lines, (*way, key))
        reader = _KEYS.get(key)
        field = key.replace("-", "_")
        if reader is None and key != EXTEND:
            near = closest(key, (EXTEND, *_KEYS))
            raise UsageError(f"{where}: unknown key '{key}'" + (f"; did you mean '{near}'?" if near else ""))
        try:
            read = (reader or _paths)(value, folder)
        except _RowError as error:
            at = _where(file, parsed.lines, (*way, key, error.row))
            raise UsageError(f"{at}: {key}: '{error.row}' {error}") from None
        except ValueError as error:
            raise UsageError(f"{where}: {key} {error}") from None
        except UsageError as error:
            raise UsageError(f"{where}: {key}: {error}") from None
        if key == EXTEND:
            below = _extended(file, where, read, above, extended)
            continue
        values[field], origins[field] = read, where
        if isinstance(value, dict):
            for row, (name, _) in zip(value, read, strict=True):
                rows[field, name] = _where(file, parsed.lines, (*way, key, row))
    own = Settings(**values)
    return SettingsFile(own.over(below.settings), {**below.origins, **origins}, {**below.rows, **rows})


EXTEND = "extend"
"""The key that names the files whose settings count where the file has none of its own."""

_MOST_EXTENDED = 100
"""So many files may be extended, one by another or one several times: more would take time without end."""


def _extended(
    file: str, where: str, paths: tuple[str, ...], above: tuple[str, ...], extended: list[str]
) -> SettingsFile:
    """The settings of the files that a file extends; of several, the later count more."""
    chain = (*above, os.path.realpath(file))
    all = SettingsFile(Settings(), {}, {})
    for path in paths:
        if os.path.realpath(path) in chain:
            raise UsageError(f"{where}: {EXTEND} leads back to {path}, and no file may extend itself")
        if not os.path.isfile(path):  # noqa: PTH113 - the path stays text, as written
            raise UsageError(f"{where}: {EXTEND} names {path}, and there is no such file")
        extended.append(path)
        if len(extended) > _MOST_EXTENDED:
            raise UsageError(f"{where}: {EXTEND} leads to more than {_MOST_EXTENDED} files")
        one = load(path, chain, extended)
        all = SettingsFile(one.settings.over(all.settings), {**all.origins, **one.origins}, {**all.rows, **one.rows})
    return all


def _where(file: str, lines: Mapping[tuple[str, ...], int], keys: tuple[str, ...]) -> str:
    """The file and the line of a key, or the nearest of those around it."""
    for size in range(len(keys), 0, -1):
        if keys[:size] in lines:
            return f"{file}:{lines[keys[:size]]}"
    return file


class _RowError(ValueError):
    """A fault in an entry of a table."""

    def __init__(self, row: str, fault: object) -> None:
        super().__init__(str(fault))
        self.row = row


def checked(chosen: Settings) -> Settings:
    """The settings, if their values are such as a file may have. Raises UsageError."""
    for field in ("severity", "min_confidence", "fail_on", "httpd_version", "mpm", "uwsgi_version"):
        value = getattr(chosen, field)
        if value is not None:
            try:
                _KEYS[field.replace("_", "-")](value, "")
            except ValueError as error:
                raise UsageError(f"{field} {error}") from None
    for selector, severity in chosen.severity_of or ():
        if severity not in SEVERITIES:
            raise UsageError(f"severity_of: '{selector}' must be one of {', '.join(SEVERITIES)}")
    return chosen


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
    from hpatch.lint import toml  # only settings files pay for it

    try:
        with Path(file).open("rb") as stream:
            return b"tool.hpatch" in stream.read() and "hpatch" in toml.read(file).values.get("tool", {})
    except OSError:
        return False


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
    found = []
    for pattern, rules in value.items():
        try:
            found.append((pattern_in(folder, pattern), _words(rules, folder)))
        except ValueError as error:
            raise _RowError(pattern, error) from None
    return tuple(found)


def _severities(value: object, _folder: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError("must be a table of rules, each with a severity")
    for rules, severity in value.items():
        if severity not in SEVERITIES:
            raise _RowError(rules, f"must be one of {', '.join(SEVERITIES)}")
    return tuple(value.items())


def _number(value: object, folder: str) -> str:
    text = _text(value, folder)
    Version.parse(text)  # raises ValueError
    return text


def _httpd_version(value: object, folder: str) -> str:
    text = _number(value, folder)
    if text.count(".") < 2:
        raise ValueError("must be a complete version, of three numbers")
    return text


def _mpm(value: object, folder: str) -> str:
    text = _text(value, folder)
    if text.lower().removeprefix("mpm_") not in MPMS:
        raise ValueError(f"must be one of {', '.join(MPMS)}")
    return text


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
    "severity-of": _severities,
    "min-confidence": _one_of(CONFIDENCES),
    "fail-on": _one_of(THRESHOLDS),
    "httpd-version": _httpd_version,
    "modules": _modules,
    "mpm": _mpm,
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
    "uwsgi-version": _number,
    "baseline": _path,
}
"""The keys of the file, each with the function that reads its value."""
