"""Filters on the backend's pages, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import load, running
from tests.support.lint.find import find

PASS = "ProxyPass /p http://localhost:PORT/page.html\n"
SUBSTITUTE = 'AddOutputFilterByType SUBSTITUTE text/html\nSubstitute "s|old|new|n"\n'


@pytest.mark.httpd
def test_compressed_pages(httpd: str, tmp_path: Path) -> None:
    """An inner virtual host sends compressed pages. The rule reports a host just where the page stays as it was."""
    (tmp_path / "page.html").write_text("<p>old " * 300)
    texts = {
        "plain": PASS + SUBSTITUTE,
        "location": f"<Location /p>\nProxyPass http://localhost:PORT/page.html\n{SUBSTITUTE}</Location>\n",
        "unset": f"{PASS}{SUBSTITUTE}RequestHeader unset Accept-Encoding\n",
        "early": f"{PASS}{SUBSTITUTE}RequestHeader unset Accept-Encoding early\n",
        "identity": f"{PASS}{SUBSTITUTE}RequestHeader set Accept-Encoding identity\n",
        "inflate": f'{PASS}SetOutputFilter INFLATE;SUBSTITUTE\nSubstitute "s|old|new|n"\n',
    }
    inner = "<VirtualHost *>\nServerName localhost\nSetOutputFilter DEFLATE\nAddType text/html .html\n</VirtualHost>\n"
    hosts = (f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in texts.items())
    modules = load("filter", "deflate", "substitute", "mime") + "TypesConfig /dev/null\n"
    with running(httpd, tmp_path, modules + inner + "".join(hosts)) as server:
        for name, text in texts.items():
            body = server.ask("/p", {"Host": name, "Accept-Encoding": "gzip"})[1]
            shown = text.replace("localhost:PORT", "10.0.0.5")
            assert bool(find("filter-on-gzip", shown)) is ("new" not in body), (name, body[:20])


@pytest.mark.parametrize(
    "text",
    [
        SUBSTITUTE,
        f'ProxyPass "/" "fcgi://10.0.0.5/"\n{SUBSTITUTE}',
        'ProxyPass "/" "http://10.0.0.5/"\nAddOutputFilterByType DEFLATE text/html\n',
        f"<VirtualHost *>\nProxyPass / http://10.0.0.5/\n</VirtualHost>\n<VirtualHost *>\n{SUBSTITUTE}</VirtualHost>\n",
        f'ProxyPass "/a" "http://10.0.0.5/"\n<Location "/b">\n{SUBSTITUTE}</Location>\n',
    ],
)
def test_silent(text: str) -> None:
    assert not find("filter-on-gzip", text)


def test_links_may_come_from_another_file() -> None:
    text = "ProxyHTMLEnable On\n"
    assert find("proxyhtml-no-links", text)
    passed = f"ProxyPass / http://10.0.0.5/\n{text}"
    assert not find("filter-on-gzip", passed)
    assert find("filter-on-gzip", f"ProxyHTMLLinks a href\n{passed}")
    assert find("filter-on-gzip", passed, part=True)
    assert not find("proxyhtml-no-links", text, part=True)


def test_a_filter_of_the_main_server_and_the_hosts_that_unpack() -> None:
    host = "<VirtualHost *:80>\nProxyPass / http://10.0.0.5/\n{}</VirtualHost>\n"
    unset = host.format("RequestHeader unset Accept-Encoding\n")
    assert not find("filter-on-gzip", SUBSTITUTE + unset)
    assert find("filter-on-gzip", SUBSTITUTE + unset + host.format(""))
