"""Where httpd answers 500 for .htaccess files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.lint.context import Context
from hpatch.lint.finding import Finding
from hpatch.lint.registry import by_name
from hpatch.proxy.build import build
from tests.support.lint.find import find

ROOT = "DocumentRoot /srv/www\n"
RULE = "htaccess-refused"


def section(folder: str, lines: str = "AllowOverride None", key: str = "Directory") -> str:
    return f'<{key} "{folder}">\n{lines}\n</{key}>\n'


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (ROOT, 1),
        (ROOT + section("/"), 0),
        (ROOT + section("/srv"), 0),
        (ROOT + section("/srv/www/"), 0),
        (ROOT + section("/srv/www/sub"), 1),
        (ROOT + section("/srv/w"), 1),
        (ROOT + section("/srv/www", "AllowOverride All"), 0),
        (ROOT + section("/srv/www", "AllowOverrideList None"), 1),
        (ROOT + section("/srv/www", "AllowOverrideList Header"), 0),
        (ROOT + section("/srv/www", "Require all granted"), 1),
        # What may set it.
        (ROOT + section("/srv/*"), 0),
        (ROOT + section("/${TOP}/www"), 0),
        (ROOT + section("^/srv", key="DirectoryMatch"), 1),
        (ROOT + '<Directory ~ "^/">\nAllowOverride None\n</Directory>\n', 1),
        (f"<IfDefine NOT_KNOWN>\n{section('/srv')}</IfDefine>\n{ROOT}", 0),
        (f'<IfFile "/nowhere">\n{section("/srv")}</IfFile>\n{ROOT}', 0),
        ("DocumentRoot ${WEB}\n", 0),
        (f'<IfFile "/nowhere">\n{ROOT}</IfFile>\n', 0),
        # All is proxied, or not.
        (ROOT + "ProxyPass / http://b:1/\n", 0),
        (ROOT + "ProxyPass /static !\nProxyPass / http://b:1/\n", 1),
        (ROOT + "ProxyPass /a http://b:1/\n", 1),
    ],
)
def test_no_allowoverride(text: str, count: int) -> None:
    assert len(find(RULE, text)) == count


@pytest.mark.parametrize(
    ("inside", "outside", "lines"),
    [
        ("DocumentRoot /srv/a", "", [2]),
        (f"DocumentRoot /srv/a\n{section('/srv')}", "", []),
        ("DocumentRoot /srv/a", section("/srv"), []),
        ("ServerName a", ROOT, [4]),
        (section("/srv"), f"Listen 81\n{ROOT}", [8]),
        # No request reaches the main server.
        ("ProxyPass / http://b:1/", f"Listen 80\n{ROOT}", []),
        ("ProxyPass /a http://b:1/", f"Listen 80\n{ROOT}", [5]),
        ("ProxyPass / http://b:1/", f"Listen 80\nListen 81\n{ROOT}", [6]),
        # All is redirected, or not.
        ("Redirect permanent / https://a.example/", f"Listen 80\n{ROOT}", []),
        ("Redirect / https://a.example/", f"Listen 80\n{ROOT}", []),
        ("RedirectPermanent / https://a.example/", f"Listen 80\n{ROOT}", []),
        ("Redirect /old /", f"Listen 80\n{ROOT}", [5]),
        ("<Location />\nRedirect /old https://a.example/\n</Location>", f"Listen 80\n{ROOT}", [7]),
        ("<Location /a>\nRedirect / https://a.example/\n</Location>", f"Listen 80\n{ROOT}", [7]),
        ("Redirect / https://a.example/\nRewriteRule ^/a /b", f"Listen 80\n{ROOT}", [6]),
    ],
)
def test_virtual_hosts(inside: str, outside: str, lines: list[int]) -> None:
    text = f"<VirtualHost *:80>\n{inside}\n</VirtualHost>\n{outside}"
    assert [one.place.line for one in find(RULE, text)] == lines


def test_it_is_said_once() -> None:
    hosts = [f"<VirtualHost *:80>\nDocumentRoot /srv/{at}\n</VirtualHost>\n" for at in range(6)]
    (one,) = find(RULE, "".join(hosts))
    assert [(other.place.line, other.message) for other in one.related] == [
        (5, "nor for this one"), (8, "nor for this one"), (11, "nor for this one, and 2 more"),
    ]  # fmt: skip


def test_a_part_says_nothing() -> None:
    assert not find(RULE, ROOT, part=True)


@pytest.mark.parametrize(
    ("own", "override", "severities"),
    [
        (None, "", ["info"]),
        ("# nothing\n", "", ["info"]),
        ("Header set A b\n", "", ["error"]),
        ("<IfModule mod_dir.c>\n</IfModule>\n", "", ["error"]),
        ("Header set A b\n", "AllowOverride None", []),
        ("Header set A b\n", "AllowOverride FileInfo", []),
        ("Header set A b\n", "AllowOverride AuthConfig", ["error"]),
        ("Nonsense\n", "AllowOverride All", ["error"]),
    ],
)
def test_the_file_on_this_machine(tmp_path: Path, own: str | None, override: str, severities: list[str]) -> None:
    if own is not None:
        (tmp_path / ".htaccess").write_text(own)
    found = _on_this_machine(tmp_path, section(str(tmp_path), override))
    assert [one.severity for one in found] == severities


def test_what_httpd_refuses_is_named(tmp_path: Path) -> None:
    (tmp_path / ".htaccess").mkdir()
    (one,) = _on_this_machine(tmp_path, section(str(tmp_path), "AllowOverride All"))
    assert one.message == f'"{tmp_path}/.htaccess" is a folder, not a file: every request below it gets 403'


def test_a_section_with_a_regular_expression_comes_after_the_file(tmp_path: Path) -> None:
    (tmp_path / ".htaccess").write_text("Header set A b\n")
    (one,) = _on_this_machine(tmp_path, section("^/", "AllowOverride All", key="DirectoryMatch"))
    assert one.severity == "error"


def _on_this_machine(folder: Path, text: str) -> list[Finding]:
    modules = Modules(["headers_module", "dir_module"], complete=True)
    options = Options(check_files=True, modules=modules)
    configuration = load_text(f'DocumentRoot "{folder}"\n{text}', options)
    rule = by_name()[RULE]
    return [Finding.of(rule, found) for found in rule.check(Context(configuration, build(configuration)))]
