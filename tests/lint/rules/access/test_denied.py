"""Folders that a section for a folder above keeps closed."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

CLOSED = 'Listen 80\n<Directory />\nRequire all denied\n</Directory>\nAlias /files "/srv/files"\n'


def _directory(folder: str, lines: str = "Require all granted") -> str:
    return f'<Directory "{folder}">\n{lines}\n</Directory>\n'


@pytest.mark.parametrize(
    "more",
    [
        _directory("/srv/www"),
        _directory("/srv/files", "Options None"),
        _directory("/srv/files", "AllowOverride FileInfo"),
        '<Location "/other">\nRequire all granted\n</Location>\n',
        '<Files ".ht*">\nRequire all denied\n</Files>\n',
        '<Location "/files">\nRequire all denied\n</Location>\n',
        _directory("/srv/files*", "Require all denied"),
    ],
)
def test_nobody_gets_in(more: str) -> None:
    assert places("folder-denied", CLOSED + more) == [(5, 1)]


def test_the_lines_of_mod_access_compat() -> None:
    text = CLOSED.replace("Require all denied", "Order deny,allow\nDeny from all")
    assert places("folder-denied", text + _directory("/srv/files")) == [(6, 1)]
    assert not find("folder-denied", text + _directory("/srv", "Order allow,deny\nAllow from all"))


def test_each_server_has_its_sections() -> None:
    hosts = "".join(
        f'<VirtualHost *:80>\nServerName {name}\nDocumentRoot "/srv/{name}"\n{_directory(folder)}</VirtualHost>\n'
        for name, folder in (("a.example", "/srv/a.example"), ("b.example", "/srv/a.example"))
    )
    closed = CLOSED.replace('Alias /files "/srv/files"\n', "")
    assert places("folder-denied", closed + hosts) == [(14, 1)]


def test_an_alias_in_a_location() -> None:
    text = CLOSED.replace('Alias /files "/srv/files"', '<Location "/files">\nAlias "/srv/files"\n</Location>')
    assert places("folder-denied", text) == [(6, 1)]


@pytest.mark.parametrize(
    "more",
    [
        _directory("/srv/files"),
        _directory("/srv/"),
        _directory("/srv/files/public"),
        _directory("/srv/fi*"),
        _directory("/srv/files", "AllowOverride All"),
        _directory("/srv", "AllowOverride AuthConfig"),
        _directory("/srv/files", "Require ip 10.0.0.0/8"),
        _directory("/srv", '<Files "*.txt">\nRequire all granted\n</Files>'),
        '<DirectoryMatch "^/srv/">\nRequire all granted\n</DirectoryMatch>\n',
        '<FilesMatch "txt$">\nRequire all granted\n</FilesMatch>\n',
        '<LocationMatch "^/f">\nRequire all granted\n</LocationMatch>\n',
        '<Location "/files/a">\nRequire all granted\n</Location>\n',
        '<If "true">\nRequire all granted\n</If>\n',
        'ProxyPass "/files" "http://10.0.0.5/"\n',
        "<IfDefine X>\n" + _directory("/srv/files") + "</IfDefine>\n",
        "<VirtualHost *:80>\n" + _directory("/srv/files") + "</VirtualHost>\n",
    ],
)
def test_near_misses(more: str) -> None:
    assert not find("folder-denied", CLOSED + more)


@pytest.mark.parametrize("more", ['ProxyPass "/app" "http://10.0.0.5/"', "Redirect / https://a.example/"])
def test_a_document_root_that_may_not_be_asked_for(more: str) -> None:
    assert not find("folder-denied", CLOSED.replace("Alias /files", "DocumentRoot") + more + "\n")


def test_a_part_of_a_configuration() -> None:
    assert not find("folder-denied", CLOSED, part=True)
