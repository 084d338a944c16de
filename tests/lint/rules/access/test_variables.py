"""Variables that nothing sets before an access rule asks for them."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

ASKS = "Listen 80\n<Location /a>\nRequire env own\n</Location>\n"


@pytest.mark.parametrize("more", ["", "SetEnv own 1\n", "PassEnv own\n", "SetEnvIf Host a other\n"])
def test_never_set(more: str) -> None:
    assert places("variable-never-set", ASKS + more) == [(3, 1)]


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("Allow from env=own", "lets nobody in"),
        ("Deny from env=own", "keeps nobody out"),
        ("<RequireAll>\nRequire all granted\nRequire not env own\n</RequireAll>", "keeps nobody out"),
        (
            "<RequireAll>\nRequire all granted\n<RequireNone>\nRequire env own\n</RequireNone>\n</RequireAll>",
            "keeps nobody out",
        ),
    ],
)
def test_the_effect(line: str, effect: str) -> None:
    (found,) = find("variable-never-set", ASKS.replace("Require env own", line))
    assert effect in found.message


@pytest.mark.parametrize(
    "more",
    [
        "SetEnvIf Host a OWN=1\n",
        "BrowserMatch a !own\n",
        "RewriteRule ^/a - [E=own:1,L]\n",
        "SetEnvIfExpr true own\n",
        "<Directory /srv>\nAllowOverride FileInfo\n</Directory>\n",
        "LoadModule geoip_module modules/mod_geoip.so\n",
    ],
)
def test_it_may_be_set(more: str) -> None:
    assert not find("variable-never-set", ASKS + more)


@pytest.mark.parametrize("line", ["Require env REDIRECT_STATUS", "Require env ${X}", "Allow from env=!own"])
def test_other_variables(line: str) -> None:
    assert not find("variable-never-set", ASKS.replace("Require env own", line))


def test_a_part_of_a_configuration() -> None:
    assert not find("variable-never-set", ASKS, part=True)
