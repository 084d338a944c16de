"""Rules from other packages: what they name under the entry points `hpatch.rules`. docs/plugins.md describes how."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING

from hpatch.errors import HpatchError, ToolError
from hpatch.lint.found import Found
from hpatch.lint.rule import Rule

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from hpatch.lint.context import Context

GROUP = "hpatch.rules"

_CODE = r"[A-Z]{3,6}[0-9]{3}"
"""hpatch's own have two letters."""
_NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)+"
_MOST = 1 << 20
"""Bytes of a package's entry points."""
_WITHOUT = "--no-plugins runs without plugins"


def rules(own: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules of all plugins. Raises ToolError for a plugin that cannot be loaded, or whose rule is not sound.

    A lint without them would be clean where it should not be.
    """
    if not _some():
        return ()
    from importlib.metadata import entry_points  # it takes longer than a small lint

    taken = {word: "hpatch" for rule in own for word in (rule.code, rule.name, rule.family)}
    found: list[Rule] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        title = _title(point)
        here: set[str] = set()
        for rule in _loaded(point, title):
            _refuse_unsound(rule, title)
            for word in (rule.code, rule.name, rule.family):
                if word in taken:
                    raise ToolError(f"{title}: {rule!r}: '{word}' is taken by {taken[word]}; {_WITHOUT}")
                if word in here and word != rule.family:
                    raise ToolError(f"{title}: two rules have '{word}'; {_WITHOUT}")
                here.add(word)
            found.append(rule)
        taken.update(dict.fromkeys(here, title))
    return tuple(found)


def _some() -> bool:
    """Whether a package on Python's path has such entry points. importlib.metadata takes longer to say no."""
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - read at every start
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")) and _has_group(f"{folder}/{name}/entry_points.txt"):
                return True
    return False


def _has_group(path: str) -> bool:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return GROUP.encode() in os.read(file, _MOST)
    except OSError:
        return False
    finally:
        os.close(file)


def _title(point: EntryPoint) -> str:
    """The plugin, for messages."""
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else point.value
    return f"plugin '{point.name}' ({package})"


def _loaded(point: EntryPoint, title: str) -> Iterator[Rule]:
    """The rules in the module that a plugin names, or the one rule. Raises ToolError."""
    try:
        loaded = point.load()
    except Exception as error:
        raise ToolError(f"{title} cannot be loaded: {type(error).__name__}: {error}; {_WITHOUT}") from error
    values = vars(loaded).values() if isinstance(loaded, ModuleType) else (loaded,)
    rules = list(dict.fromkeys(value for value in values if isinstance(value, Rule)))
    if not rules:
        raise ToolError(f"{title}: {point.value} has no rule; {_WITHOUT}")
    yield from rules


def _refuse_unsound(rule: Rule, title: str) -> None:
    wanted = (
        ("code", rule.code, _CODE, "three to six capital letters and three digits, such as ACME001"),
        ("name", rule.name, _NAME, "words joined by hyphens, such as timeout-too-long"),
    )
    for what, text, form, example in wanted:
        if not isinstance(text, str) or re.fullmatch(form, text) is None:
            raise ToolError(f"{title}: the {what} of {rule!r} is not {example}; {_WITHOUT}")
    if not rule.manual:
        raise ToolError(f"{title}: {rule!r} has no manual: its function needs a docstring; {_WITHOUT}")


def found(rule: Rule, context: Context) -> Iterator[Found]:
    """What a plugin's rule finds. Raises ToolError if it fails: its fault is not hpatch's."""
    try:
        for one in rule.check(context):
            if not isinstance(one, Found):
                raise TypeError(f"it gave {type(one).__name__}, not Found")
            yield one
    except HpatchError:
        raise
    except Exception as error:
        where, fault = rule.check.__module__, f"{type(error).__name__}: {error}"
        raise ToolError(f"rule {rule.code} of the plugin {where} failed: {fault}; {_WITHOUT}") from error
