"""Restricted paths that a later section opens."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

INNER = "<Location /admin>\nRequire ip 10.0.0.1\n</Location>\n"
OPEN = "<Location />\nRequire all granted\n</Location>\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (INNER + OPEN, 4),
        (INNER + OPEN.replace("/>", "/admin>"), 4),
        (INNER.replace("ip 10.0.0.1", "all denied") + OPEN, 4),
        (f"{INNER}<VirtualHost *:80>\n{OPEN}</VirtualHost>\n", 5),
        (f"<VirtualHost *:80>\n{INNER}{OPEN}</VirtualHost>\n", 5),
        (f"{INNER}<VirtualHost *:80>\n{OPEN}</VirtualHost>\n<VirtualHost *:80>\n{OPEN}</VirtualHost>\n", 5),
    ],
)
def test_opened(text: str, line: int) -> None:
    assert places("location-opened-later", text) == [(line, 1)]


@pytest.mark.parametrize(
    "text",
    [
        OPEN + INNER,
        INNER.replace("Require ip 10.0.0.1", "<Limit PUT>\nRequire ip 10.0.0.1\n</Limit>") + OPEN,
        INNER + OPEN + INNER,
        INNER + OPEN.replace("/>", "/adm>"),
        INNER + OPEN.replace("/>", "/admin/public>"),
        INNER + OPEN.replace("Require", "AuthMerging And\nRequire"),
        INNER + OPEN.replace("all granted", "ip 10.0.0.2"),
        INNER + OPEN.replace("Require all granted", "Order allow,deny\nAllow from all"),
        f"{INNER}<IfDefine X>\n{OPEN}</IfDefine>\n",
        f"<VirtualHost *:80>\n{INNER}</VirtualHost>\n{OPEN}",
        f"<VirtualHost *:80>\n{INNER}</VirtualHost>\n<VirtualHost *:81>\n{OPEN}</VirtualHost>\n",
        f"{INNER}{OPEN}<LocationMatch ^/a>\nRequire ip 10.0.0.1\n</LocationMatch>\n",
    ],
)
def test_near_misses(text: str) -> None:
    assert not find("location-opened-later", text)


def test_a_page_of_httpd_that_the_backend_is_asked_for() -> None:
    status = INNER.replace("Require", "SetHandler server-status\nRequire")
    host = f'<VirtualHost *:80>\nProxyPass "/" "http://10.0.0.5/"\n{OPEN}</VirtualHost>\n'
    assert not find("location-opened-later", status + host)
    assert find("location-opened-later", status + host.replace('Pass "/"', 'Pass "/app/"'))
