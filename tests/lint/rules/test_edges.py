"""The releases between which a rule says something else: just before the edge as long before, at it as after it."""

from __future__ import annotations

import re

import pytest

from tests.support.lint.find import find

EDGES = [
    ("websocket-idle", 'Timeout 300\nProxyPass "/chat" "ws://10.0.0.5:8080/" timeout=30', "2.4.52", "2.4.53"),
    ("address-kept", 'ProxyPass "/" "http://app.internal:8080/"', "2.4.58", "2.4.59"),
    (
        "question-mark-refused",
        'RewriteEngine On\nRewriteRule "^/page/(.*)$" "/index.php?page=$1" [B,PT]',
        "2.4.59",
        "2.4.60",
    ),
    (
        "question-mark-refused",
        'RewriteEngine On\nRewriteRule "^/page/(.*)$" "/index.php?page=$1" [B,PT]',
        "2.4.62",
        "2.4.63",
    ),
    (
        "remoteip-list-vhost",
        '<VirtualHost "*:80">\nRemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxyList "conf/p.txt"\n</VirtualHost>',
        "2.4.70",
        "2.4.71",
    ),
    (
        "rewrite-query-needs-b",
        'RewriteEngine On\nRewriteRule "^/s/(.*)$" "http://10.0.0.5:8080/find?q=$1" [P]',
        "2.4.55",
        "2.4.56",
    ),
    ("sslengine-optional", "SSLEngine optional", "2.4.63", "2.4.64"),
    ("directive-arguments", "CacheIgnoreHeaders", "2.4.3", "2.4.4"),
    ("directive-value", "<Directory /srv>\nAllow from #all\n</Directory>", "2.4.31", "2.4.32"),
]


@pytest.mark.parametrize(("rule", "text", "before", "since"), EDGES)
def test_the_edge(rule: str, text: str, before: str, since: str) -> None:
    def told(version: str) -> list[str]:
        """Without the versions that are named."""
        return [re.sub(r"2\.4\.\d+", "", f"{one.message} {one.help}") for one in find(rule, text, version)]

    assert told(before) != told(since)
