"""Slashes at the end of a path and of its target."""

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    "text",
    [
        'ProxyPass "/" "http://h"',
        'ProxyPass "/p/" "http://h:8080"',
        'ProxyPass "/p/" "http://h/app"',
        'ProxyPass "/p/" "fcgi://h:9000"',
        'ProxyPass "/p/" "unix:/run/a.sock|http://h"',
        'ProxyPass "/p/" "balancer://app"',
    ],
)
def test_missing(text: str) -> None:
    """The place is the target, with its quotes."""
    (finding,) = find("slash-target-missing", text)
    assert (finding.severity, finding.confidence) == ("error", "high")
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (
        1,
        text.index('" "') + 3,
        len(text) + 1,
    )
    assert finding.fix is not None
    assert finding.fix.edits[0].replacement == text[text.index('" "') + 2 : -1].strip() + '/"'


def test_missing_in_location() -> None:
    assert places("slash-target-missing", "<Location /p/>\n  ProxyPass http://h\n</Location>") == [(2, 13)]


@pytest.mark.parametrize(
    "text",
    ["ProxyPass /p/ http://h/index.php", "ProxyPass /socket/ ws://h/socket"],
)
def test_missing_may_be_meant(text: str) -> None:
    (finding,) = find("slash-target-missing", text)
    assert (finding.severity, finding.confidence) == ("warning", "medium")


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass / http://h/",
        "ProxyPass /p http://h",
        "ProxyPass /p/ !",
        "ProxyPass /p/ http://h/img_",
        "ProxyPass /p/ http://h/find?q= nocanon",
        "ProxyPassMatch ^/p/ http://h",
        "ProxyPassMatch /(.*)/ http://h/$1",
        "<LocationMatch ^/p/>\nProxyPassMatch http://h\n</LocationMatch>",
        "<Proxy balancer://app>\nBalancerMember http://h\n</Proxy>\nProxyPass /p/ balancer://app/",
    ],
)
def test_not_missing(text: str) -> None:
    assert find("slash-target-missing", text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ProxyPass /p http://h/", (1, 14)),
        ("ProxyPass /p http://h/app/", (1, 14)),
        ("<Location /p>\n  ProxyPass http://h/\n</Location>", (2, 13)),
        ("ProxyPassMatch ^/p http://h/", (1, 20)),
        ("ProxyPassMatch ^(/p/.*)$ http://h/$1", (1, 26)),
        ("ProxyPass /p balancer://app/", (1, 14)),
        ("<Proxy balancer://app>\n  BalancerMember http://h/\n</Proxy>", (2, 18)),
        ("ProxyPass /p uwsgi://h:3031/app/", (1, 14)),
    ],
)
def test_double(text: str, place: tuple[int, int]) -> None:
    assert places("slash-double", text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass / http://h/",
        "ProxyPass /p http://h/app",
        "ProxyPass /p ws://h/",
        "ProxyPass /p uwsgi://h:3031/",
        "ProxyPassMatch ^/p http://h",
        "ProxyPassMatch ^/(p/.*)$ http://h/$1",
        "ProxyPassMatch ^/p(.*)$ http://h/$1",
        "<Proxy balancer://app>\nBalancerMember http://h\n</Proxy>",
    ],
)
def test_not_double(text: str) -> None:
    assert find("slash-double", text) == []


def test_double_without_a_fix_that_frees_the_host() -> None:
    """Without its slash, `http://h$1` would let a client say which host it is."""
    (finding,) = find("slash-double", "ProxyPassMatch ^(/p/.*)$ http://h/$1")
    assert finding.fix is None


@pytest.mark.parametrize(
    ("rule", "path", "target", "fixed"),
    [
        ("slash-target-missing", "/p/", "http://h:8080", "http://h:8080/"),
        ("slash-target-missing", "/p/", "unix:/run/a.sock|http://h", "http://h/"),
        ("slash-double", "/p", "http://h:8080/", "http://h:8080"),
    ],
)
def test_the_fix_changes_the_line_for_redirects_too(rule: str, path: str, target: str, fixed: str) -> None:
    url = target.rpartition("|")[2]
    lines = (f'"{path}" "{target}"', f'"{path}" "{url}"', f'"/other" "{url}"', f'"{path}" "http://other"')
    text = f"ProxyPass {lines[0]}\n" + "".join(f"ProxyPassReverse {line}\n" for line in lines[1:])
    (found,) = find(rule, text)
    assert found.fix is not None
    assert [(one.place.line, one.replacement) for one in found.fix.edits] == [
        (1, f'"{target.removesuffix(url)}{fixed}"'),
        (2, f'"{fixed}"'),
    ]
