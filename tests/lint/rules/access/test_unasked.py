"""Logins that no Require asks for."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

LOGIN = "AuthType Basic\nAuthName a\nAuthUserFile /etc/users\n"


@pytest.mark.parametrize(
    "more",
    ["", "<Location /b>\nRequire valid-user\n</Location>\n", "<Location /a/b>\nRequire ip 10.0.0.1\n</Location>\n"],
)
def test_nothing_asks(more: str) -> None:
    assert places("login-never-asked", f"<Location /a>\n{LOGIN}</Location>\n{more}") == [(2, 1)]


@pytest.mark.parametrize(
    "text",
    [
        f"<Location /a>\n{LOGIN}Require valid-user\n</Location>\n",
        f"<Location /a>\n{LOGIN}<RequireAny>\nRequire valid-user\n</RequireAny>\n</Location>\n",
        f"<Location /a>\n{LOGIN}<LimitExcept GET>\nRequire valid-user\n</LimitExcept>\n</Location>\n",
        f"<Location />\n{LOGIN}</Location>\n<Location /a>\nRequire user b\n</Location>\n",
        f"<Location /a/b>\n{LOGIN}</Location>\n<Location /a>\nRequire user b\n</Location>\n",
        f"<Location /a>\n{LOGIN}</Location>\n<Directory /b>\nRequire user b\n</Directory>\n",
        f"<Location /a>\n{LOGIN}</Location>\n<If true>\nRequire user b\n</If>\n",
        f"<Directory /a>\n{LOGIN}</Directory>\n<Directory /b>\nAllowOverride AuthConfig\n</Directory>\n",
        "<Location /a>\nAuthType None\nAuthName a\n</Location>\n",
        "<Location /a>\nAuthType Basic\n</Location>\n",
        "<Location /a>\nAuthType form\nAuthName a\nSetHandler form-login-handler\n</Location>\n",
        f"<IfDefine X>\n<Location /a>\n{LOGIN}</Location>\n</IfDefine>\n",
    ],
)
def test_near_misses(text: str) -> None:
    assert not find("login-never-asked", text)


def test_another_virtual_host_asks_for_itself() -> None:
    hosts = [
        f"<VirtualHost *:80>\n<Location /a>\n{LOGIN}{line}</Location>\n</VirtualHost>\n"
        for line in ("", "Require user b\n")
    ]
    assert places("login-never-asked", "".join(hosts)) == [(3, 1)]
