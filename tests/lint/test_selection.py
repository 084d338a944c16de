"""Which rules run."""

from __future__ import annotations

import pytest

from hpatch.errors import UsageError
from hpatch.lint.registry import rules
from hpatch.lint.selection import select


def names(selected: list[str] | None, ignored: list[str]) -> set[str]:
    return {rule.name for rule in select(rules(), selected, ignored)}


def test_all_by_default() -> None:
    assert len(select(rules(), None, [])) == len(rules())


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
