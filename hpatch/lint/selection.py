"""The choice of rules to run, by code (`WK001`), prefix of codes (`WK`) or name (`uds-worker-collision`)."""

from collections.abc import Iterable, Sequence

from hpatch.errors import UsageError
from hpatch.lint.rule import Rule
from hpatch.suggest import closest


def matching(selector: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that a code, a prefix of codes or a name stands for, case ignored. Empty if it matches no rule."""
    rules = tuple(rules)
    wanted = selector.strip()
    named = tuple(rule for rule in rules if rule.name == wanted.lower())
    if named or not wanted:
        return named
    return tuple(rule for rule in rules if rule.code.startswith(wanted.upper()))


def suggestion(selector: str, rules: Iterable[Rule]) -> str | None:
    """The name or code that is most similar to an unknown selector."""
    choices = [word for rule in rules for word in (rule.name, rule.code)]
    return closest(selector.strip(), choices)


def unknown(selector: str, rules: Iterable[Rule]) -> str:
    """The message for a selector that matches no rule."""
    near = suggestion(selector, rules)
    return f"no rule has the code or name '{selector.strip()}'" + (f"; did you mean '{near}'?" if near else "")


def select(rules: Sequence[Rule], selected: Iterable[str] | None, ignored: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that are selected (None: all) and not ignored. Raises UsageError for a selector without a rule."""
    chosen = rules if selected is None else _all(selected, rules)
    dropped = _all(ignored, rules)
    return tuple(rule for rule in rules if rule in chosen and rule not in dropped)


def _all(selectors: Iterable[str], rules: Sequence[Rule]) -> set[Rule]:
    found: set[Rule] = set()
    for selector in selectors:
        here = matching(selector, rules)
        if not here:
            raise UsageError(f"{unknown(selector, rules)} (see 'hpatch rule')")
        found.update(here)
    return found
