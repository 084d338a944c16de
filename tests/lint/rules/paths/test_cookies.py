"""The paths of cookies, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import running
from tests.support.lint.find import find, grades, places

PASS = 'ProxyPass "/shop" "http://localhost:PORT/app"\n'


@pytest.mark.httpd
def test_the_path_that_clients_get(httpd: str, tmp_path: Path) -> None:
    """The backend sets `Path=/app`. A rule reports a host just where clients get a path that they do not ask for."""
    texts = {
        "none": PASS,
        "right": f'{PASS}ProxyPassReverseCookiePath "/app" "/shop"\n',
        "slashes": f'{PASS}ProxyPassReverseCookiePath "/app/" "/shop/"\n',
        "other": f'{PASS}ProxyPassReverseCookiePath "/app" "/store"\n',
        "above": f'{PASS}ProxyPassReverseCookiePath "/app" "/"\n',
        "attributes": f'{PASS}ProxyPassReverseCookiePath "/app" "/; Secure"\n',
        "swapped": f'{PASS}ProxyPassReverseCookiePath "/shop" "/app"\n',
        "same": 'ProxyPass "/app" "http://localhost:PORT/app"\n',
        "below": 'ProxyPass "/app/shop" "http://localhost:PORT/app"\n',
    }
    inner = '<VirtualHost *>\nServerName localhost\nHeader always set Set-Cookie "a=b; Path=/app"\n</VirtualHost>\n'
    hosts = (f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in texts.items())
    with running(httpd, tmp_path, inner + "".join(hosts)) as server:
        for name, text in texts.items():
            public = "/app/shop" if name == "below" else "/app" if name == "same" else "/shop"
            cookie = server.ask(f"{public}/x", {"Host": name})[0].getheader("Set-Cookie") or ""
            path = cookie.rpartition("Path=")[2].partition(";")[0].rstrip("/")
            sent = public == path or public.startswith(f"{path}/")
            shown = text.replace("localhost:PORT", "10.0.0.5")
            reported = find("cookie-path", shown) or find("cookie-path-swapped", shown)
            # With a slash at its end httpd changes no cookie of the path without it.
            assert bool(reported) is not (sent or name == "slashes"), (name, cookie)


def test_grades() -> None:
    for scheme, severity in (("ajp", "warning"), ("http", "info")):
        assert grades(find("cookie-path", f'ProxyPass "/" "{scheme}://10.0.0.5/app/"')) == [(severity, "medium")]
    balancer = '<Proxy "balancer://b">\nBalancerMember "ajp://10.0.0.5"\n</Proxy>\nProxyPass "/" "balancer://b/app/"\n'
    assert grades(find("cookie-path", balancer)) == [("warning", "medium")]


@pytest.mark.parametrize(
    "text",
    [
        'ProxyPass "/" "ajp://10.0.0.5/"',
        'ProxyPass "/a" "ajp://10.0.0.5"',
        'ProxyPass "/a" "fcgi://10.0.0.5/b"',
        'ProxyPassMatch "^/(.*)" "ajp://10.0.0.5/app/$1"',
        'ProxyPass "/a" "!"',
    ],
)
def test_silent(text: str) -> None:
    assert not find("cookie-path", text)


def test_domains_in_the_wrong_order() -> None:
    text = "ProxyPass / http://b.internal/\nProxyPassReverseCookieDomain {}\n"
    assert places("cookie-domain-swapped", text.format(".www.example.com b.internal")) == [(2, 1)]
    for sound in ("b.internal www.example.com", "b.internal b.internal", "c.internal www.example.com"):
        assert not find("cookie-domain-swapped", text.format(sound)), sound
    both = "ProxyPass /c http://c.internal/\n" + text.format("c.internal b.internal")
    assert not find("cookie-domain-swapped", both)
