"""Other ways to what a section restricts."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

KEPT = "<Location {}>\nRequire ip 10.0.0.0/8\n</Location>\n"
WAYS = "ProxyPass /x/ http://h/\nProxyPass /admin http://h/admin\n"
HOST = "<VirtualHost {}>\nServerName {}\nProxyPass / http://h/\n{}</VirtualHost>\n"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (WAYS, True),
        (WAYS + KEPT.format("/x/"), False),
        (WAYS + KEPT.format("/x/admin"), False),
        ("ProxyPass /x/admin !\n" + WAYS, False),
        (WAYS.replace("/x/ http://h/", "/x/ http://i/"), False),
        (WAYS.replace("/x/ http://h/", "/x/ http://h/public/"), False),
        (WAYS.replace("/x/ http://h/", "/ http://h/"), False),
        (WAYS.replace("/x/ http://h/", "/x http://h/admin"), True),
        ("<VirtualHost *:1>\nProxyPass /x/ http://h/\n</VirtualHost>\nProxyPass /admin http://h/admin\n", False),
    ],
)
def test_another_path(text: str, reported: bool) -> None:
    assert places("location-other-way", KEPT.format("/admin") + text) == ([(1, 1)] if reported else [])


def test_a_section_for_one_method_is_not_judged() -> None:
    text = "<Location /admin>\n<LimitExcept GET>\nRequire ip 10.0.0.0/8\n</LimitExcept>\n</Location>\n"
    assert not find("location-other-way", text + WAYS)


@pytest.mark.parametrize(
    ("address", "name", "more", "reported"),
    [
        ("*:80", "a", "", True),
        ("*:80", "https://A:443", "", True),
        ("*:80", "b", "", False),
        ("127.0.0.1:80", "a", "", False),
        ("*:80", "a", KEPT.format("/"), False),
        ("*:80", "a", "RewriteEngine On\nRewriteRule ^ https://a/ [R,L]\n", False),
        ("*:80", "a", "ProxyPass /admin !\n", True),
        ("*:443", "a", "", False),
    ],
)
def test_another_port(address: str, name: str, more: str, reported: bool) -> None:
    text = HOST.format("*:443", "a", KEPT.format("/admin")) + HOST.format(address, name, more)
    assert places("location-other-port", text) == ([(4, 1)] if reported else [])
    other = HOST.format(address, name, more).replace("//h/", "//other/")
    assert not find("location-other-port", HOST.format("*:443", "a", KEPT.format("/admin")) + other)
