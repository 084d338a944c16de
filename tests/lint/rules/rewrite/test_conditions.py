"""Conditions that hold for other requests than they are meant for."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find


@pytest.mark.parametrize(("flags", "fires"), [("[NC,OR]", False), ("[NC]", True)])
def test_the_upgrade_header_may_be_enough(flags: str, fires: bool) -> None:
    lines = [
        "RewriteEngine On",
        f"RewriteCond %{{HTTP:UPGRADE}} ^WebSocket$ {flags}",
        "RewriteCond %{HTTP:CONNECTION} ^Upgrade$ [NC]",
        "RewriteRule .* ws://127.0.0.1:8065%{REQUEST_URI} [P,QSA,L]",
    ]
    assert bool(find("websocket-connection-exact", "\n".join(lines) + "\n")) is fires
