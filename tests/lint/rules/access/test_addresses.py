"""The client's address and name, in other words than those of the manual."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

HEADER = "RemoteIPHeader X-Real-IP\n"
RULE = "<Location /a>\n{}\n</Location>\n"
BY_ENV = RULE.format("Require env in")
OLD = "Order deny,allow\nDeny from all\nAllow from 192.168.1"


@pytest.mark.parametrize(
    ("rule", "text", "severities"),
    [
        ("remoteip-trusts-all", HEADER + RULE.format("Require expr \"-R '198.51.100.0/24'\""), ["error"]),
        ("remoteip-trusts-all", HEADER + RULE.format("Require user a"), ["warning"]),
        ("remoteip-trusted-private", f"{HEADER}RemoteIPTrustedProxy 10.0.0.2\n" + RULE.format(OLD), ["info"]),
        ("access-by-client-header", f"SetEnvIf X-Real-IP ^198 in\n{BY_ENV}", ["error"]),
        (
            "access-by-client-header",
            "<VirtualHost *:80>\nSetEnvIf X-Real-IP ^198 in\n</VirtualHost>\n"
            f"<VirtualHost *:81>\n{BY_ENV}</VirtualHost>\n",
            [],
        ),
        ("access-by-client-header", "RewriteEngine On\nRewriteCond %{HTTP_REFERER} !^x\nRewriteRule ^ - [F]\n", []),
        ("access-by-client-header", "RewriteEngine On\nRewriteCond %{HTTP:X-Real-IP} ^198\nRewriteRule ^ - [F]\n", []),
        (
            "access-by-client-header",
            RULE.format("<RequireAll>\nRequire env in\nRequire valid-user\n</RequireAll>") + "SetEnvIf Referer x in\n",
            [],
        ),
        (
            "access-by-client-header",
            RULE.format("<RequireAll>\nRequire env in\nRequire all granted\n</RequireAll>") + "SetEnvIf Referer x in\n",
            ["warning"],
        ),
    ],
)
def test_in_other_words(rule: str, text: str, severities: list[str]) -> None:
    assert [found.severity for found in find(rule, text)] == severities
