"""Other clothes of the rules about WebSockets, and their sound neighbours."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

BALANCER = "<Proxy balancer://b>\nBalancerMember ws://h:80 {}\n</Proxy>\nProxyPass /chat balancer://b/chat {}\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (BALANCER.format("", ""), True),
        (BALANCER.format("timeout=600", ""), False),
        # A balancer's own timeout is another one.
        (BALANCER.format("", "timeout=600"), True),
        ("ProxyPass / http://h/ upgrade=ANY", True),
        ("ProxyPass / http://h/ upgrade=NONE", False),
        ("ProxyPass / http://h/ upgrade=h2c", False),
    ],
)
def test_idle(text: str, wrong: bool) -> None:
    assert bool(find("websocket-idle", text)) is wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ProxyPassMatch ^/ws/(.*)$ http://h/ws/$1", True),
        ("RewriteEngine On\nRewriteRule ^/socket\\.io/(.*) http://h/socket.io/$1 [P]", True),
        ("ProxyPass /ws http://h/ws upgrade=NONE", True),
        ("ProxyPass /ws http://h/ws upgrade=WebSocket", False),
        ("ProxyPassMatch ^/news/(.*)$ http://h/news/$1", False),
        ("ProxyPassMatch ^/(.*)/ws$ http://h/$1", False),
        ("RewriteEngine On\nRewriteRule ^/ws/(.*) http://h/ws/$1 [R]", False),
        (
            "RewriteEngine On\nRewriteCond %{HTTP:Upgrade} websocket [NC]\nRewriteRule ^/ws/(.*) ws://h/ws/$1 [P]\n"
            "RewriteRule ^/ws/(.*) http://h/ws/$1 [P]",
            False,
        ),
    ],
)
def test_no_upgrade(text: str, wrong: bool) -> None:
    assert bool(find("websocket-no-upgrade", text)) is wrong


@pytest.mark.parametrize(
    ("condition", "target", "reported"),
    [
        ("%{HTTP:Upgrade} ^WebSocket$ [NC]", "https://h/$1", True),
        ("%{HTTP:Upgrade} =websocket [NC,OR]\nRewriteCond %{QUERY_STRING} a", "http://h/$1", False),
        ("%{QUERY_STRING} a [OR]\nRewriteCond %{HTTP:Upgrade} =websocket", "http://h/$1", False),
        ("%{QUERY_STRING} a\nRewriteCond %{HTTP:Upgrade} =websocket", "http://h/$1", True),
        ("%{HTTP:Upgrade} .", "http://h/$1", False),
        ("%{HTTP:Upgrade} =websocket", "http://%{HTTP_HOST}/$1", False),
        ("%{HTTP:Upgrade} =websocket", "wss://h/$1", False),
    ],
)
def test_a_rule_for_websockets(condition: str, target: str, reported: bool) -> None:
    text = f"RewriteEngine On\nRewriteCond {condition}\nRewriteRule ^/(.*) {target} [P]\n"
    assert bool(find("websocket-rule-to-http", text)) is reported


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("SetEnv force-proxy-request-1.0 1", True),
        ("SetEnvIf Request_URI ^/old force-proxy-request-1.0", False),
        ("<If true>\nSetEnv force-proxy-request-1.0 1\n</If>", False),
        ("<Location /ws>\nSetEnv force-proxy-request-1.0 1\n</Location>", True),
        ("<Location /other>\nSetEnv force-proxy-request-1.0 1\n</Location>", False),
    ],
)
def test_http10(line: str, reported: bool) -> None:
    assert bool(find("websocket-http10", f"{line}\nProxyPass /ws http://h/ws upgrade=websocket\n")) is reported
    assert not find("websocket-http10", f"{line}\nProxyPass /ws http://h/ws\n")
