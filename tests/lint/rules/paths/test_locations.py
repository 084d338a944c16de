"""ProxyPass in sections."""

import pytest

from hpatch.conf.load import load_text
from hpatch.lint.context import Context
from hpatch.lint.registry import rules
from hpatch.proxy.build import build
from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("text", "place", "safe"),
    [
        ("<Location /a>\n  ProxyPass /a http://h/\n</Location>", (2, 13), True),
        ('<Location "/a/">\n  ProxyPass "/a" "http://h/"\n</Location>', (2, 13), True),
        ("<Location /a>\n  ProxyPass /b !\n</Location>", (2, 13), False),
        ("<Location /a>\nProxyPassReverse /a http://h/\n</Location>", (2, 18), True),
        ("<Location /a>\nProxyPass /a http://h/ timeout=3\n</Location>", (2, 11), True),
        ("<LocationMatch ^/a>\nProxyPassMatch ^/a http://h\n</LocationMatch>", (2, 16), True),
    ],
)
def test_two_arguments(text: str, place: tuple[int, int], safe: bool) -> None:
    (finding,) = find("location-two-args", text)
    assert (finding.place.line, finding.place.column) == place
    assert finding.fix is not None
    assert finding.fix.safe is safe
    ((edit, replacement),) = finding.fix.edits
    assert replacement == ""
    assert (edit.column, edit.line) == (place[1], place[0])


@pytest.mark.parametrize(
    "text",
    [
        "<Location /a>\nProxyPass http://h/\nProxyPassReverse http://h/\n</Location>",
        "<Location /a>\nProxyPass http://h/ timeout=3 nocanon\n</Location>",
        "<Location /a>\nProxyPass !\n</Location>",
        "<VirtualHost *>\nProxyPass /a http://h/\n</VirtualHost>",
    ],
)
def test_one_argument(text: str) -> None:
    assert find("location-two-args", text) == []


@pytest.mark.parametrize("section", ["Directory /a", "DirectoryMatch a", "Files a", "FilesMatch a", 'If "true"'])
@pytest.mark.parametrize("line", ["ProxyPass http://h/", "ProxyPass /a http://h/", "ProxyPassReverse http://h/"])
def test_bad_context(section: str, line: str) -> None:
    (finding,) = find("pass-bad-context", f"<{section}>\n  {line}\n</{section.partition(' ')[0]}>")
    assert (finding.place.line, finding.place.column, finding.severity) == (2, 3, "error")


@pytest.mark.parametrize("section", ["<Proxy http://h/>", "<ProxyMatch h>"])
@pytest.mark.parametrize("line", ["ProxyPass /a http://h/", "ProxyPass /a !", "ProxyPassReverse /a http://h/"])
def test_bad_context_proxy_with_a_path(section: str, line: str) -> None:
    text = f"{section}\n  {line}\n</{section[1:].partition(' ')[0]}>"
    (finding,) = find("pass-bad-context", text)
    assert (finding.severity, finding.place.line) == ("error", 2)
    assert "httpd does not start" in finding.message
    assert find("location-two-args", text) == []


def test_proxy_section() -> None:
    (finding,) = find("pass-bad-context", "<Proxy http://h/>\n  ProxyPass http://h/\n</Proxy>")
    assert (finding.place.line, finding.severity) == (2, "warning")


@pytest.mark.parametrize("section", ["Proxy http://h", "Proxy *", "ProxyMatch ^http://h"])
@pytest.mark.parametrize("url", ["http://h/", "unix:/s|http://h", "ajp://h"])
def test_reverse_in_a_proxy_section(section: str, url: str) -> None:
    text = f"ProxyPass /a http://h/\n<{section}>\n  ProxyPassReverse {url}\n</{section.partition(' ')[0]}>"
    (finding,) = find("pass-bad-context", text)
    assert (finding.place.line, finding.severity) == (3, "warning")
    assert all(find(rule, text) == [] for rule in ("reverse-unix", "reverse-mismatch", "reverse-missing"))


def test_other_directives_for_redirects_in_a_proxy_section() -> None:
    text = "<Proxy http://h>\nProxyPassReverseCookieDomain h example.org\n</Proxy>"
    assert find("pass-bad-context", text) == []


@pytest.mark.parametrize("section", ["Location /a", "LocationMatch ^/a", "IfDefine X", "IfModule proxy_module"])
def test_good_context(section: str) -> None:
    path = "" if section.startswith("Loc") else "/a "
    assert find("pass-bad-context", f"<{section}>\nProxyPass {path}http://h/\n</{section.partition(' ')[0]}>") == []


def test_bad_context_is_of_the_mapping_directives_only() -> None:
    assert find("pass-bad-context", "<Directory /a>\nProxyRequests On\n</Directory>") == []


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("<LocationMatch ^/a>\nProxyPass http://h\n</LocationMatch>", "error"),
        ("<LocationMatch ^/(a|b)/>\nProxyPass http://h\n</LocationMatch>", "error"),
        ("<LocationMatch \\.php$>\nProxyPass fcgi://h:9000/srv\n</LocationMatch>", "error"),
        ("<Location ~ ^/a>\nProxyPass !\n</Location>", "error"),
        ("<LocationMatch ^/a/(.*)>\nProxyPass http://h/a\n</LocationMatch>", "warning"),
        ("<Location /a*>\nProxyPass http://h/a\n</Location>", "warning"),
    ],
)
def test_pattern_of_a_section(text: str, severity: str) -> None:
    (finding,) = find("locationmatch-pass", text)
    assert (finding.place.line, finding.place.column, finding.severity) == (2, 1, severity)


def test_htaccess() -> None:
    configuration = load_text("RewriteEngine On\n ProxyPass /a http://h/a\n", name="site/.htaccess")
    rule = next(rule for rule in rules() if rule.name == "pass-bad-context")
    (finding,) = rule.check(Context(configuration, build(configuration)))
    assert (finding.place.line, finding.place.column) == (2, 2)
    assert "500" in finding.message


@pytest.mark.parametrize(
    ("line", "does"),
    [
        ("ProxyPass ^/a/(.*)$ http://h/$1", "never matches"),
        ("ProxyPass /a/(.*) http://h/$1", "never matches"),
        ("ProxyPass ^/a/ !", "excludes nothing"),
    ],
)
def test_pattern_of_a_line(line: str, does: str) -> None:
    (finding,) = find("locationmatch-pass", f"Listen 80\n  {line}")
    assert (finding.place.line, finding.place.column, finding.severity) == (2, 3, "error")
    assert does in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass ~ ^/a/(.*)$ http://h/$1",
        "ProxyPass /a(b)/$c http://h/",
        "<LocationMatch ^/a>\nProxyPassMatch http://h\n</LocationMatch>",
        "<LocationMatch /a>\nProxyPass http://h\n</LocationMatch>",
        "<LocationMatch ^/a/(.*)>\nProxyPass http://h/a/$1\n</LocationMatch>",
        "<LocationMatch ^/a/.*>\nProxyPass http://h\n</LocationMatch>",
        "<LocationMatch ^/a/.*>\nProxyPass balancer://h\n</LocationMatch>",
        "<LocationMatch ^(/.*\\.php)$>\nProxyPass fcgi://h:9000/srv\n</LocationMatch>",
        "<Location /a>\nProxyPass http://h/a\n</Location>",
        "ProxyPassMatch ^/a/(.*) http://h/a",
    ],
)
def test_pattern_of_a_section_that_works(text: str) -> None:
    assert find("locationmatch-pass", text) == []


def test_multiple() -> None:
    text = "<Location /a>\nProxyPass ws://h/a\nProxyPass !\nProxyPassMatch http://h/a\n</Location>"
    assert places("multiple-in-location", text) == [(2, 1), (3, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "<Location /a>\nProxyPass http://h\n</Location>\n<Location /b>\nProxyPass http://h\n</Location>",
        "<Location /a>\nProxyPass http://h\nProxyPass http://h\n</Location>",
        "<Location /a>\n<IfDefine X>\nProxyPass http://h\n</IfDefine>\n<IfDefine !X>\nProxyPass http://i\n</IfDefine>\n"
        "</Location>",
        "ProxyPass /a http://h\nProxyPass /b http://i",
    ],
)
def test_one_each(text: str) -> None:
    assert find("multiple-in-location", text) == []


def test_multiple_with_a_default() -> None:
    """The first is a default that a condition replaces."""
    text = "<Location /a>\nProxyPass http://h\n<IfDefine X>\nProxyPass http://i\n</IfDefine>\n</Location>"
    assert find("multiple-in-location", text) == []
