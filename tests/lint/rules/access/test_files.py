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


HOST = "<VirtualHost *>\nDocumentRoot /w\n{}\n<Directory {}>\nRequire all denied\n</Directory>\n</VirtualHost>"


@pytest.mark.parametrize(
    ("lines", "folder", "count"),
    [
        ("ProxyPass / http://b:1/", "/w", 0),  # nobody is to have any file
        ("ProxyPass / http://b:1/", "/w/a/", 1),
        ("ProxyPass /a http://b:1/", "/w/a", 1),
        ("ProxyPass /a http://b:1/", "/w/a/b", 1),
        ("<Location /a>\nProxyPass http://b:1/\n</Location>", "/w/a", 1),
        ("ProxyPass /s !\nProxyPass / http://b:1/", "/w/a", 1),
        ("ProxyPass /s !\nProxyPass / http://b:1/", "/w", 0),
        ("ProxyPass /a/s !\nProxyPass / http://b:1/", "/w/a", 0),
        ("ProxyPassMatch s !\nProxyPass / http://b:1/", "/w/a", 0),
        ("ProxyPass /a http://b:1/", "/w", 0),
        ("ProxyPass /a http://b:1/", "/w/ab", 0),
        ("ProxyPass / http://b:1/", "/v", 0),
        ("ProxyPass / http://b:1/", "/w/*", 0),
        ("ProxyPass /a http://b:1/\nAlias /s /w/a", "/w/a", 0),
        ("ProxyPass /a http://b:1/\nAlias /s /w", "/w/a", 0),
        ("ProxyPass /a http://b:1/\nAlias /s /v", "/w/a", 1),
        ("ProxyPass /a http://b:1/\nSetEnvIf Request_URI ^/a no-proxy", "/w/a", 0),
    ],
)
def test_a_folder_whose_path_is_proxied(lines: str, folder: str, count: int) -> None:
    assert len(find("files-rule-not-for-proxied", HOST.format(lines, folder))) == count


def test_the_line_that_takes_the_path() -> None:
    (found,) = find("files-rule-not-for-proxied", HOST.format("ProxyPass /a http://b:1/", "/w/a"))
    assert found.place.line == 4
    assert found.related[0].place.line == 3


@pytest.mark.parametrize(
    ("rule_line", "reported"), [("Require ip 10.0.0.1", True), ("Require all denied", False), ("Deny from all", False)]
)
def test_files_of_a_server_that_proxies_all(rule_line: str, reported: bool) -> None:
    host = "<VirtualHost *:80>\nDocumentRoot /srv/w\nProxyPass / http://10.0.0.5/\n{}</VirtualHost>\n"
    assert bool(find("files-rule-not-for-proxied", host.format(_folder("/srv/w", rule_line)))) is reported
    assert find("files-rule-not-for-proxied", host.format(_folder("/srv/w/admin", rule_line)))


def _folder(path: str, line: str) -> str:
    return f"<Directory {path}>\n{line}\n</Directory>\n"
