"""What mod_cache takes for one page."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

APP = "CacheEnable socache /\nProxyPass / http://10.0.0.5/\n"


def test_pages_with_another_query() -> None:
    assert places("cache-ignores-query", f"{APP}CacheIgnoreQueryString On\n") == [(3, 1)]


@pytest.mark.parametrize(
    "text",
    [
        f"{APP}CacheIgnoreQueryString Off\n",
        f"<VirtualHost *:80>\n{APP}</VirtualHost>\n<VirtualHost *:81>\nCacheIgnoreQueryString On\n</VirtualHost>\n",
        "CacheEnable socache /static\nProxyPass / http://10.0.0.5/\nCacheIgnoreQueryString On\n",
    ],
)
def test_near_misses(text: str) -> None:
    assert not find("cache-ignores-query", text)


@pytest.mark.parametrize(
    "more", ["CacheRoot /var/cache/httpd\n", "<VirtualHost *:80>\nCacheRoot /var\n</VirtualHost>\n"]
)
def test_a_cache_on_disk(more: str) -> None:
    text = "Listen 80\nCacheEnable disk /\n"
    assert places("cache-no-root", text) == [(2, 1)]
    assert bool(find("cache-no-root", text + more)) is more.startswith("<")
    assert not find("cache-no-root", text, part=True)


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("Header unset Vary", True),
        ("Header onsuccess unset vary", True),
        ("Header always unset Vary", False),
        ("Header set Vary Cookie", False),
        ("Header unset Vary env=X", False),
        ("<Location /x>\nHeader unset Vary\n</Location>", False),
    ],
)
def test_vary(line: str, reported: bool) -> None:
    assert places("cache-vary-unset", f"{APP}{line}\n") == ([(3, 1)] if reported else [])
    assert not find(
        "cache-vary-unset", f"<VirtualHost *:80>\n{APP}</VirtualHost>\n<VirtualHost *:81>\n{line}\n</VirtualHost>"
    )


@pytest.mark.parametrize(
    ("line", "more", "reported"),
    [
        ('Header set Cache-Control "Public, max-age=9"', "CacheEnable socache /", True),
        ('Header set Cache-Control "public"', "Header edit Set-Cookie a b", True),
        ('Header set Cache-Control "private"', "CacheEnable socache /", False),
        ('Header setifempty Cache-Control "public"', "CacheEnable socache /", False),
        ('Header set Cache-Control "public" env=STATIC', "CacheEnable socache /", False),
        ('Header set Cache-Control "public"', "CacheEnable socache /static", False),
        ('<FilesMatch "a">\nHeader set Cache-Control "public"\n</FilesMatch>', "CacheEnable socache /", False),
    ],
)
def test_pages_made_public(line: str, more: str, reported: bool) -> None:
    app = f"{line}\n{more}\nProxyPass / http://10.0.0.5/\n"
    assert places("cache-control-replaced", app) == ([(1, 1)] if reported else [])
    assert not find("cache-control-replaced", app.replace("ProxyPass / ", "ProxyPass /app "))
