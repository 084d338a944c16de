"""Which rules run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from hpatch.errors import UsageError
from hpatch.lint.found import Found
from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from hpatch.lint.selection import select

if TYPE_CHECKING:
    from hpatch.lint.context import Context


def fires(context: Context) -> Iterable[Found]:
    """A check."""
    return ()


def names(selected: list[str] | None, ignored: list[str]) -> set[str]:
    return {rule.name for rule in select(rules(), selected, ignored)}


def test_all_but_advice_by_default() -> None:
    assert select(rules(), None, []) == tuple(rule for rule in rules() if not rule.advice)
    assert select(rules(), None, [], advice=True) == rules()


def test_advice_runs_if_it_is_named() -> None:
    plain = Rule("HD001", "plain-one", "warning", "high", (), fires)
    advice = Rule("HD002", "advised-one", "info", "high", (), fires, advice=True)
    both = (plain, advice)
    assert select(both, ["HD"], []) == select(both, [plain.family], []) == (plain,)
    assert select(both, ["HD"], [], advice=True) == both
    assert select(both, ["hd002"], []) == select(both, ["advised-one"], []) == (advice,)
    assert select(both, ["HD"], ["HD002"], advice=True) == (plain,)


def test_by_family() -> None:
    assert names(["Workers"], []) == {rule.name for rule in rules() if rule.family == "workers" and not rule.advice}
    assert "uds-worker-collision" in names(["workers"], [])


def test_by_code_prefix_and_name_in_any_case() -> None:
    assert names(["wk001"], []) == names(["UDS-Worker-Collision"], []) == {"uds-worker-collision"}
    assert names(["MP00"], []) == {rule.name for rule in rules() if rule.code.startswith("MP00")}


def test_ignored_wins_and_order_stays() -> None:
    chosen = select(rules(), ["WK", "BE001"], ["WK001"])
    assert [rule.code for rule in chosen][:2] == ["BE001", "WK002"]


@pytest.mark.parametrize(("selected", "ignored"), [(["uds-worker-colision"], []), (None, ["uds-worker-colision"])])
def test_unknown(selected: list[str] | None, ignored: list[str]) -> None:
    with pytest.raises(UsageError, match="did you mean 'uds-worker-collision'"):
        select(rules(), selected, ignored)


def test_nothing_is_no_selector() -> None:
    with pytest.raises(UsageError):
        select(rules(), [""], [])
