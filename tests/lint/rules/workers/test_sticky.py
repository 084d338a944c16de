"""Sessions that are to stay."""

import pytest

from tests.support.lint.find import find, places

MEMBERS = "<Proxy balancer://x>\nBalancerMember http://h:1{}\nBalancerMember http://h:2{}\n{}</Proxy>\n"
STICKY = "ProxySet stickysession=S\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (MEMBERS.format("", "", STICKY), (4, 10)),
        (MEMBERS.format("", "", "") + "ProxyPass / balancer://x/ stickysession=S", (5, 27)),
        (
            MEMBERS.format("", "", "") + "<VirtualHost *:1>\nProxyPass / balancer://x/ stickysession=S\n</VirtualHost>",
            (6, 27),
        ),
    ],
)
def test_no_route(text: str, place: tuple[int, int]) -> None:
    assert places("sticky-no-route", text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        MEMBERS.format(" route=a", " route=b", STICKY),
        MEMBERS.format(" route=a", "", STICKY),
        MEMBERS.format("", "", ""),
        f"<Proxy balancer://x>\nBalancerMember http://h\n{STICKY}</Proxy>",
    ],
)
def test_routes(text: str) -> None:
    assert not find("sticky-no-route", text)


def test_not_sticky() -> None:
    assert places("route-no-sticky", MEMBERS.format(" route=a", " route=b", "")) == [(2, 27)]


@pytest.mark.parametrize(
    "text",
    [
        MEMBERS.format(" route=a", " route=b", STICKY),
        MEMBERS.format(" route=a redirect=b", " route=b", ""),
        MEMBERS.format(" route=a", " route=b", "") + "ProxyPass / balancer://x/ stickysession=S",
        MEMBERS.format(" route=a", " route=b", "")
        + "<VirtualHost *:1>\nProxyPass / balancer://x/ stickysession=S\n</VirtualHost>",
        "<Proxy balancer://x>\nBalancerMember http://h route=a\n</Proxy>",
        "ProxyPass / http://h/ route=a",
    ],
)
def test_sticky(text: str) -> None:
    assert not find("route-no-sticky", text)


@pytest.mark.parametrize(("version", "severity"), [("2.4.7", "warning"), (None, "warning"), ("2.4.6", "error")])
def test_too_long(version: str | None, severity: str) -> None:
    text = MEMBERS.format("", "", f"ProxySet stickysession={'x' * 64}\n")
    (found,) = find("sticky-too-long", text, version)
    assert (found.place.line, found.place.column, found.severity) == (4, 10, severity)
    assert not find("param-range", text, version)


def test_not_too_long() -> None:
    assert not find("sticky-too-long", MEMBERS.format("", "", f"ProxySet stickysession={'x' * 63}\n"))


@pytest.mark.parametrize(
    ("cookie", "clause", "reported"),
    [
        ("S=.%{BALANCER_WORKER_ROUTE}e", "env=BALANCER_ROUTE_CHANGED", False),
        ("s=.%{BALANCER_WORKER_ROUTE}e", "env=BALANCER_ROUTE_CHANGED", True),
        ("s=.%{BALANCER_WORKER_ROUTE}e", "env=OTHER", False),
        ("s=.%{OTHER}e", "env=BALANCER_ROUTE_CHANGED", False),
    ],
)
def test_a_cookie_that_no_balancer_reads(cookie: str, clause: str, reported: bool) -> None:
    line = f'Header add Set-Cookie "{cookie}; path=/" {clause}\n'
    members = MEMBERS.format(" route=a", " route=b", STICKY)
    assert places("sticky-cookie-unread", line + members) == ([(1, 1)] if reported else [])
    assert not find("sticky-cookie-unread", line + MEMBERS.format(" route=a", " route=b", ""))
