"""ProxyPassReverse."""

import pytest

from tests.support.lint.find import find, places

_BALANCER = "<Proxy balancer://b>\nBalancerMember {}://h:80\n</Proxy>\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ProxyPass /a http://h/a", (1, 1)),
        ("<Location /a>\n  ProxyPass http://h/a\n</Location>", (2, 3)),
        ("ProxyPass /a http://h/a\nProxyPassReverse /b http://i/b", (1, 1)),
        ("ProxyPass /a unix:/x|http://app", (1, 1)),
        ("ProxyPreserveHost On\nProxyPass /a http://h/b", (2, 1)),
        (_BALANCER.format("http") + "ProxyPass / balancer://b/", (4, 1)),
        ("ProxyPass /a http://h/a\nProxyPassReverseCookiePath / /a", (1, 1)),
    ],
)
def test_missing(text: str, place: tuple[int, int]) -> None:
    assert places("reverse-missing", text) == [place]


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        ("", "info"),
        ("ProxyPassReverseCookieDomain h www.example.org", "warning"),
        ("ProxyPassReverseCookieDomain .H www.example.org", "warning"),
        ("ProxyPassReverseCookieDomain other www.example.org", "info"),
        ("ProxyPassReverseCookiePath /b/ /a/", "warning"),
        ("ProxyPassReverseCookiePath / /a", "info"),
        ("ProxyPassReverseCookiePath /other /a", "info"),
        ("ProxyPassReverse /other http://other/", "info"),
        ("<VirtualHost *>\nProxyPassReverseCookieDomain h www.example.org\n</VirtualHost>", "info"),
    ],
)
def test_missing_is_a_warning_where_the_backend_names_itself(lines: str, severity: str) -> None:
    (finding,) = find("reverse-missing", f"ProxyPass /a http://h:81/b\n{lines}")
    assert finding.severity == severity


def test_missing_once_for_a_backend() -> None:
    (finding,) = find("reverse-missing", "ProxyPass /a http://h/a\nProxyPass /b http://h/b")
    assert [related.place.line for related in finding.related] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /a http://h/a\nProxyPassReverse /a http://h/a",
        "ProxyPass /a http://h/a\nProxyPassReverse / http://h/",
        "ProxyPass /a http://h/a\nProxyPassReverse /a http://public/a",
        "ProxyPass /a http://h/a\nProxyPassReverse / /",
        "ProxyPass /a http://h/a\n<Location /a>\nProxyPassReverse http://h/a\n</Location>",
        "ProxyPassReverse / http://h/\n<VirtualHost *>\nProxyPass / http://h/\n</VirtualHost>",
        "ProxyPreserveHost On\nProxyPass /a http://h/a",
        "Header edit Location ^http://h/ /\nProxyPass /a http://h/a",
        "ProxyPass /a fcgi://h:9000",
        "ProxyPass /a ws://h/a",
        "ProxyPass /a ajp://h:8009/a",
        "ProxyPass /a !",
        "ProxyPassReverse / http://h/\nProxyPass / http://h/\nProxyPass /a http://i/a",
        "ProxyPass /.well-known/acme-challenge http://h/.well-known/acme-challenge",
        "ProxyPass /favicon.ico http://h/favicon.ico",
        _BALANCER.format("ajp") + "ProxyPass / balancer://b/",
        _BALANCER.format("http") + "ProxyPass / balancer://b/\nProxyPassReverse / balancer://b/",
        _BALANCER.format("http") + "ProxyPass /a balancer://b/\nProxyPassReverse / http://h/",
    ],
)
def test_not_missing(text: str) -> None:
    assert find("reverse-missing", text) == []


def test_unix() -> None:
    (finding,) = find("reverse-unix", 'ProxyPassReverse "/a" "unix:/run/a.sock|http://app/"')
    assert (finding.place.line, finding.place.column) == (1, 23)
    assert finding.fix is not None
    assert finding.fix.edits[0].replacement == '"http://app/"'


@pytest.mark.parametrize("url", ["http://app/", "/", "balancer://unix/", "http://unix:80/"])
def test_not_unix(url: str) -> None:
    assert find("reverse-unix", f"ProxyPassReverse /a {url}") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ProxyPass / http://h/\nProxyPassReverse / http://h", (2, 20)),
        ("ProxyPass /a http://h\nProxyPassReverse /a http://h/", (2, 21)),
        ("ProxyPass /a/ http://h/\nProxyPassReverse /a http://h/", (2, 21)),
        ("ProxyPass /a http://h/a\nProxyPassReverse /a http://h/", (2, 21)),
        ("ProxyPass /a http://h:81\nProxyPassReverse /a http://h:82", (2, 21)),
        ("ProxyPass / http://127.0.0.1:81/\nProxyPassReverse / http://localhost:81/", (2, 20)),
        ("<Location /a>\n  ProxyPass http://h\n  ProxyPassReverse http://h/\n</Location>", (3, 20)),
        ("ProxyPass /a http://h\nProxyPassReverse /a /", (2, 21)),
    ],
)
def test_mismatch(text: str, place: tuple[int, int]) -> None:
    assert places("reverse-mismatch", text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass / http://h/\nProxyPassReverse / http://h/",
        "ProxyPass /a http://h\nProxyPassReverse /a http://h",
        "ProxyPass /a http://h/b\nProxyPassReverse /a/ http://h/b/",
        "ProxyPass /a http://h/a\nProxyPassReverse / http://h/",
        "ProxyPass / http://h/\nProxyPassReverse / http://H:80/",
        "ProxyPass / http://h:80/\nProxyPassReverse / http://h/",
        "ProxyPass / http://h/\nProxyPassReverse / https://h/",
        "ProxyPass / http://h/\nProxyPassReverse / http://public/",
        "ProxyPass /a http://h/a\nProxyPassReverse /a /a",
        "ProxyPass / http://h/\nProxyPassReverse / /",
        "ProxyPass / unix:/x|http://app/\nProxyPassReverse / http://app/",
        "ProxyPass / unix:/x|http://app/\nProxyPassReverse / unix:/x|http://app/",
        "ProxyPass / unix:/x|http://localhost/\nProxyPassReverse / http://127.0.0.1:81/",
        "ProxyPass / unix:/x|http://127.0.0.1/\nProxyPassReverse / http://localhost:81/",
        "ProxyPass / http://127.0.0.1:81/\nProxyPassReverse / http://h:81/",
        "ProxyPass / http://h:81/\nProxyPassReverse / http://localhost:81/",
        "ProxyPass / http://h/\nProxyPassReverse / http://h:82/\nProxyPassReverse / http://h/",
        "ProxyPreserveHost On\nProxyPass / http://127.0.0.1:81/\nProxyPassReverse / http://localhost:81/",
        "ProxyPreserveHost On\nProxyPass / http://h:81/\nProxyPassReverse / http://h:81",
        "ProxyPass / http://h\nProxyPassReverse / http://h",
        "ProxyPass / balancer://b/\nProxyPassReverse / http://h",
        "ProxyPass / http://h/",
    ],
)
def test_match(text: str) -> None:
    assert find("reverse-mismatch", text) == []


_TWO = "<Proxy balancer://b>\nBalancerMember http://h:81\nBalancerMember http://i:81\n</Proxy>\nProxyPass /a balancer://b\n"


@pytest.mark.parametrize("url", ["!", "ajp://h:8009/a", "AJP://h/", "fcgi://h:9000/"])
def test_never(url: str) -> None:
    (finding,) = find("reverse-mismatch", f"ProxyPassReverse /a {url}")
    assert (finding.severity, finding.place.column) == ("info", 21)


@pytest.mark.parametrize("url", ["http://ajp/", "/!", "balancer://ajp/", "http://h/!"])
def test_perhaps(url: str) -> None:
    assert find("reverse-mismatch", f"ProxyPassReverse /a {url}") == []


def test_a_member_left_out() -> None:
    (finding,) = find("reverse-mismatch", _TWO + "ProxyPassReverse /a http://h:81")
    assert (finding.severity, finding.place.line) == ("warning", 6)
    assert [related.place.line for related in finding.related] == [3, 5]


@pytest.mark.parametrize(
    "lines",
    [
        "ProxyPassReverse /a http://h:81\nProxyPassReverse /a http://I:81",
        "ProxyPassReverse /a balancer://b",
        "ProxyPassReverse /a http://h:81\nProxyPassReverse /a balancer://b",
        "ProxyPassReverse /a http://h:81\nProxyPassReverse /a http://public",
        "ProxyPassReverse /a /\nProxyPassReverse /a http://h:81",
        "ProxyPassReverse /a http://h:82",
        "ProxyPreserveHost On\nProxyPassReverse /a http://h:81",
        "",
    ],
)
def test_no_member_left_out(lines: str) -> None:
    assert find("reverse-mismatch", _TWO + lines) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ProxyPass /s http://h/\nProxyPassReverse /t http://h/", (2, 21)),
        ("ProxyPass /s/ http://h:81/\nProxyPassReverse /t/ http://h:81/", (2, 22)),
        ("ProxyPass / http://h/app/\nProxyPassReverse /app/ http://h/app/", (2, 24)),
        ("ProxyPass / http://h/app/\nProxyPassReverse /app http://h/app", (2, 23)),
        ("ProxyPass /s http://h/\nProxyPassReverse http://h/ /s", (2, 1)),
    ],
)
def test_another_path(text: str, place: tuple[int, int]) -> None:
    assert places("reverse-other-path", text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /s http://h/\nProxyPassReverse /t http://i/",
        "ProxyPass /s http://h/\nProxyPassReverse /t http://h:81/",
        "ProxyPass /s http://h/s\nProxyPassReverse / http://h/",
        "ProxyPass /s/t http://h/t\nProxyPassReverse /s http://h/",
        "ProxyPass /s http://h/\nProxyPassReverse /s http://h/\nProxyPassReverse /t http://h/",
        "ProxyPass /s http://h/\nProxyPassReverse /t http://h/\nAlias /t /srv",
        "ProxyPass /s http://h/\nProxyPassReverse /t http://h/\nRewriteRule ^/t http://h/ [P]",
        "ProxyPass /s http://h/\nProxyPassMatch ^/(t|u) http://h/$1\nProxyPassReverse /t http://h/",
        "ProxyPreserveHost On\nProxyPass /s http://h/\nProxyPassReverse /t http://h/",
        "ProxyPass /s http://h/\nProxyPass /t http://i/\nProxyPassReverse /t http://h/",
        "<Location /s>\nProxyPass http://h/\nProxyPassReverse http://h/\n</Location>",
    ],
)
def test_paths_that_lead_back(text: str) -> None:
    assert not find("reverse-other-path", text)
