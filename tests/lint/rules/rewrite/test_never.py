"""Conditions and patterns of mod_rewrite that never hold."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places

ON = "RewriteEngine On\n"
COND = "RewriteCond {} {}\n"
RULE = "RewriteRule ^/(.*)$ http://10.0.0.5/$1 [P]\n"
FILE = COND.format("%{REQUEST_FILENAME}", "!-f")
A = "RewriteCond %{{HTTP_HOST}} {}\n"


def test_a_file_that_is_not_known() -> None:
    found = find("filename-in-server", "Listen 80\n" + ON + FILE + COND.format("%{SCRIPT_FILENAME}", "-d") + RULE)
    assert [(one.place.line, one.place.column) for one in found] == [(3, 13), (4, 13)]
    assert "always" in found[0].message
    assert "never" in found[1].message
    host = f"<VirtualHost *:80>\n{ON}RewriteRule ^/a$ - [L]\n{FILE}{RULE}</VirtualHost>\n"
    assert find("filename-in-server", host)


@pytest.mark.parametrize(
    "text",
    [
        ON + COND.format("%{DOCUMENT_ROOT}%{REQUEST_FILENAME}", "!-f") + RULE,
        ON + COND.format("%{LA-U:REQUEST_FILENAME}", "!-f") + RULE,
        ON + COND.format("%{REQUEST_FILENAME}", "^/x") + RULE,
        ON + "RewriteRule ^ %{DOCUMENT_ROOT}%{REQUEST_URI}\n" + FILE + RULE,
        ON.replace("On", "Off") + FILE + RULE,
        "<Location /x>\n" + ON + FILE + RULE + "</Location>\n",
    ],
)
def test_a_file_that_may_be_known(text: str) -> None:
    assert not find("filename-in-server", "Listen 80\n" + text)


def test_a_file_may_be_included_in_a_folder() -> None:
    assert not find("filename-in-server", ON + FILE + RULE)


@pytest.mark.parametrize(
    ("pattern", "fires"),
    [(r"\?id=", True), (r"x[?]a=1", True), (r"^/a\?b=", True), ("/a?b=", False), (r"\?$", False), (r"a\\?b=", False)],
)
def test_query(pattern: str, fires: bool) -> None:
    assert bool(find("query-in-pattern", ON + f"RewriteRule {pattern} / [R]\n")) is fires


@pytest.mark.parametrize(
    ("first", "second", "fires"),
    [
        (r"^a\.example$", r"^b\.example$", True),
        ("=a", "=b", True),
        ("=a", "^b$", True),
        ("=A", "^a$", False),
        ("^a$", "!^b$", False),
        ("^a", "^ab", False),
        ("^a$ [OR]", "^b$", False),
        ("^a.$", "^ab$", False),
    ],
)
def test_two_texts(first: str, second: str, fires: bool) -> None:
    assert bool(find("conditions-exclude", ON + A.format(first) + A.format(second) + RULE)) is fires


def test_a_third_condition_with_or_leaves_it_open() -> None:
    other = COND.format("%{REQUEST_METHOD}", "=GET [OR]")
    assert not find("conditions-exclude", ON + other + A.format("=a") + A.format("=b") + RULE)
    assert not find("conditions-exclude", ON + A.format("=a") + COND.format("%{REMOTE_ADDR}", "=b") + RULE)


@pytest.mark.parametrize(
    ("pattern", "fires"),
    [("=WebSocket", True), ("Websocket", True), ("^WebSocket$ [NC]", False), ("websocket", False), ("^h2c$", False)],
)
def test_websocket(pattern: str, fires: bool) -> None:
    assert bool(find("websocket-case", ON + COND.format("%{HTTP:Upgrade}", pattern) + RULE)) is fires


def test_map() -> None:
    text = "Listen 80\n" + ON + "RewriteRule ^/(.*)$ http://${hosts:$1}/ [P]\n"
    assert places("rewrite-map-undefined", text) == [(3, 1)]
    assert not find("rewrite-map-undefined", "RewriteMap hosts txt:/x\n" + text)
    assert not find("rewrite-map-undefined", text.replace("Listen 80\n", ""))
    assert find("rewrite-map-undefined", "Listen 80\n" + ON + COND.format("${m:%{HTTP_HOST}}", "=a") + RULE)


@pytest.mark.parametrize(
    "rule",
    ["^/(.*)$ http://a/$1 [P]", "^ - [F]", "(.*) /x$1 [L]", ".* https://a/ [R=301,L]", "^/?(.*) - [END]", "^ - [G]"],
)
def test_no_rule_runs_behind_it(rule: str) -> None:
    text = f"RewriteEngine On\nRewriteRule {rule}\nRewriteRule ^/a - [F]\nRewriteRule ^/b - [F]\n"
    assert places("rewrite-unreached", text) == [(3, 1)]


@pytest.mark.parametrize(
    "rule",
    [
        "^/app(.*) http://a/$1 [P]",
        "^/(.*)$ /x/$1",
        "^ https://a/ [R]",
        "^ - [E=a:b]",
        "(.*) /x$1 [PT,L]",
        "^/a - [S=1]\nRewriteRule ^ - [F]",
        "^/a - [C]\nRewriteRule ^ - [F]",
    ],
)
def test_rules_run_behind_it(rule: str) -> None:
    assert not find("rewrite-unreached", f"RewriteEngine On\nRewriteRule {rule}\nRewriteRule ^/a - [F]\n")


@pytest.mark.parametrize(
    ("section", "pattern", "fires"),
    [("Directory", "^/(.*)$", False), ("Directory", "^/?(.*)$", True), ("Location", "^/(.*)$", True)],
)
def test_a_path_in_a_folder_has_no_slash_at_its_beginning(section: str, pattern: str, fires: bool) -> None:
    rules = f"RewriteEngine On\nRewriteRule {pattern} - [G]\nRewriteRule a - [F]\n"
    assert bool(find("rewrite-unreached", f"<{section} /srv>\n{rules}</{section}>\n")) is fires


def test_rules_of_another_section_run() -> None:
    rule = "RewriteEngine On\nRewriteRule ^ - [F]\n"
    text = f"{rule}<VirtualHost *:80>\n{rule}</VirtualHost>\n"
    assert not find("rewrite-unreached", text)
    assert not find(
        "rewrite-unreached", "RewriteEngine On\nRewriteCond %{HTTPS} on\nRewriteRule ^ - [F]\nRewriteRule ^ - [G]\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "reported"),
    [
        ("^/old /new [R=301]", "^(.*)$ http://h$1 [P]", True),
        ("^/old /new [R]", ".* https://h/ [R,L]", True),
        ("^/old /new [R]", "^/?(.*)$ http://h/$1 [P]", True),
        ("^/old /new [R,L]", "^(.*)$ http://h$1 [P]", False),
        ("^/old /new [R,END]", "^(.*)$ http://h$1 [P]", False),
        ("^/old /new [PT]", "^(.*)$ http://h$1 [P]", False),
        ("^/old /new [R]", "^/(.*)$ http://h/$1 [P]", False),
        ("^/old /new [R]", "^ - [L]", False),
        ("^/old /new [R]", "^(.*)$ /x$1", False),
        ("^/old /new [R]\nRewriteCond %{HTTP_HOST} a", "^(.*)$ http://h$1 [P]", False),
        ("^/old /new [R,C]", "^(.*)$ http://h$1 [P]", False),
    ],
)
def test_a_redirect_without_an_end(first: str, second: str, reported: bool) -> None:
    text = f"{ON}RewriteRule {first}\nRewriteRule {second}\n"
    assert places("redirect-goes-on", text) == ([(2, 1)] if reported else [])


@pytest.mark.parametrize(
    ("pattern", "reported"),
    [
        ("^/app/old", True),
        ("^/(.*)$", True),
        ("^/?app/old$", True),
        ("^old$", True),
        ("^(/app|/b)", True),
        ("^", False),
        ("^.*$", False),
        ("^(.*)$", False),
        ("^/?(.*)$", False),
        ("^proxy:http", False),
        ("old$", False),
        ("!^/app/old", False),
    ],
)
def test_a_pattern_in_a_proxied_location(pattern: str, reported: bool) -> None:
    text = f"{ON}<Location /app>\n{{}}RewriteRule {pattern} - [F]\n</Location>\n"
    line = "ProxyPass http://10.0.0.5/app\n"
    assert places("location-pattern-anchored", text.format(line)) == ([(4, 1)] if reported else [])
    assert not find("location-pattern-anchored", text.format(""))
    assert not find("location-pattern-anchored", text.format("ProxyPass !\n"))


@pytest.mark.parametrize(
    ("first", "second", "reported"),
    [
        ("!^/api [OR]", "!^/static", True),
        ("!^/api/.*$ [NC,OR]", "!^/Static(/|$)", True),
        ("!=/a [OR]", "!=/b", True),
        ("!^/ab? [OR]", "!^/a", False),
        ("!^/api", "!^/static", False),
        ("!^/api [OR]", "^/static", False),
        ("!/api [OR]", "!/static", False),
        ("!^/a|b [OR]", "!^/c", False),
        ("!^(/a|/b) [OR]", "!^/c", False),
    ],
)
def test_conditions_of_which_one_always_holds(first: str, second: str, reported: bool) -> None:
    text = f"{ON}RewriteCond %{{REQUEST_URI}} {first}\nRewriteCond %{{REQUEST_URI}} {second}\n{RULE}"
    assert places("conditions-always", text) == ([(3, 1)] if reported else [])
    assert not find("conditions-always", text.replace("REQUEST_URI", "HTTP_HOST", 1))
