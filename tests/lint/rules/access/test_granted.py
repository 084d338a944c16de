"""`Require all granted` beside another Require."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize("other", ["valid-user", "ip 10.0.0.0/8", "ldap-group cn=a", "local"])
def test_everybody_gets_in(other: str) -> None:
    assert places("granted-beside-rule", f"<Location /x>\nRequire {other}\nRequire all granted\n</Location>\n") == [
        (3, 1)
    ]


def test_a_container_of_which_one_is_enough() -> None:
    text = "<Location /x>\n<RequireAny>\nRequire all granted\nRequire local\n</RequireAny>\n</Location>\n"
    assert places("granted-beside-rule", text) == [(3, 1)]


@pytest.mark.parametrize(
    "lines",
    [
        "Require all granted",
        "Require all granted\nRequire not ip 10.0.0.1",
        "Require all denied\nRequire local",
        "<RequireAll>\nRequire all granted\nRequire local\n</RequireAll>",
        "<IfDefine X>\nRequire all granted\n</IfDefine>\nRequire local",
        "<Limit GET>\nRequire all granted\n</Limit>\n<LimitExcept GET>\nRequire local\n</LimitExcept>",
        "Require all granted\n<RequireAll>\nRequire local\n</RequireAll>",
    ],
)
def test_near_misses(lines: str) -> None:
    assert not find("granted-beside-rule", f"<Location /x>\n{lines}\n</Location>\n")
