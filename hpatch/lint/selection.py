"""The choice of rules to run.

A selector is a code (`WK001`), a prefix of codes (`WK`), a name (`uds-worker-collision`) or a family (`workers`).
"""

import re
from collections.abc import Iterable, Sequence

from hpatch.errors import UsageError
from hpatch.lint.found import Severity
from hpatch.lint.rule import Rule
from hpatch.suggest import closest


def matching(selector: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that a selector stands for, case ignored. Empty if it matches no rule."""
    rules = tuple(rules)
    wanted = selector.strip()
    named = tuple(rule for rule in rules if wanted.lower() in (rule.name, rule.family))
    if named or not wanted:
        return named
    return tuple(rule for rule in rules if rule.code.startswith(wanted.upper()))


def suggestion(selector: str, rules: Iterable[Rule]) -> str | None:
    """The name, code or family that is most similar to an unknown selector."""
    choices = [word for rule in rules for word in (rule.name, rule.code, rule.family)]
    return closest(selector.strip(), choices)


def unknown(selector: str, rules: Iterable[Rule]) -> str:
    """The message for a selector that matches no rule."""
    near = suggestion(selector, rules)
    return f"no rule has the code, name or family '{selector.strip()}'" + (f"; did you mean '{near}'?" if near else "")


def like_plugins_code(selector: str) -> bool:
    """Whether a selector has the form of a plugin's code or its beginning: three letters or more, hpatch's have two."""
    return re.fullmatch(r"[A-Za-z]{3,6}[0-9]{0,3}", selector.strip()) is not None


def perhaps_plugins(selector: str, rules: Iterable[Rule]) -> bool:
    """Whether a selector that matches no rule may name rules of a plugin that is not loaded.

    A name is taken for a plugin's unless a rule here has a similar one.
    """
    wanted = selector.strip()
    if like_plugins_code(wanted):
        return True
    return re.fullmatch(r"[a-z_][a-z0-9_-]+", wanted) is not None and suggestion(wanted, rules) is None


def select(
    rules: Sequence[Rule], selected: Iterable[str] | None, ignored: Iterable[str], *, advice: bool = False
) -> tuple[Rule, ...]:
    """The rules that are selected (None: all) and not ignored. Raises UsageError for a selector without a rule.

    Advice is among them if `advice` is true, or if a selector names that one rule.
    """
    chosen = set(rules) if selected is None else _all(selected := tuple(selected), rules)
    if not advice:
        named = {rule for one in selected or () if len(here := matching(one, rules)) == 1 for rule in here}
        chosen = {rule for rule in chosen if not rule.advice or rule in named}
    dropped = _all(ignored, rules)
    return tuple(rule for rule in rules if rule in chosen and rule not in dropped)


def severities(rules: Sequence[Rule], chosen: Iterable[tuple[str, str]]) -> dict[str, Severity]:
    """The severity of rules, by their codes, from selectors with severities.

    A selector of fewer rules counts more; of equals, the later. Raises UsageError for a selector without a rule.
    """
    found = [(_all((selector,), rules), severity) for selector, severity in chosen]
    found.sort(key=lambda one: -len(one[0]))
    return {rule.code: severity for here, severity in found for rule in here}  # type: ignore[misc] # checked before


def _all(selectors: Iterable[str], rules: Sequence[Rule]) -> set[Rule]:
    found: set[Rule] = set()
    for selector in selectors:
        here = matching(selector, rules)
        if not here:
            raise UsageError(f"{unknown(selector, rules)} (see 'hpatch rule')")
        found.update(here)
    return found
