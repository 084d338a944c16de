"""The directives and arguments that httpd reads as expressions."""

from __future__ import annotations

import pytest

from hpatch.conf.expressions import occurrences
from hpatch.conf.load import Options, load_text
from hpatch.versions import Version
from tests.support.conf.occurrences import CONDITIONS, STRINGS, WITHOUT

LOCATION = "<Location /a>\n{}\n</Location>"


def found(text: str, version: str | None = None, name: str = "httpd.conf") -> list[tuple[str, bool]]:
    configuration = load_text(text, Options(version=Version.parse(version) if version else None), name=name)
    return [(one.text, one.string) for one in occurrences.find(configuration)]


@pytest.mark.parametrize("line", CONDITIONS)
def test_conditions(line: str) -> None:
    assert ("true", False) in found(LOCATION.format(line % "true"))


@pytest.mark.parametrize("line", STRINGS)
def test_strings(line: str) -> None:
    assert ("%{HTTPS}", True) in found(LOCATION.format(line % "%{HTTPS}"))


@pytest.mark.parametrize("line", WITHOUT)
def test_no_expressions(line: str) -> None:
    assert found(LOCATION.format(line)) == []


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("Header always set A expr=%{HTTPS} \"EXPR=-z 'a'\"", [("%{HTTPS}", True), ("-z 'a'", False)]),
        ("LogMessage a hook=all expr=true", [("a", True), ("true", False)]),
        ("AuthBasicFake a b", [("a", True), ("b", True)]),
        ("ProxyFCGISetEnvIf true A b", [("true", False), ("b", True)]),
        ("ProxyHCExpr a {%{REQUEST_STATUS} =~ /{2}/} ", [("%{REQUEST_STATUS} =~ /{2}/", False)]),
        ("ProxyHCExpr a {a\\\\b} c", [("a\\b", False)]),
        ("ProxyHCExpr a 'b'", [("b", False)]),
        ("ProxyHCExpr a", []),
        ("Require user a 'b c", [("a 'b c", True)]),
        ('Require expr "a" = "b"', [('a" = "b', False)]),
        ('Require expr "', [('"', False)]),
        ("RewriteCond expr '!a\\'", [("a\\", False)]),
        ("RewriteCond expr", []),
        ("RewriteCond %{HTTPS} expr", []),
        ("SSLRequire %{A} and \\\n  b", [("%{A} and   b", False)]),
        ("ProxyHTMLURLMap a b c 'd e'", [("d e", False)]),
        ("ProxyHTMLURLMap a b c !d=e", [("reqenv('d')!='e'", False)]),
        ("ProxyHTMLURLMap a b c d=e", [("reqenv('d')='e'", False)]),
        ("ProxyHTMLURLMap a b c d", [("reqenv('d')''", False)]),
        ("ProxyHTMLURLMap a b '' d", []),
        ("<AuthzProviderAlias user a \"b c\">\n</AuthzProviderAlias>", [("b c", True)]),
        ("<AuthzProviderAlias expr a \"true\">\n</AuthzProviderAlias>", [("true", False)]),
        ("<AuthzProviderAlias user a>\n</AuthzProviderAlias>", []),
    ],
)  # fmt: skip
def test_texts(text: str, texts: list[tuple[str, bool]]) -> None:
    assert found(text) == texts


@pytest.mark.parametrize("line", ["Redirect %{HTTPS}", "Redirect 301 a", "Alias /a", "ScriptAlias /a"])
def test_only_in_sections_for_requests_and_htaccess_files(line: str) -> None:
    assert found(line) == []
    assert found(f"<VirtualHost *:80>\n{line}\n</VirtualHost>") == []
    for section in ("Location /", "LocationMatch a", "Directory /", "FilesMatch a", "Proxy *", "If true"):
        name = section.split()[0]
        assert len(found(f"<{section}>\n{line}\n</{name}>")) == 1 + (name == "If"), section
    assert len(found(line, name="/srv/.htaccess")) == 1


@pytest.mark.parametrize(
    ("line", "since"),
    [
        ("SetHandler a", "2.4.19"),
        ("ErrorDocument 404 a", "2.4.13"),
        ("AuthName a", "2.4.55"),
        ("Require host a", "2.4.8"),
        ("Header set A expr=a", "2.4.10"),
        ("AuthFormLogoutLocation /a", "2.4.4"),
    ],
)
def test_since(line: str, since: str) -> None:
    before = str(Version.parse(since)._replace(patch=Version.parse(since).patch - 1))
    assert len(found(line)) == 1
    assert len(found(line, since)) == 1
    assert found(line, before) == []


def test_of_one_directive() -> None:
    (node, other) = load_text("SetHandler a\nTimeout 5").nodes
    assert [one.text for one in occurrences.of(node)] == ["a"]
    assert list(occurrences.of(other)) == []


def test_restricted() -> None:
    (one,) = occurrences.find(load_text("AuthnzFcgiCheckAuthnProvider a UserExpr b"))
    assert (one.text, one.word, one.restricted) == ("b", 2, True)
