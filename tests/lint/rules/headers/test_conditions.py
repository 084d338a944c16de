"""Names for which SetEnvIf finds nothing."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("RemoteAddr", "Remote_Addr"),
        ("remote-addr", "Remote_Addr"),
        ("RequestURI", "Request_URI"),
        ("HTTP_USER_AGENT", "User-Agent"),
        ("HTTP_X_FORWARDED_PROTO", "X-Forwarded-Proto"),
        ("SERVER_PROTOCOL", "Request_Protocol"),
        ("QUERY_STRING", "SetEnvIfExpr"),
        ("HTTPS", "SetEnvIfExpr"),
    ],
)
def test_no_request_has_it(name: str, instead: str) -> None:
    (found,) = find("setenvif-unknown-name", f"SetEnvIfNoCase {name} a b\n")
    assert found.help is not None and instead in found.help


@pytest.mark.parametrize(
    "text",
    [
        "SetEnvIf REMOTE_ADDR a b\n",
        "SetEnvIf request_uri a b\n",
        "SetEnvIf User-Agent a b\n",
        "SetEnvIf X-Remote-Addr a b\n",
        "SetEnvIf own a b\n",
        "SetEnvIf ^HTTP_X a b\n",
        "SetEnvIf Host a HTTPS=on\nSetEnvIf HTTPS on b\n",
        "RewriteEngine On\nRewriteRule ^ - [E=HTTPS:on]\nSetEnvIf HTTPS on b\n",
        "LoadModule rpaf_module modules/mod_rpaf.so\nSetEnvIf HTTPS on b\n",
    ],
)
def test_near_misses(text: str) -> None:
    assert not find("setenvif-unknown-name", text)


def test_a_line_does_not_set_what_it_looks_for() -> None:
    assert places("setenvif-unknown-name", "SetEnvIf HTTPS on b\n") == [(1, 10)]


TLS = "<VirtualHost *:443>\nSSLEngine on\n{}</VirtualHost>\n"


@pytest.mark.parametrize("line", ["X-Forwarded-Proto http", "X-Forwarded-Scheme HTTP", "X-Forwarded-Ssl off"])
def test_a_client_that_came_by_tls(line: str) -> None:
    text = f"RequestHeader set {line}\n"
    assert places("proto-http-on-tls", TLS.format(text)) == [(3, 1)]
    again = f'RequestHeader set {line.partition(" ")[0]} "https" env=HTTPS\n'
    assert not find("proto-http-on-tls", TLS.format(text + again))
    assert not find("proto-http-on-tls", TLS.replace("Engine on", "Engine off").format(text))
    assert not find("proto-http-on-tls", TLS.format(text.replace("\n", " env=X\n")))
    assert not find("proto-http-on-tls", text)


def test_any_origin_with_cookies() -> None:
    star, cookies = 'Header set Access-Control-Allow-Origin "*"\n', "Header set Access-Control-Allow-Credentials true\n"
    rule = "cors-any-with-credentials"
    assert places(rule, star + cookies) == [(1, 1)]
    assert not find(rule, star)
    assert not find(rule, star + cookies.replace("true", "true env=X"))
    assert not find(rule, f"{star}<Location /a>\n{cookies}</Location>\n")
    assert not find(rule, star + cookies + 'Header set Access-Control-Allow-Origin "%{O}e" env=O\n')
