"""Rules that no client fulfils together."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


def _both(*lines: str) -> str:
    return (
        "<Location /a>\n<RequireAll>\n" + "".join(f"Require {one}\n" for one in lines) + "</RequireAll>\n</Location>\n"
    )


@pytest.mark.parametrize(
    "lines",
    [
        ("ip 10.0.0.1", "ip 10.0.0.2"),
        ("ip 10.1", "ip 10.2"),
        ("ip 10.0.0.0/255.0.0.0", "ip 192.168.0.0/16 172.16.0.0/12"),
        ("ip 2001:db8::/32", "ip 10.0.0.1"),
        ("user a", "user b"),
        ("method GET", "method POST PUT"),
    ],
)
def test_nobody_fulfils_both(lines: tuple[str, str]) -> None:
    assert places("require-never-met", _both(*lines)) == [(4, 1)]


@pytest.mark.parametrize(
    "lines",
    [
        ("ip 10", "ip 10.2"),
        ("ip 10.0.0.1 10.0.0.2", "ip 10.0.0.2 10.0.0.3"),
        ("ip 10.0.0.1", "not ip 10.0.0.2"),
        ("ip 10.0.0.1", "valid-user"),
        ("user a b", "user b"),
        ("method GET", "method HEAD"),
        ("ip ${A}", "ip 10.0.0.1"),
        ("group a", "group b"),
    ],
)
def test_near_misses(lines: tuple[str, str]) -> None:
    assert not find("require-never-met", _both(*lines))


def test_nobody_of_whom_this_is_true_is_kept_out() -> None:
    inner = "<RequireAll>\nRequire ip 10.0.0.1\nRequire ip 10.0.0.2\n</RequireAll>\n"
    assert not find(
        "require-never-met", f"<RequireAll>\nRequire all granted\n<RequireNone>\n{inner}</RequireNone>\n</RequireAll>\n"
    )
