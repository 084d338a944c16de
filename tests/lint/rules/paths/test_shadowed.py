"""Lines whose requests a ProxyPass takes: cases that the manuals do not show."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

PASS = 'ProxyPass "/" "http://a:80/"\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{PASS}ScriptAlias /cgi-bin/ /usr/lib/cgi-bin/", 1),
        (f"<Location /s>\nAlias /srv/s\n</Location>\n{PASS}", 1),
        ("Alias /a/b /srv/b\nProxyPass /a http://a:80", 1),
        ("Alias /a/b /srv/b\nProxyPassMatch ^/a(/.*)?$ http://a:80", 1),
        ("Alias /a /srv/a\n<Location />\nProxyPass http://a:80/\n</Location>", 1),
        ("Alias /a /srv/a\nProxyPass /a/ http://a:80/", 0),
        ("Alias /a /srv/a\nProxyPassMatch ^/a/.*\\.php$ http://a:80", 0),
        (f"Alias /a /srv/a\nProxyPassMatch ^/a !\n{PASS}", 0),
        (f"Alias /a /srv/a\nSetEnvIf Request_URI ^/a no-proxy\n{PASS}", 0),
        (f"Alias /a /srv/a\nRewriteRule ^/a - [E=no-proxy:1]\n{PASS}", 0),
        (f"Alias /a /srv/a\n<VirtualHost *:80>\n{PASS}</VirtualHost>", 0),
        (f"<VirtualHost *:80>\nAlias /a /srv/a\n</VirtualHost>\n{PASS}", 1),
        (f"Alias /a /srv/a\n<IfDefine X>\n{PASS}</IfDefine>", 0),
        (f"<IfDefine X>\nAlias /a /srv/a\n{PASS}</IfDefine>", 1),
        ("Alias /a /srv/a\nProxyPass /${b} http://a:80/", 0),
        (f"AliasMatch (.*)\\.css /srv/$1.css\n{PASS}", 0),
        ("Alias /a /srv/a\nProxyPass /a ws://a:80", 1),
        ("Alias /a /srv/a", 0),
    ],
)
def test_aliases(text: str, found: int) -> None:
    assert len(find("alias-shadowed", text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"RedirectPermanent /a http://b/\n{PASS}", 1),
        (f"Redirect gone /a\n{PASS}", 1),
        (f"Redirect 301 / https://b/\n{PASS}", 1),
        (f"RedirectMatch ^/a/?$ /b/\n{PASS}", 1),
        (f"RedirectMatch ^/(?!a) /b/\n{PASS}", 1),
        ("RedirectMatch ^/(?!a) /b/\nProxyPass /a http://a:80", 0),
        (f"<If \"%{{HTTPS}} == 'off'\">\nRedirect /a http://b/\n</If>\n{PASS}", 0),
        (f"<Location /a>\nRedirect http://b/\n</Location>\n{PASS}", 0),
        (f"<Location /a>\nRedirect /a http://b/\n</Location>\n{PASS}", 0),
        (f"<Directory /srv>\nRedirect /a http://b/\n</Directory>\n{PASS}", 0),
        ("Redirect /a http://b/\nProxyPass /a/c http://a:80", 0),
        (f"Redirect /a http://b/\nProxyPass /a/ !\n{PASS}", 0),
    ],
)
def test_redirects(text: str, found: int) -> None:
    assert len(find("redirect-shadowed", text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"<Location /lb>\nSetHandler balancer-manager\n</Location>\nProxyPass /lb !\n{PASS}", 0),
        (f"<Location /lb>\nSetHandler balancer-manager\n</Location>\n{PASS}", 1),
        (f"<Location /lb>\nSetHandler proxy:http://b:80\n</Location>\n{PASS}", 0),
        (f"<Location /lb>\nSetHandler none\n</Location>\n{PASS}", 0),
        (f"<Location /s>\nSetHandler server-status\n</Location>\n<VirtualHost *:80>\n{PASS}</VirtualHost>", 0),
        (f"<LocationMatch ^/s>\nSetHandler server-status\n</LocationMatch>\n{PASS}", 1),
        (f"<LocationMatch /s>\nSetHandler server-status\n</LocationMatch>\n{PASS}", 0),
    ],
)
def test_handlers(text: str, found: int) -> None:
    assert len(find("handler-shadowed", text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"ErrorDocument 502 http://b/\n{PASS}", 0),
        (f"<VirtualHost *:80>\nErrorDocument 502 /502.html\n</VirtualHost>\n{PASS}", 1),
        (f"ErrorDocument 502 /e/502.html\nProxyPass /e !\n{PASS}", 0),
        ("ErrorDocument 502 /e/502.html\nProxyPass /e http://pages:80\nProxyPass /app http://a:80", 0),
        ("ErrorDocument 502 /app/502.html\nProxyPass /app http://a:80", 1),
        (f"<Directory />\nErrorDocument 502 /502.html\n</Directory>\n{PASS}", 0),
        (f"<Location /app>\nErrorDocument 502 /502.html\n</Location>\n{PASS}", 1),
    ],
)
def test_error_pages(text: str, found: int) -> None:
    assert len(find("errordocument-proxied", text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"<VirtualHost *:80>\nAliasMatch ^/\\.well-known/acme-challenge/(.*) /w/$1\n{PASS}</VirtualHost>", 1),
        (f"<VirtualHost *:443>\nAlias /.well-known/acme-challenge /w\n{PASS}</VirtualHost>", 1),
        (f"Alias /.well-known /w\n{PASS}", 1),
        (f"Alias /.well-known/acme-challenge/ /w/\nProxyPass /.well-known !\n{PASS}", 0),
        (f"Alias /.well-known/security /w\n{PASS}", 0),
        (
            "Alias /.well-known/acme-challenge/ /w/\n"
            + f"<VirtualHost *:80>\n{PASS}</VirtualHost>\n<VirtualHost *:80>\n{PASS}</VirtualHost>",
            1,
        ),
    ],
)
def test_challenges(text: str, found: int) -> None:
    assert len(find("acme-shadowed", text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{PASS}PassEnv no-proxy", 1),
        (f"{PASS}<Location /a>\nBrowserMatch x no-proxy\n</Location>", 1),
        (f"<VirtualHost *:80>\nBrowserMatch x no-proxy\n{PASS}</VirtualHost>", 0),
        (f"{PASS}SetEnv x no-proxy", 0),
        ("SetEnv no-proxy 1", 0),
    ],
)
def test_no_proxy(text: str, found: int) -> None:
    assert len(find("no-proxy-too-late", text)) == found


def test_the_place() -> None:
    found = find("alias-shadowed", f"Listen 80\nAlias /a /srv/a\n{PASS}")[0]
    assert (found.place.line, found.place.column) == (2, 1)
    assert found.related[0].place.line == 3


def test_a_virtual_host_where_httpd_refuses_it() -> None:
    nested = f"<VirtualHost *:80>\n<VirtualHost *:81>\nAlias /a /srv/a\n</VirtualHost>\n</VirtualHost>\n{PASS}"
    assert len(find("alias-shadowed", nested)) <= 1
    assert not find("handler-shadowed", f"<Location />\n{nested}</Location>\n")
