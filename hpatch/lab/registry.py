"""All scenarios, found by their modules in `scenarios/`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from hpatch.errors import UsageError
from hpatch.lab import scenarios as package
from hpatch.lab.scenario import Scenario, registered


def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, by name."""
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return tuple(registered[name] for name in sorted(registered))


def find(name: str) -> Scenario:
    """A scenario. Raises UsageError for one that there is not."""
    known = {one.name: one for one in scenarios()}
    if name in known:
        return known[name]
    from hpatch.suggest import closest  # only failures pay for it

    near = closest(name, list(known))
    hint = f"did you mean '{near}'?" if near else "'hpatch lab list' shows all"
    raise UsageError(f"there is no scenario '{name}'; {hint}")
