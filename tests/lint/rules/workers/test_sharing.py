"""Lines that find their worker already there."""

import pytest

from tests.support.lint.find import find, places

TEXT = "ProxyPass /a http://h/a\nProxyPass /a/b http://h/a/b "


def test_ignored_parameters_are_named_at_the_first_of_them() -> None:
    (found,) = find("worker-shared-params", TEXT + "timeout=600 max=5")
    assert (found.place.line, found.place.column) == (2, 29)
    assert found.message.startswith('"timeout=600" and "max=5" are ignored')
    assert [related.place.line for related in found.related] == [1]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "ProxyPass /a http://h/a timeout=5\nProxyPass /a/b http://h/a/b timeout=5",
        "ProxyPass /a/b http://h/a/b timeout=5\nProxyPass /a http://h/a",
        "ProxyPass /a http://h/\nProxyPass /b http://hh/ timeout=5",
        "<VirtualHost *:1>\nProxyPass /a http://h/\n</VirtualHost>\n"
        "<VirtualHost *:2>\nProxyPass /a http://h/ timeout=5\n</VirtualHost>",
        "<IfModule a.c>\nProxyPass /a http://h/\n</IfModule>\n"
        "<IfModule !a.c>\nProxyPass /a http://h/ timeout=5\n</IfModule>",
        "ProxyPass /a unix:/a|http://h/\nProxyPass /b unix:/b|http://h/ timeout=5",
        "ProxyPass /a http://h/a\n<Proxy http://h/a>\nProxySet timeout=5\n</Proxy>",
    ],
)
def test_no_parameter_is_lost(text: str) -> None:
    assert not find("worker-shared-params", text)


def test_shared() -> None:
    assert places("worker-shared", TEXT) == [(2, 16)]


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "timeout=5",
        "ProxyPass /a http://h/\nProxyPass /b http://h/",
        "<Proxy http://h/ timeout=5>\n</Proxy>\nProxyPass /a http://h/a",
        "ProxyPass /a/b http://h/a/b\nProxyPass /a http://h/a",
    ],
)
def test_not_worth_saying(text: str) -> None:
    assert not find("worker-shared", text)


MEMBERS = "<Proxy balancer://x>\nBalancerMember http://h:1\nBalancerMember {}\n</Proxy>"


@pytest.mark.parametrize("url", ["http://h:1", "http://h:1/app", "HTTP://H:1"])
def test_member_again(url: str) -> None:
    assert places("member-duplicate", MEMBERS.format(url)) == [(3, 16)]


@pytest.mark.parametrize("url", ["http://h:2", "http://h:11", "https://h:1", "unix:/a|http://h:1"])
def test_another_member(url: str) -> None:
    assert not find("member-duplicate", MEMBERS.format(url))


def test_the_same_member_in_two_balancers() -> None:
    text = "".join(f"<Proxy balancer://{name}>\nBalancerMember http://h\n</Proxy>\n" for name in "xy")
    assert not find("member-duplicate", text)
