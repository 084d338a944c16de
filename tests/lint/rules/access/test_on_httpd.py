"""What the access rules claim of httpd, held against a real one: who gets in, and who does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from tests.support.gateways.httpd import check, load, running
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find

pytestmark = pytest.mark.httpd

RULES = [rule for rule in rules() if rule.family == "access"]
MORE = load(
    "remoteip",
    "access_compat",
    "status",
    "info",
    "authn_core",
    "authn_file",
    "auth_basic",
    "authz_user",
    "proxy_connect",
    "ssl",
    "mime",
)
MORE += "TypesConfig /dev/null\n"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_accepted(rule: Rule, httpd: str, tmp_path: Path) -> None:
    """All of these faults pass `httpd -t`."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/proxies.txt").write_text("10.0.0.2\n")
    for example in examples(rule, FIRES, SILENT, INSTEAD):
        accepted, said = check(httpd, tmp_path, MORE + load("mime") + example.text)
        assert accepted, said


PROXY = 'ProxyPass "/x" "http://A/x"\n'
LOGIN = 'AuthType Basic\nAuthName a\nAuthUserFile "users"\nRequire valid-user\n'
INSIDE = '<Location "/">\nRequire ip {}\n</Location>\nProxyPass "/" "http://A/"\n'
FORWARDED = {"X-Forwarded-For": "198.51.100.7"}
PRIVATE = {"X-Forwarded-For": "10.9.9.9"}

# A name: the rule, a virtual host, a path, and the headers of a client that should not get in.
CASES: dict[str, tuple[str, str, str, dict[str, str | None]]] = {
    "remoteip": (
        "remoteip-trusts-all",
        "RemoteIPHeader X-Forwarded-For\n" + INSIDE.format("198.51.100.7"),
        "/x",
        FORWARDED,
    ),
    "remoteip-listed": (
        "remoteip-trusts-all",
        "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 10.0.0.2\n" + INSIDE.format("198.51.100.7"),
        "/x",
        FORWARDED,
    ),
    "header": (
        "access-by-client-header",
        'SetEnvIf X-Forwarded-For "^198\\." in\n<Location "/x">\nRequire env in\n</Location>\n' + PROXY,
        "/x",
        FORWARDED,
    ),
    "header-expr": (
        "access-by-client-header",
        "<Location \"/x\">\nRequire expr \"req('X-Forwarded-For') == '198.51.100.7'\"\n</Location>\n" + PROXY,
        "/x",
        FORWARDED,
    ),
    "header-if-not": (
        "access-by-client-header",
        f"<If \"%{{HTTP:X-Forwarded-For}} != '198.51.100.7'\">\nRequire all denied\n</If>\n{PROXY}",
        "/x",
        FORWARDED,
    ),
    "header-not": (
        "access-by-client-header",
        'SetEnvIf X-Forwarded-For "^198\\." in\n<Location "/x">\n<RequireAll>\nRequire all granted\n'
        f"Require not env in\n</RequireAll>\n</Location>\n{PROXY}",
        "/x",
        FORWARDED,
    ),
    "slash": ("location-slash-only", f'{PROXY}<Location "/x/">\nRequire ip 10.0.0.1\n</Location>\n', "/x", {}),
    "no-slash": ("location-slash-only", f'{PROXY}<Location "/x">\nRequire ip 10.0.0.1\n</Location>\n', "/x", {}),
    "slash-and-all": (
        "location-slash-only",
        f'{PROXY}<Location "/">\nRequire ip 10.0.0.1\n</Location>\n'
        '<Location "/x/">\nRequire ip 10.0.0.2\n</Location>\n',
        "/x",
        {},
    ),
    "inner": (
        "nested-require-replaces",
        f'{PROXY}<Location "/x">\nRequire ip 10.0.0.1\n</Location>\n'
        '<Location "/x/y">\nRequire method GET\n</Location>\n',
        "/x/y",
        {},
    ),
    "inner-merged": (
        "nested-require-replaces",
        f'{PROXY}<Location "/x">\nRequire ip 10.0.0.1\n</Location>\n'
        '<Location "/x/y">\nAuthMerging And\nRequire method GET\n</Location>\n',
        "/x/y",
        {},
    ),
    "satisfy": (
        "satisfy-any-open",
        f'{PROXY}<Location "/x">\n{LOGIN}Satisfy Any\nOrder allow,deny\nAllow from all\n</Location>\n',
        "/x",
        {},
    ),
    "satisfy-alone": ("satisfy-any-open", f'{PROXY}<Location "/x">\n{LOGIN}Satisfy Any\n</Location>\n', "/x", {}),
    "satisfy-denied": (
        "satisfy-any-open",
        f'{PROXY}<Location "/x">\n{LOGIN}Satisfy Any\nOrder deny,allow\nDeny from all\n</Location>\n',
        "/x",
        {},
    ),
    "satisfy-some": (
        "satisfy-any-open",
        f'{PROXY}<Location "/x">\n{LOGIN}Satisfy Any\nOrder allow,deny\nAllow from 10.0.0.1\n</Location>\n',
        "/x",
        {},
    ),
    "slash-pattern": (
        "location-slash-only",
        f'{PROXY}<LocationMatch "^/x/">\nRequire ip 10.0.0.1\n</LocationMatch>\n',
        "/x",
        {},
    ),
    "slash-kept": (
        "location-slash-only",
        f'{PROXY}<Location "/x/">\nRequire ip 10.0.0.1\n</Location>\n'
        '<Location ~ "^/x$">\nRequire ip 10.0.0.1\n</Location>\n',
        "/x",
        {},
    ),
    "satisfy-taken-back": (
        "satisfy-any-open",
        f'{PROXY}<Location "/x">\n{LOGIN}Satisfy Any\nSatisfy All\n</Location>\n',
        "/x",
        {},
    ),
    "satisfy-inner": (
        "satisfy-any-open",
        f'{PROXY}<Location "/">\nOrder deny,allow\nDeny from all\n</Location>\n'
        f'<Location "/x">\n{LOGIN}Satisfy Any\n</Location>\n',
        "/x",
        {},
    ),
    "satisfy-but-one": (
        "satisfy-any-open",
        f'{PROXY}<Location "/x">\n{LOGIN}Satisfy Any\nOrder allow,deny\n'
        "Allow from all\nDeny from 10.0.0.1\n</Location>\n",
        "/x",
        {},
    ),
    "header-too": (
        "access-by-client-header",
        'SetEnvIf X-Forwarded-For "^198\\." in\n<Location "/x">\n<RequireAll>\nRequire ip 10.0.0.1\n'
        f"Require env in\n</RequireAll>\n</Location>\n{PROXY}",
        "/x",
        FORWARDED,
    ),
    "header-if": (
        "access-by-client-header",
        '<Location "/x">\nRequire all denied\n'
        "<If \"%{HTTP:X-Forwarded-For} == '198.51.100.7'\">\nRequire all granted\n</If>\n</Location>\n" + PROXY,
        "/x",
        FORWARDED,
    ),
    "header-rule": (
        "access-by-client-header",
        'RewriteEngine On\nRewriteCond "%{HTTP:X-Forwarded-For}" "!^198\\."\nRewriteRule "^/x" "-" [F]\n' + PROXY,
        "/x",
        FORWARDED,
    ),
    "header-flag": (
        "access-by-client-header",
        'RewriteEngine On\nRewriteCond "%{HTTP:X-Forwarded-For}" "^198\\."\nRewriteRule "^" "-" [E=In:1]\n'
        f'<Location "/x">\nRequire env In\n</Location>\n{PROXY}',
        "/x",
        FORWARDED,
    ),
    "header-by-expression": (
        "access-by-client-header",
        f'SetEnvIfExpr "%{{HTTP:X-Forwarded-For}} =~ /^198/" in\n<Location /x>\nRequire env in\n</Location>\n{PROXY}',
        "/x",
        FORWARDED,
    ),
    "header-and-address": (
        "access-by-client-header",
        "<Location \"/x\">\nRequire expr \"req('X-Forwarded-For') == '198.51.100.7' && -R '10.0.0.0/8'\"\n</Location>\n"
        + PROXY,
        "/x",
        FORWARDED,
    ),
    "remoteip-everybody": (
        "remoteip-trusts-all",
        "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 0.0.0.0/0.0.0.0\n" + INSIDE.format("10.9.9.9"),
        "/x",
        PRIVATE,
    ),
    "status-any": (
        "manager-exposed",
        '<Location "/x">\nSetHandler server-info\nRequire ip 10.0.0.1\nRequire all granted\n</Location>\n',
        "/x",
        {},
    ),
    "status-posted": (
        "manager-exposed",
        '<Location "/x">\nSetHandler server-info\n<Limit POST>\nRequire ip 10.0.0.1\n</Limit>\n</Location>\n',
        "/x",
        {},
    ),
    "status-folder": (
        "manager-exposed",
        'DocumentRoot "ROOT/docs"\n<Directory "ROOT/docs">\nRequire all denied\n</Directory>\n'
        '<Location "/x">\nSetHandler server-info\n</Location>\n',
        "/x",
        {},
    ),
    "status-undone": (
        "manager-exposed",
        '<Location "/x">\nSetHandler server-info\nSetHandler none\n</Location>\n',
        "/x",
        {},
    ),
    "files-pattern": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<FilesMatch "^\\.ht">\nRequire all denied\n</FilesMatch>\n'
        '<LocationMatch "^/">\nRequire all granted\n</LocationMatch>\n',
        "/.htpasswd",
        {},
    ),
    "files-wildcard": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<Files ".ht*">\nRequire all denied\n</Files>\n'
        '<Location "/*">\nAllow from all\nRequire all granted\n</Location>\n',
        "/.htpasswd",
        {},
    ),
    "folder-itself": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<Directory "ROOT/docs/private">\nRequire ip 10.0.0.1\n</Directory>\n'
        '<Location "/private">\nRequire all granted\n</Location>\n',
        "/private/page",
        {},
    ),
    "folder-kept": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<Directory "ROOT/docs/private">\nRequire ip 10.0.0.1\n</Directory>\n'
        '<Location "/">\nRequire all granted\n</Location>\n<Location "/private">\nRequire ip 10.0.0.1\n</Location>\n',
        "/private/page",
        {},
    ),
    "folder-old": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<Directory "ROOT/docs/private">\nOrder deny,allow\nDeny from all\n</Directory>\n'
        '<Location "/">\nRequire all granted\n</Location>\n',
        "/private/page",
        {},
    ),
    "extension": ("manager-exposed", "AddHandler server-info .info\n", "/x.info", {}),
    "extension-file": (
        "manager-exposed",
        'AddHandler server-info .info\n<Files "*.info">\nRequire ip 10.0.0.1\n</Files>\n',
        "/x.info",
        {},
    ),
    "extension-kept": (
        "manager-exposed",
        'AddHandler server-info .info\n<Location "/">\nRequire ip 10.0.0.1\n</Location>\n',
        "/x.info",
        {},
    ),
    "extension-proxied": ("manager-exposed", f"AddHandler server-info .info\n{PROXY}", "/x/a.info", {}),
    "handed": ("manager-exposed", "RewriteEngine On\nRewriteRule ^/x$ - [H=server-info]\n", "/x", {}),
    "handed-kept": (
        "manager-exposed",
        'RewriteEngine On\nRewriteRule ^/x$ - [H=server-info]\n<Location "/x">\nRequire ip 10.0.0.1\n</Location>\n',
        "/x",
        {},
    ),
    "handed-condition": (
        "manager-exposed",
        "RewriteEngine On\nRewriteCond %{REMOTE_ADDR} =10.0.0.1\nRewriteRule ^/x$ - [H=server-info]\n",
        "/x",
        {},
    ),
    "handed-off": ("manager-exposed", "RewriteEngine Off\nRewriteRule ^/x$ - [H=server-info]\n", "/x", {}),
    **{
        f"root-{number}": (
            "root-granted",
            f'DocumentRoot "ROOT/docs"\n<Directory "/">\nRequire all denied\n</Directory>\n'
            f"<Directory{opening}>\nRequire all granted\n</Directory{opening.split(' ')[0]}>\n",
            "/private/page",
            {},
        )
        for number, opening in enumerate((' ~ "^/"', 'Match "^/.*$"', ' "/*"', ' ~ "^/no/"', ' "/no"'))
    },
    "status": ("manager-exposed", '<Location "/x">\nSetHandler server-info\n</Location>\n', "/x", {}),
    "status-kept": (
        "manager-exposed",
        '<Location "/x">\nSetHandler server-info\nRequire ip 10.0.0.1\n</Location>\n',
        "/x",
        {},
    ),
    "status-below": (
        "manager-exposed",
        '<Location "/x">\nRequire ip 10.0.0.1\n</Location>\n<Location "/x/y">\nSetHandler server-info\n</Location>\n',
        "/x/y",
        {},
    ),
    "status-reopened": (
        "manager-exposed",
        '<Location "/x">\nRequire ip 10.0.0.1\n</Location>\n'
        '<Location "/x/y">\nSetHandler server-info\nRequire all granted\n</Location>\n',
        "/x/y",
        {},
    ),
    "nocanon": (
        "nocanon-past-acl",
        'AllowEncodedSlashes NoDecode\nProxyPass "/" "http://A/" nocanon\n'
        '<Location "/admin">\nRequire ip 10.0.0.1\n</Location>\n',
        "/pub/..%2fadmin/",
        {},
    ),
    "nocanon-refused": (
        "nocanon-past-acl",
        'ProxyPass "/" "http://A/" nocanon\n<Location "/admin">\nRequire ip 10.0.0.1\n</Location>\n',
        "/pub/..%2fadmin/",
        {},
    ),
    "files": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<Files ".ht*">\nRequire all denied\n</Files>\n'
        '<Location "/">\nRequire all granted\n</Location>\n',
        "/.htpasswd",
        {},
    ),
    "files-folder": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<Files ".ht*">\nRequire all denied\n</Files>\n'
        '<Directory "ROOT/docs">\nRequire all granted\n</Directory>\n',
        "/.htpasswd",
        {},
    ),
    "folder": (
        "location-grants-over-files",
        'DocumentRoot "ROOT/docs"\n<Directory "ROOT/docs/private">\nRequire ip 10.0.0.1\n</Directory>\n'
        '<Location "/">\nRequire all granted\n</Location>\n',
        "/private/page",
        {},
    ),
}


def test_who_gets_in(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where the client gets in that should not."""
    docs = tmp_path / "docs"
    (docs / "private").mkdir(parents=True)
    (docs / ".htpasswd").write_text("secret")
    (docs / "private/page").write_text("secret")
    (tmp_path / "users").write_text("")
    hosts = {
        name: f"<VirtualHost *>\nServerName {name}\n{text.replace('ROOT', str(tmp_path))}</VirtualHost>\n"
        for name, (_, text, _, _) in CASES.items()
    }
    with running(httpd, tmp_path, MORE + "".join(hosts.values())) as server:
        statuses = {
            name: server.ask(path, {"Host": name, **sent})[0].status for name, (_, _, path, sent) in CASES.items()
        }
    assert set(statuses.values()) <= {200, 401, 403, 404}
    for name, (rule, _, _, _) in CASES.items():
        assert bool(find(rule, hosts[name])) is (statuses[name] == 200), (name, statuses[name])


FORWARD = {
    "open": ("", True),
    "granted": ('<Proxy "*">\nRequire all granted\n</Proxy>\nProxyPass "/" "http://B/"\n', True),
    "location": ('<Location "/">\nRequire ip 10.0.0.1\n</Location>\n', True),
    "restricted": ('<Proxy "*">\nRequire ip 10.0.0.1\n</Proxy>\n', False),
    "pattern": ('<ProxyMatch "^http">\nRequire ip 10.0.0.1\n</ProxyMatch>\n', False),
    "old": ("<Proxy *>\nOrder deny,allow\nDeny from all\nAllow from 10.0.0.1\n</Proxy>\n", False),
    "blocked": ("ProxyBlock *\n", False),
}


@pytest.mark.parametrize("name", FORWARD)
def test_a_forward_proxy(name: str, httpd: str, tmp_path: Path) -> None:
    text, is_open = FORWARD[name]
    text = f"{MORE}ProxyRequests On\n{text}"
    assert bool(find("open-proxy", text.replace("//B", "//10.0.0.5"))) is is_open
    with running(httpd, tmp_path, f"{text}<Location /where>\nProxyPass http://A/where\n</Location>\n") as server:
        backend = server.backends["a"]
        answer, _ = server.ask(f"http://{backend}/page", {"Host": backend})
        assert (answer.status == 200) is is_open


DENIED = {
    "new": ('<Proxy "*">\nRequire all denied\n</Proxy>\n', ""),
    "opened": ('<Proxy "*">\nRequire all denied\n</Proxy>\n', '<Location "/x">\nRequire all granted\n</Location>\n'),
    "old": ("<Proxy *>\nOrder deny,allow\nDeny from all\n</Proxy>\n", ""),
    "old-opened": (
        "<Proxy *>\nOrder deny,allow\nDeny from all\n</Proxy>\n",
        '<Location "/x">\nOrder allow,deny\nAllow from all\n</Location>\n',
    ),
    "mixed": (
        "<Proxy *>\nOrder deny,allow\nDeny from all\n</Proxy>\n",
        '<Location "/x">\nRequire all granted\n</Location>\n',
    ),
    "granted": ('<Proxy "*">\nRequire all granted\n</Proxy>\n', ""),
    "reopened": ('<Proxy "*">\nRequire all denied\n</Proxy>\n<Proxy "*">\nRequire all granted\n</Proxy>\n', ""),
    "reopened-url": (
        '<Proxy "*">\nRequire all denied\n</Proxy>\n<Proxy "http://A/*">\nRequire all granted\n</Proxy>\n',
        "",
    ),
    "url": ('<Proxy "http://A/x">\nRequire all denied\n</Proxy>\n', ""),
    "url-wildcard": ('<Proxy "http://A/*">\nRequire all denied\n</Proxy>\n', ""),
    "url-other": ('<Proxy "http://B/*">\nRequire all denied\n</Proxy>\n', ""),
    "pattern": ('<ProxyMatch "^http">\nRequire all denied\n</ProxyMatch>\n', ""),
    "order": ("<Proxy *>\nOrder allow,deny\n</Proxy>\n", ""),
    "beside-container": (
        "<Location /x>\nOrder deny,allow\nDeny from all\n<RequireAll>\n"
        "Require all granted\n</RequireAll>\n</Location>\n",
        "",
    ),
    "beside-above": (
        '<Directory "ROOT">\nOrder deny,allow\nDeny from all\n</Directory>\n'
        '<Directory "ROOT/docs">\nRequire all granted\n</Directory>\n',
        'DocumentRoot "ROOT/docs"\nProxyPass "/x" "!"\n',
    ),
    "beside-above-open": (
        '<Directory "ROOT">\nOrder deny,allow\nDeny from all\n</Directory>\n'
        '<Directory "ROOT/docs">\nAllow from all\nRequire all granted\n</Directory>\n',
        'DocumentRoot "ROOT/docs"\nProxyPass "/x" "!"\n',
    ),
    "beside": ("<Location /x>\nOrder deny,allow\nDeny from all\nRequire all granted\n</Location>\n", ""),
    "beside-open": ("<Location /x>\nOrder allow,deny\nAllow from all\nRequire all granted\n</Location>\n", ""),
}


def test_who_is_kept_out(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where everybody is kept out that should get in."""
    hosts = {
        name: f"<VirtualHost *>\nServerName {name}\n{section}{more}{PROXY}</VirtualHost>\n".replace(
            "ROOT", str(tmp_path)
        )
        for name, (section, more) in DENIED.items()
    }
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/x").write_text("page")
    with running(httpd, tmp_path, MORE + "".join(hosts.values())) as server:
        for name, text in hosts.items():
            answer, _ = server.ask("/x", {"Host": name})
            rule = "access-mixed" if name.startswith("beside") else "proxy-section-denies"
            assert bool(find(rule, text)) is (answer.status == 403), (name, answer.status)


def test_methods(httpd: str, tmp_path: Path) -> None:
    """A method that `<Limit>` does not name gets past it."""
    limited = f'{PROXY}<Location "/x">\n<Limit GET>\nRequire ip 10.0.0.1\n</Limit>\n</Location>\n'
    excepted = limited.replace("</Limit>\n", "</Limit>\n<LimitExcept GET>\nRequire all denied\n</LimitExcept>\n")
    outer = '<Location "/">\n<LimitExcept GET>\nRequire all denied\n</LimitExcept>\n</Location>\n'
    both = limited.replace("</Limit>\n", "</Limit>\nRequire ip 10.0.0.1\n")
    texts = {"limited": limited, "excepted": excepted, "outer": outer + limited, "both": both}
    texts |= {
        f"but-{name.replace(' ', '-')}": limited.replace("Limit GET", f"LimitExcept {name}").replace(
            "</Limit>", "</LimitExcept>"
        )
        for name in ("POST", "OPTIONS", "OPTIONS POST")
    }
    hosts = (f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in texts.items())
    with running(httpd, tmp_path, MORE + "".join(hosts)) as server:
        for name, text in texts.items():
            assert server.ask("/x", {"Host": name})[0].status == 403
            status = server.ask("/x", {"Host": name}, "POST", b"1")[0].status
            assert bool(find("limit-methods", text)) is (status == 200), name


def test_a_host_that_trusts_its_own_machine(httpd: str, tmp_path: Path) -> None:
    """A client from elsewhere gets the page through the other virtual host."""
    inner = '<Location "/info">\nSetHandler server-info\nRequire local\n</Location>\n'
    outer = 'ProxyPass "/" "http://127.0.0.1:INNER/"\n'
    others = {
        "rule": "RewriteEngine On\nRewriteRule ^/(.*)$ http://127.0.0.1:INNER/$1 [P]\n",
        "rule-part": "RewriteEngine On\nRewriteRule ^/app/(.*)$ http://127.0.0.1:INNER/app/$1 [P]\n",
        "pattern": "ProxyPassMatch ^/(.*)$ http://127.0.0.1:INNER/$1\n",
        "rule-slash": "RewriteEngine On\nRewriteRule ^(.*)$ http://127.0.0.1:INNER$1 [P]\n",
        "rule-variable": "RewriteEngine On\nRewriteRule ^ http://127.0.0.1:INNER%{REQUEST_URI} [P]\n",
        "rule-maybe": "RewriteEngine On\nRewriteRule ^/?(.*)$ http://127.0.0.1:INNER/$1 [P]\n",
        "rule-but": "RewriteEngine On\nRewriteCond %{REQUEST_URI} !^/info\n"
        "RewriteRule ^ http://127.0.0.1:INNER%{REQUEST_URI} [P]\n",
        "rule-off": "RewriteEngine Off\nRewriteRule ^ http://127.0.0.1:INNER%{REQUEST_URI} [P]\n",
    }
    with running(
        httpd,
        tmp_path,
        f"{MORE}Listen 127.0.0.1:INNER\n<VirtualHost *:PORT>\nServerName open\n{outer}</VirtualHost>\n"
        f'<VirtualHost *:PORT>\nServerName kept\nProxyPass "/info" "!"\n{outer}</VirtualHost>\n'
        + "".join(f"<VirtualHost *:PORT>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in others.items())
        + f"<VirtualHost *:INNER>\n{inner}</VirtualHost>\n",
    ) as server:
        assert server.ask("/info", {"Host": "open"})[0].status == 200
        assert server.ask("/info", {"Host": "kept"})[0].status == 404
        seen = {name: server.ask("/info", {"Host": name})[0].status == 200 for name in others}
    ends = f"<VirtualHost 127.0.0.1:8080>\n{inner}</VirtualHost>\n"
    listens = "Listen 80\nListen 127.0.0.1:8080\n"
    outer = outer.replace("INNER", "8080")
    assert find("local-through-own-proxy", f"{listens}<VirtualHost *:80>\n{outer}</VirtualHost>\n{ends}")
    kept = f'{listens}<VirtualHost *:80>\nProxyPass "/info" "!"\n{outer}</VirtualHost>\n{ends}'
    assert not find("local-through-own-proxy", kept)
    for name, text in others.items():
        host = f"{listens}<VirtualHost *:80>\n{text.replace('INNER', '8080')}</VirtualHost>\n{ends}"
        assert bool(find("local-through-own-proxy", host)) is seen[name], name


def test_path_parameters(httpd: str, tmp_path: Path) -> None:
    """A path with a parameter gets past the section, unless httpd reads it as a servlet container does."""
    text = 'ProxyPass "/" "ajp://A/" {}\n<Location "/manager">\nRequire ip 10.0.0.1\n</Location>\n'
    texts = {"plain": text.format(""), "servlet": text.format("mapping=servlet")}
    hosts = (
        f"<VirtualHost *>\nServerName {name}\n{text.replace('ajp:', 'http:')}</VirtualHost>\n"
        for name, text in texts.items()
    )
    with running(httpd, tmp_path, MORE + "".join(hosts)) as server:
        for name, text in texts.items():
            assert server.ask("/manager", {"Host": name})[0].status == 403
            status = server.ask("/manager;a=b", {"Host": name})[0].status
            assert bool(find("servlet-path-parameters", text.replace("//A", "//127.0.0.1:8009"))) is (status == 200), (
                name
            )


def test_files_that_a_pattern_takes(httpd: str, tmp_path: Path) -> None:
    """The backend gets the restricted script by ProxyPassMatch; with SetHandler httpd asks the section."""
    (tmp_path / "docs/admin").mkdir(parents=True)
    (tmp_path / "docs/admin/page.php").write_text("")
    section = f'<Directory "{tmp_path}/docs/admin">\nRequire ip 10.0.0.1\n</Directory>\n'
    taken = f'ProxyPassMatch "^/(.*\\.php)$" "fcgi://A{tmp_path}/docs/$1"\n'
    handled = '<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://A"\n</FilesMatch>\n'
    texts = {"taken": section + taken, "handled": section + handled}
    hosts = (
        f'<VirtualHost *>\nServerName {name}\nDocumentRoot "{tmp_path}/docs"\n'
        f"{text.replace('fcgi:', 'http:')}</VirtualHost>\n"
        for name, text in texts.items()
    )
    with running(httpd, tmp_path, MORE + "".join(hosts)) as server:
        for name, text in texts.items():
            status = server.ask("/admin/page.php", {"Host": name})[0].status
            assert bool(find("files-rule-not-for-proxied", text.replace("//A", "//127.0.0.1:9000"))) is (
                status == 200
            ), name


def test_trace(httpd: str, tmp_path: Path) -> None:
    texts = {"on": "TraceEnable on\n", "off": "TraceEnable off\n"}
    hosts = (f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in texts.items())
    with running(httpd, tmp_path, "".join(hosts)) as server:
        for name, text in texts.items():
            answer, body = server.ask("/", {"Host": name, "Cookie": "a=secret"}, "TRACE")
            assert bool(find("trace-on", text)) is ("secret" in body), answer.status


OVERRIDES = {
    "none": "",
    "granted": '<Directory "FOLDER">\nRequire all granted\n</Directory>\n',
    "set": '<Directory "FOLDER">\nAllowOverride None\n</Directory>\n',
    "above": '<Directory "/">\nAllowOverride None\n</Directory>\n',
    "wild": '<Directory "FOLDER*">\nAllowOverride None\n</Directory>\n',
    "beside": '<Directory "FOLDER/sub">\nAllowOverride None\n</Directory>\n',
    "expression": '<Directory ~ "^/">\nAllowOverride None\n</Directory>\n',
    "listed": '<Directory "FOLDER">\nAllowOverrideList ErrorDocument\n</Directory>\n',
    "list-none": '<Directory "FOLDER">\nAllowOverrideList None\n</Directory>\n',
}


def test_htaccess_files_without_allowoverride(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where a line in a .htaccess file ends the request with 500."""
    hosts = {}
    for name, text in OVERRIDES.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "page").write_text("page")
        (folder / ".htaccess").write_text("ErrorDocument 404 no\n")
        lines = f'DocumentRoot "{folder}"\n{text}'.replace("FOLDER", str(folder))
        hosts[name] = f"<VirtualHost *>\nServerName {name}\n{lines}</VirtualHost>\n"
    with running(httpd, tmp_path, MORE + "".join(hosts.values())) as server:
        statuses = {name: server.ask("/page", {"Host": name})[0].status for name in hosts}
    assert set(statuses.values()) == {200, 500}
    for name, text in hosts.items():
        assert bool(find("htaccess-refused", text)) is (statuses[name] == 500), (name, statuses[name])
