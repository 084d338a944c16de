"""Lists of Allow and Deny that do nothing."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find


def _section(*lines: str) -> str:
    return "<Location /a>\n" + "".join(f"{line}\n" for line in lines) + "</Location>\n"


@pytest.mark.parametrize(
    ("lines", "line", "effect"),
    [
        (("Allow from 10.0.0.1",), 2, "everybody"),
        (("Order Deny,Allow", "Allow from 10.0.0.1"), 3, "everybody"),
        (("Allow from all", "Deny from 10.0.0.1"), 3, "everybody"),
        (("Order allow,deny", "Deny from 10.0.0.1"), 3, "nobody"),
        (("Deny from all", "Order allow,deny", "Allow from 10.0.0.1"), 4, "nobody"),
    ],
)
def test_no_effect(lines: tuple[str, ...], line: int, effect: str) -> None:
    (found,) = find("order-overrides", _section(*lines))
    assert found.place.line == line
    assert found.message.startswith(effect)


@pytest.mark.parametrize(
    "lines",
    [
        ("Order deny,allow", "Deny from all", "Allow from 10.0.0.1"),
        ("Order deny,allow", "Deny from 10.0.0.1"),
        ("Order allow,deny", "Allow from all", "Deny from 10.0.0.1"),
        ("Order allow,deny", "Allow from 10.0.0.1"),
        ("Order deny,allow", "Deny from all", "Allow from all"),
        ("Order deny,allow", "Allow from all"),
        ("Order allow,deny", "Deny from all"),
        ("Order mutual-failure", "Allow from 10.0.0.1"),
        ("Allow from 10.0.0.1", "Satisfy any"),
        ("Allow from 10.0.0.1", "<IfDefine X>", "Deny from all", "</IfDefine>"),
        ("Allow from ${NET}",),
    ],
)
def test_near_misses(lines: tuple[str, ...]) -> None:
    assert not find("order-overrides", _section(*lines))
