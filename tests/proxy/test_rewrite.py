"""RewriteRule and RewriteCond lines, as mod_rewrite splits them."""

from __future__ import annotations

import pytest

from hpatch.proxy.rewrite import parse, parse_condition


@pytest.mark.parametrize(
    ("line", "pattern", "substitution", "flags", "proxied"),
    [
        ("^/(.*) http://h/$1 [P]", "^/(.*)", "http://h/$1", ("p",), True),
        ("^/ http://h/ [L,proxy]", "^/", "http://h/", ("l", "proxy"), True),
        ("^/ /x [PT,L]", "^/", "/x", ("pt", "l"), False),
        ("^/ -", "^/", "-", (), False),
        ('"^/a b" "http://h/ c" "[R=301, P ]"', "^/a b", "http://h/ c", ("r=301", "p"), True),
        ("^/a\\ b http://h/ [P]", "^/a\\ b", "http://h/", ("p",), True),
        ("^/ http://h/ P", "^/", "http://h/", (), False),
        ("^/ http://h/ [P", "^/", "http://h/", (), False),
        ("^/ http://h/ P]", "^/", "http://h/", (), False),
        ('"^/a"', "^/a", "", (), False),
    ],
)
def test_parse(line: str, pattern: str, substitution: str, flags: tuple[str, ...], proxied: bool) -> None:
    rule = parse(line)
    assert rule is not None
    assert (rule.pattern, rule.substitution, rule.flags, rule.proxied) == (pattern, substitution, flags, proxied)


@pytest.mark.parametrize(
    ("line", "test", "pattern", "flags"),
    [
        ("%{HTTPS} off", "%{HTTPS}", "off", ()),
        ('%{HTTP_HOST} "^a b$" [NC,Or]', "%{HTTP_HOST}", "^a b$", ("nc", "or")),
        (" %{HTTPS}  off  [NC]", "%{HTTPS}", "off", ("nc",)),
        ('"%{HTTPS}"', "%{HTTPS}", "", ()),
    ],
)
def test_a_condition(line: str, test: str, pattern: str, flags: tuple[str, ...]) -> None:
    assert parse_condition(line) == (test, pattern, flags)


def test_one_argument_is_too_few() -> None:
    assert parse("^/") is None
    assert parse_condition("%{HTTPS}") is None


def test_a_flag_has_a_value_or_none() -> None:
    rule = parse("^/ /x [R=301,L,E=p:1]")
    assert rule is not None
    assert [rule.has(name) for name in ("r", "l", "e", "p", "301", "")] == [True, True, True, False, False, False]
    assert rule.has("p", "l")
    assert not rule.has("p", "pt")
