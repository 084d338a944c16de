"""Symbols and folds."""

from __future__ import annotations

from hpatch.language.symbols import folds, symbols

TEXT = """\
# one
# two

# three
Include sites/*.conf
<VirtualHost *:80>
    ServerName a.example
    ProxyPass /a http://b/ retry=1
    <Location /x>
        Require all granted
    </Location>
"""


def test_sections_hosts_and_mappings() -> None:
    include, host = symbols(TEXT)
    assert (include.name, include.key) == ("Include sites/*.conf", "include")
    assert (host.name, host.detail) == ("<VirtualHost *:80>", "a.example")
    assert (host.start, host.end) == (TEXT.index("<Virtual"), len(TEXT))
    assert [(one.name, one.detail) for one in host.inside] == [("ProxyPass /a", "http://b/"), ("<Location /x>", "")]


def test_sections_and_comments_fold() -> None:
    lines = [(TEXT.count("\n", 0, one.start), TEXT.count("\n", 0, one.end), one.comment) for one in folds(TEXT)]
    assert lines == [(0, 1, True), (5, 11, False), (8, 10, False)]


def test_a_name_shows_no_control_character() -> None:
    assert symbols("<Location \x1b[31m>\n")[0].name == "<Location \\x1b[31m>"
    assert symbols("") == []
    assert folds("# alone") == []
