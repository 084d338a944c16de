"""Files of passwords that are served, and logs with passwords in them."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

SERVED = "Listen 80\nDocumentRoot /srv/www\n<Location /a>\nAuthUserFile /srv/www/a/.users\n</Location>\n"


@pytest.mark.parametrize(
    "more",
    [
        "",
        "<Files .ht*>\nRequire all denied\n</Files>\n",
        "<Directory /srv/www>\nRequire valid-user\n</Directory>\n",
        "<Directory /srv/www/b>\nRequire all denied\n</Directory>\n",
    ],
)
def test_clients_can_fetch_it(more: str) -> None:
    assert places("password-file-served", SERVED + more) == [(4, 1)]


@pytest.mark.parametrize(
    "more",
    [
        "<Files .us*>\nRequire all denied\n</Files>\n",
        '<FilesMatch "^[.]">\nRequire all denied\n</FilesMatch>\n',
        "<Directory /srv/www/a>\nRequire all denied\n</Directory>\n",
        "<Directory />\nRequire all denied\n</Directory>\n",
        "<Location /a>\nRequire all denied\n</Location>\n",
        "ProxyPass / http://10.0.0.5/\n",
        "RedirectMatch 404 /[.]\n",
    ],
)
def test_near_misses(more: str) -> None:
    assert not find("password-file-served", SERVED + more)


def test_a_virtual_host_serves_it() -> None:
    host = "Listen 80\n<VirtualHost *:80>\nDocumentRoot /srv/{}\nAuthUserFile /srv/www/users\n</VirtualHost>\n"
    assert places("password-file-served", host.format("www")) == [(4, 1)]
    assert not find("password-file-served", host.format("other"))
    assert not find("password-file-served", SERVED, part=True)


@pytest.mark.parametrize(
    "line",
    [
        'CustomLog a "%h %{Authorization}i"',
        'CustomLog a "%!200,304{cookie}i"',
        "LogFormat %{Set-Cookie}o",
        "LogFormat %{Proxy-Authorization}i own\nCustomLog a own",
        "LogLevel warn trace4",
        "LogLevel http:trace8",
    ],
)
def test_the_log_gets_it(line: str) -> None:
    assert len(find("credentials-logged", line + "\n")) == 1


def test_the_log_gets_passwords() -> None:
    (found,) = find("credentials-logged", "LogFormat %{AUTHORIZATION}i\n")
    assert "passwords" in found.message


@pytest.mark.parametrize(
    "line",
    [
        'CustomLog a "%h %{lang}C %{User-Agent}i"',
        "LogFormat %{Authorization}i own\nCustomLog a other",
        "LogFormat %{Authorization}o",
        "LogLevel debug",
        "LogLevel warn rewrite:trace8 proxy:trace4",
        "LogLevel trace3",
    ],
)
def test_the_log_does_not(line: str) -> None:
    assert not find("credentials-logged", line + "\n")
