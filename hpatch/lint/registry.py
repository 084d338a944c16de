"""All rules, found by their modules: every `Rule` in a module of a family, `hpatch.lint.rules.FAMILY`."""

import os
from functools import cache
from importlib import import_module

from hpatch.lint import rules as package
from hpatch.lint.rule import Rule


class _Chosen:
    """Whether plugins are asked."""

    plugins = True


def with_plugins(wanted: bool) -> None:
    """Choose whether the rules of plugins are among all rules; they are, unless it is said otherwise."""
    _Chosen.plugins = wanted


def rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code; those of plugins come last. Raises ToolError for a plugin that is not sound."""
    return _with_plugins() if _Chosen.plugins else own_rules()


def has_plugins() -> bool:
    """Whether the rules of plugins are among all rules. If not, a name that no rule has may be a plugin's."""
    return _Chosen.plugins


@cache
def _with_plugins() -> tuple[Rule, ...]:
    from hpatch.lint import plugins  # a plugin's module may import this one

    own = own_rules()
    return (*own, *sorted(plugins.rules(own), key=lambda rule: rule.code))


@cache
def own_rules() -> tuple[Rule, ...]:
    """Every rule of hpatch itself, by code. A family or module whose name starts with `_` contains no rules."""
    found: dict[str, Rule] = {}
    for name in _modules():
        for value in vars(import_module(name)).values():
            if isinstance(value, Rule) and found.setdefault(value.code, value) is not value:
                raise AssertionError(f"{value!r} and {found[value.code]!r} have the same code")
    return tuple(found[code] for code in sorted(found))


def _modules() -> list[str]:
    """The modules with rules."""
    (folder,) = package.__path__
    return sorted(
        f"{package.__name__}.{family}.{module}" for family in _names(folder) for module in _names(f"{folder}/{family}")
    )


def _names(folder: str) -> list[str]:
    """The modules and packages in a folder, also in one of an archive."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - read at every start; pkgutil takes longer to load
    except OSError:
        from pkgutil import iter_modules

        names = [one.name for one in iter_modules([folder])]
    return [name.removesuffix(".py") for name in names if not name.startswith("_") and not name.startswith(".")]


def by_code() -> dict[str, Rule]:
    """Every rule by its code, those of plugins included."""
    return {rule.code: rule for rule in rules()}


@cache
def by_name() -> dict[str, Rule]:
    """Every rule of hpatch itself by its name."""
    return {rule.name: rule for rule in own_rules()}
