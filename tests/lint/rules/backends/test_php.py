"""Which files run as PHP, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import load, running
from tests.support.lint.find import find, places

MIME = load("mime") + "TypesConfig /dev/null\n"
HANDLER = '<{} "{}">\nSetHandler "proxy:fcgi://A"\n</{}>\n'
SECTIONS = {
    "plain": HANDLER.format("FilesMatch", "\\.php", "FilesMatch"),
    "end": HANDLER.format("FilesMatch", "\\.php$", "FilesMatch"),
    "some": HANDLER.format("FilesMatch", "\\.ph(p|tml)$", "FilesMatch"),
    "some-open": HANDLER.format("FilesMatch", "\\.ph(p|tml)", "FilesMatch"),
    "glob": HANDLER.format("Files", "*.php", "Files"),
    "glob-open": HANDLER.format("Files", "*.php*", "Files"),
    "ending": "AddHandler proxy:fcgi://a .php\n",
    "ending-in-pattern": '<FilesMatch "\\.php$">\nAddHandler proxy:fcgi://a .php\n</FilesMatch>\n',
}


@pytest.mark.httpd
def test_two_endings(httpd: str, tmp_path: Path) -> None:
    """The backend gets `photo.php.jpg` just where the rule reports the line."""
    (tmp_path / "photo.php.jpg").write_text("picture")
    (tmp_path / "script.php").write_text("source")
    with running(httpd, tmp_path, MIME) as first:
        assert first.get("/photo.php.jpg") == "picture"
    hosts = (
        f"<VirtualHost *>\nServerName {name}\n{text.replace('fcgi:', 'http:')}</VirtualHost>\n"
        for name, text in SECTIONS.items()
    )
    with running(httpd, tmp_path, MIME + "".join(hosts)) as server:
        for name, text in SECTIONS.items():
            answers = [server.get(f"/{file}", host=name) for file in ("script.php", "photo.php.jpg")]
            assert answers[0] != "source", name
            assert bool(find("php-double-extension", text.lower())) is (answers[1] != "picture"), (name, answers)


TYPES = {
    "type": "AddType PAGE .php\n",
    "type-in-pattern": '<FilesMatch "\\.php$">\nAddType PAGE .php\n</FilesMatch>\n',
    "forced": '<FilesMatch "\\.php$">\nForceType PAGE\n</FilesMatch>\n',
    "forced-open": '<FilesMatch "\\.php">\nForceType PAGE\n</FilesMatch>\n',
    "handler": "AddHandler PAGE .php\n",
}


@pytest.mark.httpd
def test_a_type_is_a_handler(httpd: str, tmp_path: Path) -> None:
    """httpd's own page runs in the place of PHP for one of these names just where the rule reports the line."""
    names = ("script.php.bak", "script.php.jpg")
    for name in ("script.php", *names):
        (tmp_path / name).write_text("source")
    (tmp_path / "types").write_text("image/jpeg jpg\n")
    hosts = (
        f"<VirtualHost *>\nServerName {name}\n{text.replace('PAGE', 'server-info')}</VirtualHost>\n"
        for name, text in TYPES.items()
    )
    severities = {(True, False): ["warning"], (True, True): ["error"], (False, False): []}
    modules = f'{load("mime", "info")}TypesConfig "{tmp_path}/types"\n'
    with running(httpd, tmp_path, modules + "".join(hosts)) as server:
        for name, text in TYPES.items():
            assert server.get("/script.php", host=name) != "source"
            runs = tuple(server.get(f"/{file}", host=name) != "source" for file in names)
            found = find("php-double-extension", text.replace("PAGE", "application/x-httpd-php"))
            assert [one.severity for one in found] == severities[runs], (name, runs)


@pytest.mark.parametrize(
    "text",
    [
        "AddType application/x-httpd-php-source .phps",
        "AddHandler application/x-httpd-php-source .phps",
        "AddType text/plain .php",
        "AddType application/x-httpd-php .html",
        "AddHandler cgi-script .cgi",
        "AddHandler application/x-httpd-php .html",
        '<FilesMatch "\\.html">\nSetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>',
        '<FilesMatch "\\.php">\nSetHandler "proxy:http://127.0.0.1:9000"\n</FilesMatch>',
        '<FilesMatch "\\.php">\nRequire all denied\n</FilesMatch>',
    ],
)
def test_silent(text: str) -> None:
    assert not find("php-double-extension", text)


@pytest.mark.parametrize(
    ("pattern", "reported"),
    [
        ("\\.php", True),
        ("\\.php\\.?", True),
        (".+\\.ph(p[3457]?|t|tml)(\\.|$)", True),
        ("\\.(php|inc)(\\..*)?$", True),
        (".+\\.ph(ar|p|tml)$", False),
        ("^(index|cron)\\.php$", False),
        (".", False),
        ("\\.html", False),
    ],
)
def test_what_a_pattern_runs(pattern: str, reported: bool) -> None:
    text = f'<FilesMatch "{pattern}">\nSetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n'
    assert bool(find("php-double-extension", text)) is reported


def test_the_place_of_the_pattern() -> None:
    text = (
        '<Directory "/srv">\n<FilesMatch "\\.php">\nSetHandler application/x-httpd-php\n</FilesMatch>\n</Directory>\n'
    )
    assert places("php-double-extension", text) == [(2, 13)]


@pytest.mark.parametrize(
    ("pattern", "reported"),
    [
        ("^/(.*\\.php(/.*)?)$", True),
        ("^/(.+\\.php)$", True),
        ("^(/.*\\.php)$", True),
        ("\\.php$", False),
        ("^/index\\.php(/|$)", False),
        ("^/([a-z]+\\.php)$", False),
    ],
)
def test_patterns(pattern: str, reported: bool) -> None:
    assert bool(find("php-passmatch", f'ProxyPassMatch "{pattern}" "fcgi://127.0.0.1:9000/srv/$1"')) is reported


def test_authorization() -> None:
    text = '<VirtualHost *>\nProxyPass "/" "fcgi://127.0.0.1:9000/"\n{}</VirtualHost>\n'
    assert find("authorization-dropped", text.format(""))
    assert not find("authorization-dropped", text.format('<Location "/">\nCGIPassAuth On\n</Location>\n'))
    assert find(
        "authorization-dropped",
        text.format("") + '<VirtualHost *>\n<Location "/">\nCGIPassAuth On\n</Location>\n</VirtualHost>\n',
    )
    assert not find("authorization-dropped", 'ProxyPass "/" "uwsgi://127.0.0.1:3031/"')


def test_a_pattern_without_a_start_and_a_rule() -> None:
    fires = (
        'ProxyPassMatch "\\.php$" "unix:/run/fpm.sock|fcgi://h/srv"',
        'ProxyPassMatch "\\.(php|phtml)$" "fcgi://127.0.0.1:9000/srv"',
        'RewriteEngine On\nRewriteRule "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/srv/$1" [P]',
    )
    silent = (
        '<Directory "/srv">\nRewriteRule "^(.*\\.php)$" "fcgi://127.0.0.1:9000/srv/$1" [P]\n</Directory>',
        'RewriteCond "%{REQUEST_FILENAME}" -f\nRewriteRule "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/srv/$1" [P]',
        'RewriteRule "^/(.*\\.php)$" "http://127.0.0.1:8080/$1" [P]',
    )
    for text in fires:
        assert find("php-passmatch", text), text
    for text in silent:
        assert not find("php-passmatch", text), text
