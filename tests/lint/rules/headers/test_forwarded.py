"""Headers that proxies in front set."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

BEHIND = "RemoteIPHeader X-Real-IP\nRemoteIPInternalProxy 10.0.0.1\n"


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("SetEnvIf x-real-ip ^192 inside", True),
        ("SetEnvIfNoCase X-Real-IP . behind", True),
        ("SetEnvIf X-Real-IP ^$ direct", False),
        ("SetEnvIf X-Forwarded-For ^192 inside", False),
        ('CustomLog logs/a "%{x-real-ip}i %t"', True),
        ('CustomLog logs/a "%h %{X-Real-IP}i %t"', False),
        ('LogFormat "%>{X-Real-IP}i %{c}a" a', False),
        ('LogFormat "%{X-Forwarded-For}i" a', False),
    ],
)
def test_a_header_that_is_gone(line: str, reported: bool) -> None:
    assert places("forwarded-header-consumed", f"{BEHIND}{line}\n") == ([(3, 1)] if reported else [])
    assert not find("forwarded-header-consumed", f"<VirtualHost *:1>\n{BEHIND}</VirtualHost>\n{line}\n")
