"""What browsers of other sites may ask."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

API = "<Location /api>\nAuthType Basic\n{}\n{}\n</Location>\n"
ALLOWED = "Header always set Access-Control-Allow-Methods GET"


@pytest.mark.parametrize(
    ("rule", "more", "reported"),
    [
        ("Require valid-user", "", True),
        ("Require user a b", "", True),
        ("Require all granted", "", False),
        ("Require ip 10.0.0.0/8", "", False),
        ("Require valid-user\nRequire ip 10.0.0.0/8", "", False),
        ("Require valid-user\nRequire method OPTIONS", "", False),
        ("<LimitExcept OPTIONS>\nRequire valid-user\n</LimitExcept>", "", False),
        ("AuthType openid-connect\nRequire valid-user", "", False),
        ("Require valid-user\nSatisfy Any", "", False),
        ("Require valid-user", "RewriteCond %{REQUEST_METHOD} OPTIONS\nRewriteRule ^ - [R=204]", False),
        ("Require valid-user", "SetEnvIf Request_Method OPTIONS PREFLIGHT", False),
    ],
)
def test_the_question_before_the_request(rule: str, more: str, reported: bool) -> None:
    text = API.format(rule, ALLOWED) + more
    assert places("cors-preflight-login", text) == ([(3, 1)] if reported else [])
    assert not find("cors-preflight-login", API.format(rule, "Header set Access-Control-Allow-Origin *") + more)
