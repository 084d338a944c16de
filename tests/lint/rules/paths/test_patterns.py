"""The regular expressions of ProxyPassMatch."""

import pytest

from tests.support.lint.find import find, places

INVALID = (
    "^/(.*\\.php$",
    "^/a)$", "[a", "*a", "+a", "?a", "a|*b", "(+a)", "a{2,1}", "^*", "[z-a]", "((a)", "(a))", "[]", "|*", "(?:*a)",
)  # fmt: skip
VALID = (
    "^/(.*\\.php)$", "(*UTF8)a", "a*+", "(?<n>a)", "\\Q(\\E", "[[:alpha:]]", "[]a]", "a(?i)b", "x{,3}", "{,3}",
    "()", "(|a)", "a||b", "{", "a{", "}", "]", "^/(?!static)", "(?i)^/a", "^/\\(a", "[)]", "^/a[^/]+/?$", "(?|(a)|(b))",
    "\\R", "(?R)?a",
)  # fmt: skip


@pytest.mark.parametrize("regex", INVALID)
def test_invalid(regex: str) -> None:
    (finding,) = find("regex-invalid", f'ProxyPassMatch "{regex}" http://h')
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (1, 16, 18 + len(regex))


@pytest.mark.parametrize("regex", VALID)
def test_valid(regex: str) -> None:
    assert find("regex-invalid", f'ProxyPassMatch "{regex}" http://h') == []


def test_invalid_elsewhere() -> None:
    assert places("regex-invalid", "ProxyPass ~ ^/(a http://h") == [(1, 13)]
    assert places("regex-invalid", "<Location /a*(>\nProxyPass http://h\n</Location>") == [(2, 1)]
    assert places("regex-invalid", "ProxyPass /(a http://h\n<Location /(b>\nProxyPass http://h\n</Location>") == []


@pytest.mark.parametrize("regex", ["/api/(.*)", "/api", "(/a|/b)/x", "^/a|/b", "[a-z]+/x", "/a.*\\.php", "api(/.*)?"])
def test_unanchored(regex: str) -> None:
    (finding,) = find("regex-unanchored", f"ProxyPassMatch {regex} http://h")
    assert (finding.place.line, finding.place.column, finding.severity) == (1, 16, "warning")


@pytest.mark.parametrize(
    "regex",
    [
        "^/api", "\\.php$", "\\.(gif|jpg)$", ".*", "/.*", "(.*)", "/(.*)", "^(/a|/b)", "(^/a|^/b)", "^/a|^/b", "/",
        "(?i)^/a", "\\A/a", ".*\\.php", "(.*\\.php)$", "/(.*\\.php(/.*)?)$", "^/a/[a|b]", "", "^/v1.0/", "^/a\\.php$",
        "/?(.*)",
    ],
)  # fmt: skip
def test_anchored(regex: str) -> None:
    assert find("regex-unanchored", f'ProxyPassMatch "{regex}" http://h') == []


@pytest.mark.parametrize("line", ["ProxyPassMatch /static !", "ProxyPass /a http://h", "RewriteRule /a http://h [P]"])
def test_unanchored_elsewhere(line: str) -> None:
    assert find("regex-unanchored", line) == []


@pytest.mark.parametrize("regex", ["^/(.*.php)$", "^/(.+.php(/.*)?)$", "^/a.jsp", "^/x/.*.(css)$|^/b.css$"])
def test_dot(regex: str) -> None:
    (finding,) = find("regex-unanchored", f"ProxyPassMatch {regex} http://h")
    assert finding.severity == "info"


@pytest.mark.parametrize("regex", ["/css|js|images", "js|/css", "^/a|static/"])
def test_a_word_excludes_more_than_it_seems_to(regex: str) -> None:
    (finding,) = find("regex-unanchored", f"ProxyPassMatch {regex} !")
    assert (finding.severity, finding.place.column) == ("warning", 16)


@pytest.mark.parametrize("regex", ["/static/", "js", "/static", "(css|js)", "\\.css$|\\.js$", "x.php", "a.css|b.js"])
def test_other_exclusions(regex: str) -> None:
    assert find("regex-unanchored", f"ProxyPassMatch {regex} !") == []


@pytest.mark.parametrize(("regex", "severity"), [("/css|/js", "warning"), ("/img|/fonts", "info")])
def test_words_behind_slashes(regex: str, severity: str) -> None:
    (finding,) = find("regex-unanchored", f"ProxyPassMatch {regex} !")
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("pattern", "reported"),
    [("\\.(css|js)", True), ("\\.js", True), ("\\.(css|js)$", False), ("\\.(css|png)", False), ("\\.(?:htm)", True)],
)
def test_the_ending_of_a_file(pattern: str, reported: bool) -> None:
    assert bool(find("regex-unanchored", f'ProxyPassMatch "{pattern}" "!"\nProxyPass / http://a/\n')) is reported
