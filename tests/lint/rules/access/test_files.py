"""Restricted files in other words than those of the manual."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

FOLDER = '<Directory "/var/www/admin">\nRequire ip 10.0.0.1\n</Directory>\n'
MATCH = 'ProxyPassMatch "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/var/www/$1"\n'
RULE = "RewriteEngine On\nRewriteRule ^/(.*\\.php)$ fcgi://127.0.0.1:9000/var/www/$1 [P]\n"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (MATCH + FOLDER, True),
        (RULE + FOLDER, True),
        (f"<Directory /var/www>\n{RULE}</Directory>\n{FOLDER}", False),
        (f"ProxyPassMatch ^/admin/ !\n{MATCH}{FOLDER}", False),
        (f"ProxyPass /admin !\n{MATCH}{FOLDER}", False),
        (f"ProxyPass /static !\n{MATCH}{FOLDER}", True),
        (f"{MATCH}ProxyPass /admin !\n{FOLDER}", True),
        (MATCH + FOLDER.replace("Require ip", "Require all granted\nRequire ip"), False),
        (MATCH + '<Directory "/srv/other">\nRequire all denied\n</Directory>\n', False),
    ],
)
def test_files_that_fastcgi_gets(text: str, reported: bool) -> None:
    assert bool(find("files-rule-not-for-proxied", text)) is reported
