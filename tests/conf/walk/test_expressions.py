"""Refused expressions, each at its place."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.conf.walk import expressions
from hpatch.conf.walk.model import Refused
from hpatch.versions import Version


def refused(text: str, version: str | None = None, modules: str = "", name: str = "httpd.conf") -> list[Refused]:
    known = Modules(modules.split(","), complete=True) if modules else None
    options = Options(version=Version.parse(version) if version else None, modules=known)
    return list(expressions.refused(load_text(text, options, name=name)))


def marked(text: str, **more: str) -> list[str]:
    """The text at each place."""
    found = []
    for one in refused(text, **more):
        lines = text.split("\n")[one.place.line - 1 : one.place.end_line]
        lines[-1] = lines[-1][: one.place.end_column - 1]
        lines[0] = lines[0][one.place.column - 1 :]
        found.append("\n".join(lines))
    return found


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("<If \"%{FOO} == 'a'\">\n</If>", ["FOO"]),
        ('<If "\'a\' == \\"b\\" AND true">\n</If>', ["AND"]),
        ('<If "\'a\' == \\"b\\"c">\n</If>', ["c"]),
        ('<If "%{FOO} == \\"b\\"">\n</If>', ["FOO"]),
        ('<If "">\n</If>', ['""']),
        ("<If FOO>\n</If>", ["FOO"]),
        ("Header set FOO \"expr=%{FOO}\" \"expr=%{BAR} = 'FOO'\"", ["FOO", "BAR"]),
        ('Header set A "expr=\\"%{FOO}"', ["FOO"]),
        ("Require expr true and\\\n FOO", ["Require expr true and\\\n FOO"]),
        ("Require  not  expr  \"%{FOO} = 'a'\"", ["FOO"]),
        ("Require expr", ["Require expr"]),
        ('RewriteCond expr "!%{FOO} = \'a\'" [OR]', ["FOO"]),
        ("RewriteCond expr \"'a' = \\\"b\\\"\" [OR]", ["\\"]),
        ("SSLRequire %{FOO} = 'a' and -R 'b'", ["FOO", "'b'"]),
        ("ProxyHCExpr FOO {FOO = 'a'}", ["FOO"]),
        ("ProxyHTMLURLMap a b c d", ["d"]),
        ("Define A FOO\nRequire user %{${A}}", ["Require user %{${A}}"]),
        ('Define A FOO\nSetHandler "%{${A}}"', ['"%{${A}}"']),
        ("SetHandler %{A}%{BAR}", ["A", "BAR"]),
        ('SetEnvIfExpr "%{HTTPS} = /a" B', ["/a"]),
        ("<Macro M $x>\nSetHandler %{$x}\n</Macro>\nUse M FOO", ["%{$x}"]),
        ("ErrorDocument 404 \"\\\\\\\\%{FOO}\"", ["FOO"]),
    ],
)  # fmt: skip
def test_places(text: str, where: list[str]) -> None:
    assert marked(text) == where


@pytest.mark.parametrize(
    "text",
    [
        "SetHandler %{${UNDEFINED}}",
        "<Perl>\nRequire expr foo\n</Perl>",
        "<IfModule mod_foo.c>\nRequire expr foo\n</IfModule>",
        "<IfVersion < 2.4>\nRequire expr foo\n</IfVersion>",
        "AuthName 'a % b'",
        "Require expr %{SSL_PROTOCOL} = 'a'",
    ],
)
def test_nothing_to_say(text: str) -> None:
    assert refused(text) == []


def test_a_fault_has_its_consequence() -> None:
    (one,) = refused("Require expr foo")
    assert one.kind == "expression"
    assert one.message == '"foo" is neither a variable nor text in quotes: httpd refuses to start'
    assert one.help == "Write 'foo' for text."
    assert one.certain
    (one,) = refused("Require expr foo", name="/srv/.htaccess")
    assert "status 500" in one.message


@pytest.mark.parametrize(
    "text",
    [
        "<If %{HTTPS} == 'on'>\n</If>",
        '<If "%{HTTPS} == "on"">\n</If>',
        "SetEnvIfExpr %{HTTPS} == A",
        "RewriteCond expr %{HTTPS} == 'on'",
        "Header set A b expr=%{HTTPS} == 'on'",
    ],
)
def test_an_argument_that_ends_too_early(text: str) -> None:
    (one,) = refused(text)
    assert "double quotes" in str(one.help)


@pytest.mark.parametrize("text", ["RewriteCond expr %{HTTPS} [NC]", "Require expr %{HTTPS}", '<If "%{HTTPS}">\n</If>'])
def test_an_argument_that_ends_where_it_should(text: str) -> None:
    (one,) = refused(text)
    assert "-n %{HTTPS}" in str(one.help)


def test_what_httpd_made_of_an_old_condition() -> None:
    (one,) = refused("ProxyHTMLURLMap a b c d")
    assert "reqenv('d')''" in str(one.help)


@pytest.mark.parametrize(("version", "certain"), [("2.4.62", [True]), (None, [False]), ("2.4.52", [])])
def test_what_older_releases_do_not_read(version: str | None, certain: list[bool]) -> None:
    assert [one.certain for one in refused('AuthName "%{"', version)] == certain


def test_modules() -> None:
    text = "Require expr %{SSL_PROTOCOL} = 'a'"
    (one,) = refused(text, modules="mpm_event_module,authz_core_module")
    assert "mod_ssl, which is not loaded" in one.message
    assert refused(text, modules="mpm_event_module,ssl_module") == []
    (one,) = refused("LoadModule foo_module foo.so\nRequire expr %{REQUEST_URL} = 'a'")
    assert not one.certain
