"""ProxyErrorOverride, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import running
from tests.support.lint.find import find, places

PAGE = 'ErrorDocument 404 "sorry"\n'


@pytest.mark.httpd
def test_whose_page(httpd: str, tmp_path: Path) -> None:
    """The answer of an inner virtual host with 404 and a text of its own; the rule reports where httpd's page comes."""
    texts = {
        "plain": "",
        "on": "ProxyErrorOverride On\n",
        "page": f"ProxyErrorOverride On\n{PAGE}",
        "codes": "ProxyErrorOverride On 503\n",
        "off": "ProxyErrorOverride Off\n",
        "off-later": "ProxyErrorOverride On\nProxyErrorOverride Off\n",
    }
    inner = '<VirtualHost *>\nServerName localhost\nErrorDocument 404 "what the application says"\n</VirtualHost>\n'
    hosts = (
        f"<VirtualHost *>\nServerName {name}\nProxyPass / http://localhost:PORT/none/\n{text}</VirtualHost>\n"
        for name, text in texts.items()
    )
    with running(httpd, tmp_path, inner + "".join(hosts)) as server:
        bodies = {name: server.ask("/x", {"Host": name})[1] for name in texts}
    whose = {
        name: "application" if "says" in body else "page" if "sorry" in body else "httpd"
        for name, body in bodies.items()
    }
    assert whose == {
        "plain": "application",
        "on": "httpd",
        "page": "page",
        "codes": "application",
        "off": "application",
        "off-later": "application",
    }
    for name, text in texts.items():
        proxied = f"ProxyPass / http://10.0.0.5/\n{text}"
        assert bool(find("erroroverride-without-pages", proxied)) is (whose[name] == "httpd"), name
        assert bool(find("erroroverride-all", proxied)) is (whose[name] != "application"), name


def test_an_error_document_of_another_host() -> None:
    on = "<VirtualHost *>\nProxyPass / http://b/\nProxyErrorOverride On\n</VirtualHost>\n"
    assert find("erroroverride-without-pages", f"{on}<VirtualHost *>\n{PAGE}</VirtualHost>\n")
    assert not find("erroroverride-without-pages", on + PAGE)


def test_only_where_something_is_proxied() -> None:
    on = "ProxyErrorOverride On\n"
    host = "<VirtualHost *:80>\nProxyPass / http://b/\n{}</VirtualHost>\n"
    assert not find("erroroverride-without-pages", on)
    assert find("erroroverride-without-pages", on + host.format(""))
    assert not find("erroroverride-without-pages", on + host.format("ProxyErrorOverride Off\n"))


def test_which_words_are_the_name_of_a_page() -> None:
    assert places("errordocument-text", "ErrorDocument 404 404.html\nErrorDocument 500 e/500.shtml\n") == [
        (1, 19),
        (2, 19),
    ]
    texts = (
        "/404.html",
        "https://a.example/404.html",
        '"Look at 404.html"',
        "default",
        "<b>404.html</b>",
        "gone",
        "%{X}.html",
    )
    assert not find("errordocument-text", "".join(f"ErrorDocument 404 {text}\n" for text in texts))


def test_a_url_for_401() -> None:
    assert places("errordocument-401-url", "ErrorDocument 401 http://a.example/login\n") == [(1, 19)]
    assert not find("errordocument-401-url", 'ErrorDocument 401 /login\nErrorDocument 401 "Ask http://a.example/"\n')
