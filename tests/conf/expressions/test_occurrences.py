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
        ("SetEnvIfExpr", []),
        ("FilterProvider a b", []),
        ("AuthName", []),
        ('AuthName ""', [("", True)]),
        ("ErrorDocument 404", []),
        ("AuthBasicFake a", [("a", True)]),
        ("AuthBasicFake a off", [("a", True), ("off", True)]),
        ("CustomLog a b expr=c", [("c", False)]),
        ("GlobalLog a b EXPR=c expr=d", [("c", False)]),
        ("CustomLog a b expr=", []),
        ("CustomLog a b", []),
        ("CustomLog a expr=b", []),
        ("CustomLog a b c expr=d", []),
        ("LogMessage a b c expr=d", [("a", True)]),
        ("LogMessage a expr=b expr=c", [("a", True), ("b", False), ("c", False)]),
        ("Header", []),
        ("Header always", []),
        ("Header set", []),
        ("Header unset A expr=b", [("b", False)]),
        ("Header unset A expr=b c", []),
        ("Header unset A b expr=c", []),
        ("Header edit A expr=b c", []),
        ("Header edit A b expr=c expr=d", [("c", True), ("d", False)]),
        ("RequestHeader always set A b expr=c", []),
        ('Require expr ""', [("", False)]),
        ('Require expr a = "b"', [('a = "b"', False)]),
        ('Require expr "a" = b', [('"a" = b', False)]),
        ("ProxyHTMLURLMap a b c", []),
        ("ProxyHTMLURLMap a b c ''", []),
        ("ProxyFCGISetEnvIf a", []),
        ("ProxyFCGISetEnvIf a B", [("a", False)]),
        ("ProxyFCGISetEnvIf a !B c", [("a", False)]),
        ("ProxyFCGISetEnvIf !a B !c", [("!a", False), ("!c", True)]),
        ("AuthnzFcgiCheckAuthnProvider a Authoritative On", []),
        ("AuthnzFcgiCheckAuthnProvider a UserExpr", []),
        ("AuthnzFcgiCheckAuthnProvider a Authoritative UserExpr b", []),
    ],
)  # fmt: skip
def test_texts(text: str, texts: list[tuple[str, bool]]) -> None:
    assert found(text) == texts


@pytest.mark.parametrize("line", ["Redirect", "Redirect 3x", "Redirect 404 a", "Redirect a b", "Alias", "Alias /a b"])
def test_no_expressions_in_a_section_for_requests(line: str) -> None:
    assert found(LOCATION.format(line)) == []


@pytest.mark.parametrize("line", [*CONDITIONS, *STRINGS, "CustomLog a b expr=%s", "GlobalLog a b expr=%s"])
def test_where_an_expression_stands(line: str) -> None:
    """Its text is a word without what it begins with, or the end of the line."""
    written = "%{HTTPS}=1"
    expressions = list(occurrences.find(load_text(LOCATION.format(line % written))))
    assert written in [one.text for one in expressions]
    for one in expressions:
        if one.word is None:
            assert (one.cut, one.text in one.node.args) == (0, True)
        else:
            assert one.word >= 0
            assert one.node.words[one.word][one.cut :] == one.text
        assert not one.rewritten
        assert one.restricted == line.startswith("AuthnzFcgi")


def test_an_expression_that_httpd_makes_of_another() -> None:
    lines = "ProxyHTMLURLMap a b c d=e\nProxyHTMLURLMap a b c 'd e'\n"
    assert [(one.word, one.cut, one.rewritten) for one in occurrences.find(load_text(lines))] == [
        (3, 0, True),
        (3, 0, False),
    ]
    (alias,) = occurrences.find(load_text("<AuthzProviderAlias user a b>\n</AuthzProviderAlias>"))
    assert alias.word == 2


def test_conditions_are_as_old_as_their_directives() -> None:
    assert found("Require expr true\nSSLRequire a\n", "2.4.0") == [("true", False), ("a", False)]


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
        ("AuthFormLoginRequiredLocation /a", "2.4.4"),
        ("AuthFormLoginSuccessLocation /a", "2.4.4"),
        ("AuthType a", "2.4.55"),
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


@pytest.mark.parametrize(("value", "texts"), [("", []), ("true", ["true"])])
def test_a_condition_that_a_variable_holds(value: str, texts: list[str]) -> None:
    configuration = load_text("RewriteCond expr ${E}\n", Options(environment={"E": value}))
    assert [one.text for one in occurrences.find(configuration)] == texts
