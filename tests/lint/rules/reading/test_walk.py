"""Directives that httpd does not have, whose module is missing, or whose number of arguments is wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.conf.modules import Modules
from tests.support.lint.find import find, grades, places
from tests.support.patience import PATIENCE

LISTED = "mpm_event_module,proxy_module,unixd_module"

UNKNOWN = [
    ("ServerNam x", (1, 1), "high", "ServerName"),
    ("Listen 80\n ProxyTimout 5", (2, 2), "high", "ProxyTimeout"),
    ("<Directoy />\n</Directoy>", (1, 1), "high", "<Directory>"),
    ("proxy_ajp.conf in mods-enabled", (1, 1), "medium", "None"),
    ("Foo${bar} x", (1, 1), "medium", "None"),
]
REFUSED = [
    ("ServerName www.example.com # the shop", (1, 28), "comment"),
    ("ServerName", (1, 1), "None"),
    ("DocumentRoot /srv/my site", (1, 22), "quotes"),
    ("KeepAlive", (1, 1), "None"),
    ("ErrorLog a b", (1, 12), "quotes"),
    ("AddType text/html", (1, 1), "None"),
    ("LogFormat a b c", (1, 15), "None"),
    ("ProxyTimeout 5 6", (1, 16), "quotes"),
]
TAKEN = [
    "ServerName x",
    'ServerName "x"',
    "<VirtualHost *:80>\nServerAlias a b c d e\n</VirtualHost>",
    "KeepAlive On",
    "KeepAlive On at last",
    "LogFormat a",
    "LogFormat a b",
    "Timeout 5 ",
    "AddType text/html .a .b",
    "Options",
]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("\ufeffServerName x", (1, 1), "byte order mark"),
        ("  Pröxy x\nPröxy y\nÜbrig", (1, 3), "3 such lines"),
    ],
)
def test_garbled(text: str, place: tuple[int, int], says: str) -> None:
    (finding,) = find("directive-unknown", text)
    assert (finding.place.line, finding.place.column) == place
    assert says in finding.message
    assert grades([finding]) == [("error", "high")]


@pytest.mark.parametrize(("text", "place", "confidence", "says"), UNKNOWN)
def test_unknown(text: str, place: tuple[int, int], confidence: str, says: str) -> None:
    (finding,) = find("directive-unknown", text)
    assert (finding.place.line, finding.place.column) == place
    assert grades([finding]) == [("error", confidence)]
    assert says in str(finding.help)
    assert ("unless" in finding.message) == (confidence == "medium")


@pytest.mark.parametrize("text", ["ServerNam x", "proxy_ajp.conf in mods-enabled"])
def test_unknown_with_all_modules_known(text: str) -> None:
    assert grades(find("directive-unknown", text, None, LISTED)) == [("error", "high")]


def test_a_module_that_hpatch_does_not_know_may_have_any_name() -> None:
    found = find("directive-unknown", "LoadModule foo_module foo.so\nServerNam x")
    assert grades(found) == [("warning", "medium")]
    assert "unless foo_module" in found[0].message


def test_a_htaccess_file_does_not_stop_httpd() -> None:
    from hpatch.conf.load import load_text
    from hpatch.conf.walk import names

    (refused,) = names.unknown(load_text("Optionz None", name="/srv/.htaccess"))
    assert "500" in refused.message


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass / http://h/",
        "PROXYPASS / http://h/",
        "ProxyProtocol On",
        "PassengerEnabled on",
        "PassengerAnything on",
        "SecRule ü",
        "<IfModule mod_foo.c>\nFooBar x\n</IfModule>",
        "<IfModule !foo_module>\nFooBar x\n</IfModule>",
        "<IfVersion < 2.3>\nRewriteLok x\n</IfVersion>",
        "<Perl>\nmy $x;\n</Perl>",
    ],
)
def test_known_or_another_modules(text: str) -> None:
    assert find("directive-unknown", text) == []


def test_inside_a_conditional_for_a_module_of_httpd() -> None:
    assert places("directive-unknown", "<IfModule mod_ssl.c>\nSSLEngin on\n</IfModule>") == [(2, 1)]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("SSLEngine on", (1, 1), "ssl_module"),
        ("<VirtualHost *:80>\n RewriteEngine on\n</VirtualHost>", (2, 2), "rewrite_module"),
    ],
)
def test_not_loaded(text: str, place: tuple[int, int], says: str) -> None:
    (finding,) = find("module-not-loaded", text, None, LISTED)
    assert (finding.place.line, finding.place.column) == place
    assert says in str(finding.help)


@pytest.mark.parametrize("text", ["ProxyTimeout 5", "Listen 80", "User www-data", "CustomLog a b", "Nonsense x"])
def test_loaded_or_built_in(text: str) -> None:
    assert find("module-not-loaded", text, None, LISTED) == []


@pytest.mark.parametrize(
    ("loaded", "text", "found"),
    [
        ((), "SecRuleEngine On", "mod_security"),
        ((), "<IfModule mod_security2.c>\nSecRuleEngine On\n</IfModule>", None),
        (("security2_module",), "SecRuleEngine On", None),
        (("wsgi_module",), "php_value a b", "mod_php"),
        (("php7_module",), "php_value a b", None),
        (("php_module",), "php_value a b", None),
        (("our_own_module",), "php_value a b", None),
    ],
)
def test_a_module_of_others(loaded: tuple[str, ...], text: str, found: str | None) -> None:
    findings = find("module-not-loaded", text, None, ",".join((LISTED, *loaded)))
    assert len(findings) == (found is not None)
    assert all(str(found) in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("ErrorLog ${A}/error.log # note", 25),
        ("ErrorLog ${A} # the log", 15),
        ("ServerAdmin a@b.example ${A}/x", 25),
        ("CustomLog ${A}/access.log", 1),
        ("CustomLog ${A}", None),  # it may be two words
        ("ErrorLog ${A} ${B}", None),  # either may be empty
        ("ErrorLog ${A} x", None),
        ("Require ip ${A} 10.0.0.1", None),
    ],
)
def test_arguments_beside_a_variable(text: str, column: int | None) -> None:
    assert [finding.place.column for finding in find("directive-arguments", text)] == ([column] if column else [])


LOADS = "LoadModule mpm_event_module e.so\nLoadModule dir_module d.so\n"


@pytest.mark.parametrize(
    ("before", "main", "part"),
    [
        (LOADS, 1, 0),
        ("", 1, 0),  # a virtual host by itself may be a part
        ("LoadModule dir_module d.so\n", 1, 0),
        (LOADS + "Include there-is-none.conf\n", 0, 0),
        (LOADS + "LoadModule ssl_module s.so\n", 0, 0),
        (LOADS + "<IfDefine SSL>\nLoadModule ssl_module s.so\n</IfDefine>\n", 0, 0),
    ],
)
def test_a_list_is_known_in_a_main_file(before: str, main: int, part: int) -> None:
    asked = Modules(complete=True, static=["core.c", "mod_so.c", "http_core.c"])
    assert len(find("module-not-loaded", before + "SSLEngine on", modules=asked)) == main
    assert len(find("module-not-loaded", before + "SSLEngine on", modules=asked, part=True)) == part
    assert find("module-not-loaded", before + "SSLEngine on") == []


@pytest.mark.parametrize(("text", "place", "says"), REFUSED)
def test_arguments(text: str, place: tuple[int, int], says: str) -> None:
    (finding,) = find("directive-arguments", text)
    assert (finding.place.line, finding.place.column) == place
    assert says in str(finding.help)


@pytest.mark.parametrize(
    "text",
    [
        *TAKEN,
        "ServerName ${name} x",
        'LogFormat "%h" ""',
        'DirectoryIndex a ""',
        'CustomLog a common ""',
        "ProxyTimeout",  # directive-refused
        "ProxyErrorOverride On 404",  # in some releases
        "SecRuleEngine",
        "<Perl>\nServerName a b\n</Perl>",
        "<IfVersion < 2.3>\nServerName a b\n</IfVersion>",
    ],
)
def test_taken_or_not_known(text: str) -> None:
    assert find("directive-arguments", text) == []


def test_the_version_decides() -> None:
    assert find("directive-arguments", "ProxyErrorOverride", "2.4.71") != []
    assert find("directive-arguments", "ProxyErrorOverride On 404", "2.4.71") == []


def said(httpd: str, text: str, folder: Path) -> str:
    """What a real httpd with an MPM and the modules of the texts says; "" where it takes the text."""
    modules = Path("/usr/lib/apache2/modules")
    names = ("mpm_event", "mime", "proxy", "alias", "log_config")
    loads = [f"LoadModule {n}_module {modules}/mod_{n}.so" for n in names if (modules / f"mod_{n}.so").exists()]
    if not loads:
        pytest.skip("httpd's modules are elsewhere")
    file = folder / "httpd.conf"
    file.write_text("\n".join([*loads, f'ServerRoot "{folder}"', "ErrorLog log", text, ""]))
    done = subprocess.run([httpd, "-t", "-f", file], capture_output=True, text=True, check=False, timeout=PATIENCE)
    return done.stderr if done.returncode else ""


@pytest.mark.httpd
@pytest.mark.parametrize("text", [*(row[0] for row in UNKNOWN), "SSLEngine on"])
def test_httpd_knows_no_such_directive(httpd: str, text: str, tmp_path: Path) -> None:
    assert "Invalid command" in said(httpd, text, tmp_path)


@pytest.mark.httpd
@pytest.mark.parametrize("text", [row[0] for row in REFUSED])
def test_httpd_refuses_the_arguments(httpd: str, text: str, tmp_path: Path) -> None:
    assert "argument" in said(httpd, text, tmp_path) or "must be On or Off" in said(httpd, text, tmp_path)


@pytest.mark.httpd
@pytest.mark.parametrize("text", TAKEN)
def test_httpd_takes_the_arguments(httpd: str, text: str, tmp_path: Path) -> None:
    assert said(httpd, text, tmp_path) == ""


@pytest.mark.httpd
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ThreadsPerChild 25", 1),
        ("AsyncRequestWorkerFactor 2", 1),
        ("StartServers 2", 0),
        ("MaxSpareServers 5", 0),
        ("<IfModule event.c>\nThreadsPerChild 25\n</IfModule>", 0),
    ],
)
def test_directives_of_another_mpm(tmp_path: Path, httpd: str, text: str, told: int) -> None:
    load = "LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so"
    found = find("module-not-loaded", f"{load}\n{text}")
    assert len(found) == told
    assert all("httpd runs prefork" in finding.message for finding in found)
    assert find("module-not-loaded", text) == [], "the MPM is not known"
    conf = tmp_path / "httpd.conf"
    conf.write_text(f"{load}\nServerName x\n{text}\n")
    run = subprocess.run([httpd, "-t", "-f", str(conf)], capture_output=True, text=True, check=False)
    assert ("Invalid command" in run.stderr) == bool(told), run.stderr
