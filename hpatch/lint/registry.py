"""All rules, found by their modules: every `Rule` in a module of a family, `hpatch.lint.rules.FAMILY`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

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
    """The modules with rules, also in an archive."""
    families = [family.name for family in iter_modules(package.__path__) if not family.name.startswith("_")]
    paths = {
        f"{package.__name__}.{family}": [f"{folder}/{family}" for folder in package.__path__] for family in families
    }
    return sorted(
        f"{family}.{module.name}"
        for family, folders in paths.items()
        for module in iter_modules(folders)
        if not module.name.startswith("_")
    )


@cache
def by_code() -> dict[str, Rule]:
    """Every rule of hpatch itself by its code."""
    return {rule.code: rule for rule in own_rules()}


@cache
def by_name() -> dict[str, Rule]:
    """Every rule of hpatch itself by its name."""
    return {rule.name: rule for rule in own_rules()}
