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
