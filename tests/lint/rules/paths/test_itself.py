"""Redirects that never end."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


def host(lines: str, address: str = "*:443", engine: str = "SSLEngine on\n") -> str:
    return (
        f"<VirtualHost {address}>\nServerName a.example\nServerAlias www.a.example\n{engine}{lines}\n</VirtualHost>\n"
    )


REWRITE = "RewriteEngine On\nRewriteRule {} {} [R,L]"


@pytest.mark.parametrize(
    "lines",
    [
        "Redirect / https://a.example/",
        "RedirectPermanent / https://a.example:443/",
        "Redirect 302 / https://www.A.example/",
        "RedirectMatch 301 ^/(.*)$ https://a.example/$1",
        "RedirectMatch (.*) https://www.a.example$1",
        REWRITE.format("^", "https://%{SERVER_NAME}%{REQUEST_URI}"),
        REWRITE.format("(.*)", "https://a.example$1"),
        REWRITE.format("^/(.*)$", "https://www.a.example/$1"),
    ],
)
def test_it_never_ends(lines: str) -> None:
    assert places("redirect-to-itself", host(lines)) == [(5 + lines.count("\n"), 1)]


def test_plain_http_too() -> None:
    assert find("redirect-to-itself", host("Redirect / http://a.example/", "*:80", ""))
    assert not find("redirect-to-itself", host("Redirect / https://a.example/", "*:80", ""))


@pytest.mark.parametrize(
    "text",
    [
        host("Redirect / https://b.example/"),
        host("Redirect / https://a.example:8443/"),
        host("Redirect /old https://a.example/"),
        host("RedirectMatch ^/old(.*)$ https://a.example$1"),
        host("RedirectMatch ^/(.*)$ https://b.example/$1"),
        host("RedirectMatch ^/(.*)$ https://a.example/new/$1"),
        host("<If \"%{HTTP_HOST} != 'a.example'\">\nRedirect / https://a.example/\n</If>"),
        host("ProxyPass / http://10.0.0.1/\nRedirect / https://a.example/"),
        host("Redirect / https://a.example/", "*:443 *:80"),
        host("Redirect / https://a.example/", engine=""),
        host("RewriteCond %{HTTPS} off\n" + REWRITE.format("^", "https://a.example%{REQUEST_URI}")),
        host(REWRITE.format("^/$", "https://a.example/$1")),
        host(REWRITE.format("^/(.*)$", "https://a.example/new/$1")),
        host(REWRITE.format("^/x", "https://a.example%{REQUEST_URI}")),
    ],
)
def test_near_misses(text: str) -> None:
    assert not find("redirect-to-itself", text)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("Redirect /app /app/v2", True),
        ("RedirectPermanent / /app/", True),
        ("Redirect 301 /a/ /a/b/", True),
        ("Redirect /app /app2", False),
        ("Redirect /app https://a.example/app/v2", False),
        ("RedirectMatch ^/app$ /app/v2", False),
        ("Redirect / /app/\nProxyPass /app http://h/app", False),
        ("Redirect /app/v2 https://a.example/\nRedirect /app /app/v2", False),
        ("RewriteEngine On\nRewriteRule ^/?(.*)$ /app/$1 [R,L]", True),
        ("RewriteEngine On\nRewriteRule ^ /maintenance [R,L]", True),
        ("RewriteEngine On\nRewriteRule ^/$ /app/ [R,L]", False),
        ("RewriteEngine On\nRewriteCond %{REQUEST_URI} !^/app\nRewriteRule ^/(.*)$ /app/$1 [R,L]", False),
        ("RewriteEngine On\nRewriteRule ^/(.*)$ /app/$1 [PT]", False),
    ],
)
def test_a_path_below(text: str, reported: bool) -> None:
    assert bool(find("redirect-below-itself", text)) is reported
