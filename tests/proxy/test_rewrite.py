"""RewriteRule lines, as mod_rewrite splits them."""

from __future__ import annotations

import pytest

from hpatch.proxy.rewrite import parse


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
    ],
)
def test_parse(line: str, pattern: str, substitution: str, flags: tuple[str, ...], proxied: bool) -> None:
    rule = parse(line)
    assert rule is not None
    assert (rule.pattern, rule.substitution, rule.flags, rule.proxied) == (pattern, substitution, flags, proxied)


def test_one_argument_is_too_few() -> None:
    assert parse("^/") is None
