"""Where rules of mod_rewrite are in force: what only a second rule, or another file, decides."""

from __future__ import annotations

import pytest

from tests.support.cost import seconds
from tests.support.lint.find import find

ON = "RewriteEngine On\n"


def test_a_rule_before_may_take_the_slash_away() -> None:
    rules = "RewriteRule ^(.+) %{SERVER_NAME}$1 [C]\nRewriteRule ^shop\\.example/(.*) /shop/$1 [L]\n"
    assert not find("rewrite-leading-slash", ON + rules)
    assert find("rewrite-leading-slash", ON + rules.replace("%{SERVER_NAME}$1", "/x$1"))
    assert find("rewrite-leading-slash", f"{ON}RewriteRule ^/x - [E=a:b]\nRewriteRule ^shop/(.*) /y/$1\n")


@pytest.mark.parametrize(
    "pattern", ["^(api)?/", "^[a-z]/", "^.*", "^", "^$", "api/", "!^api/", "^\\w/", "^a*/", "^(api|/api)", "^(a*|b)"]
)
def test_patterns_that_may_match(pattern: str) -> None:
    assert not find("rewrite-leading-slash", f'{ON}RewriteRule "{pattern}" /x\n')


@pytest.mark.parametrize("pattern", ["^(api)/", "^(?:api)", "^(api|app)/(.*)"])
def test_groups_that_never_match(pattern: str) -> None:
    assert find("rewrite-leading-slash", f'{ON}RewriteRule "{pattern}" /x\n')


def test_the_place_of_a_pattern() -> None:
    (found,) = find("rewrite-leading-slash", f'<VirtualHost *>\n{ON}RewriteRule "^api/" /x [PT]\n</VirtualHost>\n')
    assert (found.place.line, found.place.column, found.place.end_column) == (3, 13, 20)


def test_the_engine_is_told_once_a_section() -> None:
    rules = "RewriteRule ^/a /b\nRewriteRule ^/c /d\n"
    text = f"{rules}<VirtualHost *>\n{rules}</VirtualHost>\n<VirtualHost *>\n{ON}{rules}</VirtualHost>\n"
    assert [one.place.line for one in find("rewrite-engine-off", text)] == [1, 4]


def test_an_engine_that_another_file_may_switch_on() -> None:
    (part,) = find("rewrite-engine-off", "RewriteRule ^/a /b\n", part=True)
    (whole,) = find("rewrite-engine-off", "RewriteRule ^/a /b\n")
    assert (part.severity, whole.severity) == ("info", "error")
    assert not find("rewrite-engine-off", "<IfDefine X>\nRewriteEngine On\n</IfDefine>\nRewriteRule ^/a /b\n")


def test_a_part_may_be_included_in_a_folder() -> None:
    assert not find("rewrite-leading-slash", f"{ON}RewriteRule ^api/ /x\n", part=True)


FOLDER = "<Directory /w>\nRewriteEngine On\nRewriteRule ^a /b\n</Directory>\n"
HOST = f"<VirtualHost *>\nDocumentRoot /w\n{{}}\n{FOLDER}</VirtualHost>"


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("ProxyPass / http://b:1/", 1),
        ("ProxyPass / http://b:1/\nAliasMatch ^/s /srv/s", 1),
        ("<Location />\nProxyPass http://b:1/\n</Location>", 1),
        ("ProxyPassMatch ^(.*)$ http://b:1$1", 1),
        ("ProxyPass /a http://b:1/", 0),
        ("ProxyPass /s !\nProxyPass / http://b:1/", 0),
        ("ProxyPass / http://b:1/\n<Location /s>\nProxyPass !\n</Location>", 0),
        ("ProxyPass / http://b:1/\nSetEnvIf Request_URI ^/s no-proxy", 0),
        ("<IfDefine X>\nProxyPass / http://b:1/\n</IfDefine>", 0),
        ("ProxyPass / http://b:1/\nRewriteEngine On\nRewriteRule ^/s/(.*) /w/s/$1", 0),
        ("ProxyPass / http://b:1/\nRewriteEngine On\nRewriteRule ^/s/(.*) http://c:1/$1 [P]", 1),
    ],
)
def test_what_takes_every_request_of_a_folder(lines: str, count: int) -> None:
    assert len(find("rewrite-dir-proxied", HOST.format(lines))) == count


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("RewriteRule ^/o/(.*) /app/$1\nProxyPass /app http://b:1/", 1),
        ("RewriteRule ^/o$ /app?x=1\nProxyPass /app http://b:1/", 1),
        ("RewriteRule ^/o$ /app\nProxyPass /app http://b:1/", 1),
        ("RewriteRule ^/o/(.*) /app/$1\nProxyPassMatch ^/app/ http://b:1/", 1),
        ("RewriteRule ^/o(.*) /app$1\nProxyPass /app http://b:1/", 0),
        ("RewriteRule ^/o$ /app\nProxyPass /app/ http://b:1/", 0),
        ("RewriteRule ^/o$ /app/x\nProxyPass /app/x !\nProxyPass /app http://b:1/", 0),
        ("RewriteRule ^/o$ /app\n<IfDefine X>\nProxyPass /app http://b:1/\n</IfDefine>", 0),
    ],
)
def test_a_new_path_that_is_not_proxied(lines: str, count: int) -> None:
    assert len(find("rewrite-takes-pass", f"{ON}{lines}")) == count


def test_the_main_servers_folder_counts_for_each_host() -> None:
    folder = f"DocumentRoot /srv/w\n<Directory /srv/w>\n{ON}RewriteRule ^x /y [R]\n</Directory>\n"
    taking = "ProxyPass / http://b:1/\n"
    assert find("rewrite-dir-proxied", folder + taking)
    assert find("rewrite-dir-proxied", f"{folder}<VirtualHost *:80>\n{taking}</VirtualHost>\n")
    assert not find(
        "rewrite-dir-proxied",
        f"{folder}<VirtualHost *:80>\n{taking}</VirtualHost>\n<VirtualHost *:81>\n</VirtualHost>\n",
    )


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ("RewriteCond %{HTTPS} !=on\nRewriteRule (.*) https://%{HTTP_HOST}$1 [R]", True),
        ("RewriteCond %{SERVER_PORT} ^80$\nRewriteRule ^/?(.*) https://%{HTTP_HOST}/$1 [R]", True),
        ("RewriteCond %{REQUEST_SCHEME} =http\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R]", True),
        ("RewriteCond %{HTTPS} on\nRewriteRule ^ https://www.example%{REQUEST_URI} [R]", False),
        ("RewriteCond %{SERVER_PORT} !80\nRewriteRule ^ https://www.example%{REQUEST_URI} [R]", False),
        ("RewriteCond %{HTTPS} off\nRewriteRule ^/login https://www.example/login [R]", False),
    ],
)
def test_conditions_that_hold_behind_a_proxy_that_ends_tls(lines: str, reported: bool) -> None:
    front = "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 10.0.0.2\n"
    assert bool(find("https-redirect-loop", f"{front}{ON}{lines}\n")) is reported
    assert not find("https-redirect-loop", f"{front}{ON.replace('On', 'Off')}{lines}\n")


def test_many_rules_and_mappings_cost_no_more_than_their_number() -> None:
    each = "<Location /l{0}>\nProxyPass http://b:1/l{0}\n</Location>\nRewriteRule ^/o{0} /q{0}$1\n"
    each += "ProxyPass /p{0} http://b:1/p{0}\n"
    text = ON + "".join(each.format(number) for number in range(1500))
    with seconds(8):
        assert not find("rewrite-takes-pass", text)
