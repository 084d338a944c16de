"""The connection pool."""

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("params", "column", "fixed"),
    [
        ("max=20 smax=40", 30, "smax=20"),
        ("min=30 max=20", 23, "min=20"),
        ("min=30 smax=10 max=20", 23, "min=10"),
        ("smax=5 min=6", 30, "min=5"),
    ],
)
def test_above(params: str, column: int, fixed: str) -> None:
    (found,) = find("smax-gt-max", f"ProxyPass / http://h/ {params}")
    assert found.place.column == column
    assert found.fix is not None
    assert found.fix.safe
    assert [edit.replacement for edit in found.fix.edits] == [fixed]


@pytest.mark.parametrize("params", ["max=20 smax=20 min=20", "max=0 smax=40", "smax=40", "min=5 max=20", "min=1"])
def test_not_above(params: str) -> None:
    assert not find("smax-gt-max", f"ProxyPass / http://h/ {params}")


def test_prefork() -> None:
    text = "ProxyPass / http://h/ max=20 timeout=5 smax=1"
    assert [found.place.column for found in find("prefork-pool", text, mpm="prefork")] == [23, 40]
    assert places("prefork-pool", text, modules="mpm_prefork_module") == [(1, 23), (1, 40)]
    assert places("prefork-pool", f"LoadModule mpm_prefork_module x.so\n{text}") == [(2, 23), (2, 40)]


def test_not_prefork() -> None:
    assert not find("prefork-pool", "ProxyPass / http://h/ max=20", mpm="event")
    assert not find("prefork-pool", "ProxyPass / http://h/ max=20")
    assert not find("prefork-pool", "ProxyPass / http://h/ timeout=20", mpm="prefork")
