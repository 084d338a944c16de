"""Other clothes of the rules about flushing, and their sound neighbours."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

WORKER = "<Proxy fcgi://h:9000 flushpackets=on>\n</Proxy>\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ProxyPassMatch ^/(.*\\.php)$ fcgi://h:9000/srv/$1 flushpackets=on", True),
        ("ProxyPassMatch ^(/.+\\.php(/.*)?)$ fcgi://h:9000/srv/$1 flushpackets=on", True),
        ("ProxyPassMatch ^/live/(.*\\.php)$ fcgi://h:9000/srv/$1 flushpackets=on", False),
        (f"{WORKER}<Location /events>\nSetHandler proxy:fcgi://h:9000\n</Location>", False),
        (f"{WORKER}<Location />\nSetHandler proxy:fcgi://h:9000\n</Location>", True),
        (f"{WORKER}<Files *.php>\nSetHandler proxy:fcgi://h:9000\n</Files>", True),
    ],
)
def test_pages(text: str, wrong: bool) -> None:
    assert bool(find("flushpackets-always", text)) is wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ProxyPassMatch ^/events/(.*)$ fcgi://h:9000/$1", True),
        ("RewriteEngine On\nRewriteRule ^/events$ fcgi://h:9000/events.php [P]", True),
        ("<Location /events>\nSetHandler proxy:fcgi://h:9000\n</Location>", True),
        ("<LocationMatch ^/api/stream>\nSetHandler proxy:fcgi://h:9000\n</LocationMatch>", True),
        (f"{WORKER}<Location /events>\nSetHandler proxy:fcgi://h:9000\n</Location>", False),
        ("<Location /upstream>\nSetHandler proxy:fcgi://h:9000\n</Location>", False),
        ("RewriteEngine On\nRewriteRule ^/events$ http://h:9000/events [P]", False),
        ("ProxyPassMatch ^/(.*)/events$ fcgi://h:9000/$1", False),
    ],
)
def test_streams(text: str, wrong: bool) -> None:
    assert bool(find("stream-held", text)) is wrong
