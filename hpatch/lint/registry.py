"""All rules, found by their modules: every `Rule` in a module of a family, `hpatch.lint.rules.FAMILY`."""

from functools import cache
from importlib import import_module
from pathlib import Path

from hpatch.lint import rules as package
from hpatch.lint.rule import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code. A family or module whose name starts with `_` contains no rules."""
    names = {
        f"{path.parent.name}.{path.stem}" for folder in package.__path__ for path in Path(folder).glob("[!_]*/[!_]*.py")
    }
    found: dict[str, Rule] = {}
    for name in sorted(names):
        for value in vars(import_module(f"{package.__name__}.{name}")).values():
            if isinstance(value, Rule) and found.setdefault(value.code, value) is not value:
                raise AssertionError(f"{value!r} and {found[value.code]!r} have the same code")
    return tuple(found[code] for code in sorted(found))


@cache
def by_code() -> dict[str, Rule]:
    """Every rule by its code."""
    return {rule.code: rule for rule in rules()}


@cache
def by_name() -> dict[str, Rule]:
    """Every rule by its name."""
    return {rule.name: rule for rule in rules()}
