"""hpatch for other programs. The names in `__all__` are stable, as docs/api.md describes them.

from hpatch import api

for finding in api.lint("/etc/apache2", httpd_version="2.4.62").findings:
    print(finding.place.file, finding.place.line, finding.rule.code, finding.message)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import fspath
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from hpatch.conf.base import Surroundings
from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.errors import HpatchError, InputError, ToolError, UsageError
from hpatch.lint import roots
from hpatch.lint import settings as files
from hpatch.lint.context import Context
from hpatch.lint.engine import lint as engine
from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.found import Confidence, Edit, Fix, Found, Related, Severity
from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule, rule
from hpatch.lint.settings import ALL_MODULES, Settings
from hpatch.lint.task import task
from hpatch.text import Place
from hpatch.versions import Version

if TYPE_CHECKING:
    from os import PathLike

__all__ = [
    "Confidence",
    "Context",
    "Edit",
    "Finding",
    "Fix",
    "Found",
    "HpatchError",
    "InputError",
    "LintResult",
    "Place",
    "Related",
    "Rule",
    "Settings",
    "SettingsArguments",
    "Severity",
    "ToolError",
    "UsageError",
    "lint",
    "lint_text",
    "rule",
    "rules",
    "settings",
]


class SettingsArguments(TypedDict, total=False):
    """The settings by name, with the meanings of the keys of a settings file."""

    select: str | Iterable[str]
    ignore: str | Iterable[str]
    advice: bool
    severity: Severity
    severity_of: Mapping[str, Severity]
    min_confidence: Confidence
    httpd_version: str
    modules: str | Iterable[str]
    mpm: str
    define: str | Iterable[str]
    server_root: str
    root: str
    exclude: str | Iterable[str]


_LISTS = ("select", "ignore", "define", "exclude")


def settings(file: str | None = None, **given: Unpack[SettingsArguments]) -> Settings:
    """Settings from a settings file and from arguments, which count more.

    `modules` is "all", a list such as "proxy,proxy_http", or names. Raises UsageError for a wrong value.
    """
    unknown = sorted(given.keys() - SettingsArguments.__annotations__.keys())
    if unknown:
        raise UsageError(f"there is no setting '{unknown[0]}'")
    # mypy takes each value of a TypedDict for an object.
    values: dict[str, Any] = {key: _texts(value) if key in _LISTS else value for key, value in given.items()}  # type: ignore[arg-type]
    if "severity_of" in given:
        values["severity_of"] = tuple(given["severity_of"].items())
    if "modules" in given:
        values["modules"] = files.modules(",".join(_texts(given["modules"])))
    own = files.checked(Settings(**values))
    return own if file is None else own.over(files.read(file))


def lint(
    *paths: str | PathLike[str], settings: Settings | None = None, jobs: int = 1, **given: Unpack[SettingsArguments]
) -> LintResult:
    """Lint main configuration files or folders of configurations, as `hpatch lint` does.

    Files of backends in a folder are read, too. Takes `settings`, or the arguments of `settings()`; no settings file is
    looked for. Up to `jobs` processes work at once. What cannot be read is in `LintResult.unread`: a result with such a
    problem is never clean. Raises UsageError, and InputError for a folder without configurations.
    """
    chosen = _chosen(settings, given)
    found = []
    for path in paths:
        where = roots.located(fspath(path), chosen.root)
        found += roots.roots(where, _options(chosen), environment=True, exclude=chosen.exclude or ())
    return engine.lint(found, task(chosen, _version(chosen.uwsgi_version)), jobs=jobs)


def lint_text(
    text: str, name: str = "httpd.conf", *, settings: Settings | None = None, **given: Unpack[SettingsArguments]
) -> LintResult:
    """Lint a text as that of a main configuration file with this name. Nothing but what it includes is read."""
    chosen = _chosen(settings, given)
    configuration = load_text(text, _options(chosen), name)
    return engine.lint_configuration(configuration, task(chosen, _version(chosen.uwsgi_version)))


_settings = settings


def _chosen(chosen: Settings | None, given: SettingsArguments) -> Settings:
    if chosen is None:
        return _settings(**given)
    if given:
        raise UsageError(f"settings and {', '.join(given)} exclude each other")
    return chosen


def _texts(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _version(text: str | None) -> Version | None:
    return None if text is None else Version.parse(text)


def _options(chosen: Settings) -> Options:
    mpm = chosen.mpm.lower().removeprefix("mpm_") if chosen.mpm else None
    modules = None
    if chosen.modules == ALL_MODULES:
        modules = Modules.everything(mpm or "event")
    elif chosen.modules is not None:
        modules = Modules((*chosen.modules, *((f"mpm_{mpm}_module",) if mpm else ())), complete=True)
    environment = {}
    if chosen.env_file is not None:
        from hpatch.conf import envvars

        environment = envvars.read(chosen.env_file)
    return Options(
        defines=chosen.define,
        version=_version(chosen.httpd_version),
        modules=modules,
        environment=environment,
        server_root=chosen.server_root,
        mpm=mpm,
        given=Surroundings(root=chosen.root, outside=chosen.outside is not False),
    )
