"""Where a client gets that writes a part of a URL itself, held against httpd."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.gateways.httpd import Running, running
from tests.support.lint.find import find

pytestmark = pytest.mark.httpd

ON = "RewriteEngine On\n"
DIGITS, SLASH, CHOSEN = "target-port-digits", "match-no-slash", "target-from-client"

Probe = Callable[[Running, str], bool]


def leads_to_b(path: str, header: str = "X-To") -> Probe:
    """A request for a path, with B's address in it, is answered by the backend B, which the line does not name."""

    def probe(server: Running, host: str) -> bool:
        address = server.backends["b"]
        _, body = server.ask(path.replace("B", address), {"Host": host, header: address})
        return body.startswith("b/")

    return probe


def leads_to_port_of_b(server: Running, host: str) -> bool:
    """A request for a path with B's port in it is answered by B."""
    port = server.backends["b"].rpartition(":")[2]
    return server.ask(f"/p/{port}/", {"Host": host})[1].startswith("b/")


def redirected(path: str) -> Probe:
    """A redirect leads to another host than h.example, or to a path that misses its slash."""

    def probe(server: Running, host: str) -> bool:
        location = str(server.ask(path, {"Host": host})[0].getheader("Location"))
        assert location.startswith("http"), location
        return not location.startswith(("http://h.example/", "http://h.example:81/"))

    return probe


# A name: the rule, a virtual host, and what goes wrong if the rule is right.
CASES: dict[str, tuple[str, str, Probe]] = {
    "redirect": ("redirect-target-no-slash", "Redirect / http://h.example\n", redirected("/page")),
    "redirect-status": ("redirect-target-no-slash", "Redirect 301 /a/ http://h.example\n", redirected("/a/page")),
    "redirect-permanent": (
        "redirect-target-no-slash",
        "RedirectPermanent / http://h.example:81\n",
        redirected("/1"),
    ),
    "redirect-slash": ("redirect-target-no-slash", "Redirect / http://h.example/\n", redirected("/page")),
    "redirect-no-slash": ("redirect-target-no-slash", "Redirect /a http://h.example\n", redirected("/a/page")),
    "redirect-match": ("redirect-target-no-slash", "RedirectMatch ^/(.*) http://h.example$1\n", redirected("/page")),
    "redirect-match-a": (
        "redirect-target-no-slash",
        "RedirectMatch ^/a(.*) http://h.example$1\n",
        redirected("/apage"),
    ),
    "redirect-match-all": ("redirect-target-no-slash", "RedirectMatch (.*) http://h.example$1\n", redirected("/page")),
    "redirect-match-slash": (
        "redirect-target-no-slash",
        "RedirectMatch ^/a(/.*)$ http://h.example$1\n",
        redirected("/a/page"),
    ),
    "redirect-rule": (
        "redirect-target-no-slash",
        f"{ON}RewriteRule ^/(.*) http://h.example$1 [R]\n",
        redirected("/page"),
    ),
    "redirect-rule-all": (
        "redirect-target-no-slash",
        f"{ON}RewriteRule ^(.*)$ http://h.example$1 [R]\n",
        redirected("/page"),
    ),
    "redirect-rule-condition": (
        "redirect-target-no-slash",
        f"{ON}RewriteCond %{{REQUEST_URI}} ^/(.*)\nRewriteRule ^ http://h.example%1 [R]\n",
        redirected("/page"),
    ),
    "pass": (SLASH, "ProxyPassMatch ^/app(.*)$ http://A$1\n", leads_to_b("/app@B/x")),
    "pass-slash": (SLASH, "ProxyPassMatch ^/app(/.*)?$ http://A$1\n", leads_to_b("/app@B/x")),
    "pass-all": (SLASH, "ProxyPassMatch ^(.*)$ http://A$1\n", leads_to_b("/@B/x")),
    "pass-after": (SLASH, "ProxyPassMatch ^/app/(.*)$ http://A/$1\n", leads_to_b("/app/@B/x")),
    "pass-location": (
        SLASH,
        "<LocationMatch ^/app(.*)$>\nProxyPass http://A$1\n</LocationMatch>\n",
        leads_to_b("/app@B/x"),
    ),
    "rule": (SLASH, f"{ON}RewriteRule ^/app/(.*)$ http://A$1 [P]\n", leads_to_b("/app/@B/x")),
    "rule-optional": (SLASH, f"{ON}RewriteRule ^/?(.*)$ http://A$1 [NC,P,L]\n", leads_to_b("/@B/x")),
    "rule-uri": (SLASH, f"{ON}RewriteRule ^/ http://A%{{REQUEST_URI}} [P]\n", leads_to_b("/@B/x")),
    "rule-condition": (
        SLASH,
        f"{ON}RewriteCond %{{REQUEST_URI}} ^/app(.*)\nRewriteRule ^ http://A%1 [P]\n",
        leads_to_b("/app@B/x"),
    ),
    "rule-alternatives": (SLASH, f"{ON}RewriteRule ^/app(/a.*|/b.*) http://A$1 [P]\n", leads_to_b("/app@B/x")),
    "folder": (
        DIGITS,
        f'<Directory "ROOT">\n{ON}RewriteRule ^(.*)$ http://A$1 [P]\n</Directory>\n',
        leads_to_b("/@B/x"),
    ),
    "folder-slash": (
        DIGITS,
        f'<Directory "ROOT">\n{ON}RewriteRule ^(.*)$ http://A/$1 [P]\n</Directory>\n',
        leads_to_b("/@B/x"),
    ),
    "chosen": (CHOSEN, f"{ON}RewriteRule ^/f/([^/]+)/(.*)$ http://$1/$2 [P]\n", leads_to_b("/f/B/x")),
    "chosen-url": (CHOSEN, f"{ON}RewriteRule ^/f/(.*)$ http://$1 [P]\n", leads_to_b("/f/B/x")),
    "chosen-pass": (CHOSEN, "ProxyPassMatch ^/f/([^/]+)/(.*)$ http://$1/$2\n", leads_to_b("/f/B/x")),
    "chosen-header": (CHOSEN, f"{ON}RewriteRule ^/(.*)$ http://%{{HTTP:X-To}}/$1 [P]\n", leads_to_b("/x")),
    "chosen-condition": (
        CHOSEN,
        f"{ON}RewriteCond %{{HTTP:X-To}} (.+)\nRewriteRule ^/(.*)$ http://%1/$1 [P]\n",
        leads_to_b("/x"),
    ),
    "chosen-query": (CHOSEN, f"{ON}RewriteRule ^ http://%{{QUERY_STRING}}/x? [P]\n", leads_to_b("/x?B")),
    "chosen-map": (
        CHOSEN,
        f"{ON}RewriteMap low int:tolower\nRewriteRule ^/f/([^/]+) http://${{low:$1}}/x [P]\n",
        leads_to_b("/f/B"),
    ),
    "chosen-port": (CHOSEN, f"{ON}RewriteRule ^/p/([0-9]+)/ http://localhost:$1/x [P]\n", leads_to_port_of_b),
    "chosen-port-pass": (CHOSEN, "ProxyPassMatch ^/p/([0-9]+)/ http://localhost:$1/x\n", leads_to_port_of_b),
    "listed-port": (CHOSEN, f"{ON}RewriteRule ^/p/(8080|8081)/ http://localhost:$1/x [P]\n", leads_to_port_of_b),
    "chosen-variable": (
        CHOSEN,
        f"{ON}SetEnvIf X-To (.+) to=$1\nRewriteRule ^/(.*)$ http://%{{ENV:to}}/$1 [P]\n",
        leads_to_b("/x"),
    ),
    "chosen-variable-expression": (
        CHOSEN,
        f'{ON}SetEnvIfExpr "%{{HTTP:X-To}} =~ /(.+)/" to=$1\nRewriteRule ^/(.*)$ http://%{{ENV:to}}/$1 [P]\n',
        leads_to_b("/x"),
    ),
    "chosen-variable-flag": (
        CHOSEN,
        f"{ON}RewriteRule ^ - [E=to:%{{HTTP:X-To}}]\nRewriteRule ^/(.*)$ http://%{{ENV:to}}/$1 [P]\n",
        leads_to_b("/x"),
    ),
    "chosen-variable-interpolated": (
        CHOSEN,
        "ProxyPassInterpolateEnv On\nSetEnvIf X-To (.+) to=$1\nProxyPass /x http://${to}/x interpolate\n",
        leads_to_b("/x"),
    ),
    "chosen-variable-not-interpolated": (
        CHOSEN,
        "SetEnvIf X-To (.+) to=$1\nProxyPass /x http://${to}/x interpolate\n",
        leads_to_b("/x"),
    ),
    "listed-variable": (
        CHOSEN,
        f"{ON}SetEnvIf X-To ^new$ to=localhost:9\nRewriteRule ^/(.*)$ http://%{{ENV:to}}/$1 [P]\n",
        leads_to_b("/x"),
    ),
    "listed-variable-groups": (
        CHOSEN,
        f"{ON}SetEnvIf X-To ^(old|new)$ to=$1\nRewriteRule ^/(.*)$ http://%{{ENV:to}}.invalid/$1 [P]\n",
        leads_to_b("/x"),
    ),
    "variable-of-the-connection": (
        CHOSEN,
        f"{ON}SetEnvIf Remote_Addr (.+) to=$1\nRewriteRule ^/(.*)$ http://%{{ENV:to}}:9/$1 [P]\n",
        leads_to_b("/x"),
    ),
    "listed": (CHOSEN, f"{ON}RewriteRule ^/f/(a|localhost)/(.*)$ http://$1/$2 [P]\n", leads_to_b("/f/B/x")),
    "listed-map": (
        CHOSEN,
        f'{ON}RewriteMap hosts "txt:ROOT/hosts"\nRewriteRule ^/f/([^/]+) http://${{hosts:$1|localhost}}/x [P]\n',
        leads_to_b("/f/B"),
    ),
    "path": (CHOSEN, f"{ON}RewriteRule ^/f/(.*)$ http://A/$1 [P]\n", leads_to_b("/f/B/x")),
    "handler": (
        "handler-from-client",
        '<Location /h>\nSetHandler "proxy:http://%{req:X-To}"\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-host": (
        "handler-from-client",
        '<Location /h>\nSetHandler "proxy:http://%{HTTP:X-To}"\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-variable": (
        "handler-from-client",
        'SetEnvIf X-To (.+) to=$1\n<Location /h>\nSetHandler "proxy:http://%{reqenv:to}"\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-variable-listed": (
        "handler-from-client",
        'SetEnvIf X-To new to=localhost:9\n<Location /h>\nSetHandler "proxy:http://%{reqenv:to}"\n</Location>\n',
        leads_to_b("/h"),
    ),
    "expression": (
        CHOSEN,
        f'{ON}RewriteCond expr "%{{HTTP:X-To}} =~ m#^(.+)$#"\nRewriteRule ^/f http://%1/x [P]\n',
        leads_to_b("/f"),
    ),
    "expression-last": (
        CHOSEN,
        f'{ON}RewriteCond expr "%{{HTTP:X-To}} =~ /(.+)/ && %{{REQUEST_METHOD}} =~ /(GET)/"\n'
        "RewriteRule ^/f http://%1/x [P]\n",
        leads_to_b("/f"),
    ),
    "expression-listed": (
        CHOSEN,
        f'{ON}RewriteCond expr "%{{HTTP:X-To}} =~ /(a|localhost)/"\nRewriteRule ^/f http://%1/x [P]\n',
        leads_to_b("/f"),
    ),
    "handler-expression": (
        "handler-from-client",
        f'{ON}RewriteCond expr "%{{HTTP:X-To}} =~ /^(.+)$/"\nRewriteRule ^ - [E=to:%1]\n'
        '<Location /h>\nSetHandler "proxy:http://%{reqenv:to}"\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-if": (
        "handler-from-client",
        '<Location /h>\n<If "%{req:X-To} =~ /^(.+)$/">\nSetHandler "proxy:http://%{req:X-To}"\n</If>\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-if-other": (
        "handler-from-client",
        '<Location /h>\n<If "%{req:Host} =~ /^(handler-if-other)$/">\nSetHandler "proxy:http://%{req:X-To}"\n'
        "</If>\n</Location>\n",
        leads_to_b("/h"),
    ),
    "handler-if-listed": (
        "handler-from-client",
        '<Location /h>\n<If "%{req:X-To} =~ /^(a|localhost)$/">\nSetHandler "proxy:http://%{req:X-To}"\n</If>\n'
        "</Location>\n",
        leads_to_b("/h"),
    ),
    "handler-if-loose": (
        "handler-from-client",
        '<Location /h>\n<If "%{req:X-To} =~ /(1|localhost)/">\nSetHandler "proxy:http://%{req:X-To}"\n</If>\n'
        "</Location>\n",
        leads_to_b("/h"),
    ),
    "handler-if-in": (
        "handler-from-client",
        "<Location /h>\n<If \"%{req:X-To} in { 'a', 'localhost' }\">\n"
        'SetHandler "proxy:http://%{req:X-To}"\n</If>\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-if-or": (
        "handler-from-client",
        "<Location /h>\n<If \"%{req:X-To} in { 'a' } || %{req:X-To} =~ /./\">\n"
        'SetHandler "proxy:http://%{req:X-To}"\n</If>\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-if-not": (
        "handler-from-client",
        '<Location /h>\n<If "! %{req:X-To} in { \'a\' }">\nSetHandler "proxy:http://%{req:X-To}"\n</If>\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-header-early": (
        "handler-from-client",
        'RequestHeader set X-To localhost early\n<Location /h>\nSetHandler "proxy:http://%{req:X-To}"\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-header-late": (
        "handler-from-client",
        'RequestHeader set X-To localhost\n<Location /h>\nSetHandler "proxy:http://%{req:X-To}"\n</Location>\n',
        leads_to_b("/h"),
    ),
    "handler-plain": (
        "handler-from-client",
        '<Location /h>\nSetHandler "proxy:http://A"\n</Location>\n',
        leads_to_b("/h"),
    ),
}


def test_where_the_client_gets(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where the client gets somewhere else."""
    (tmp_path / "hosts").write_text("a b\n")
    hosts = {
        name: f"<VirtualHost *>\nServerName {name}\n{text.replace('ROOT', str(tmp_path))}</VirtualHost>\n"
        for name, (_, text, _) in CASES.items()
    }
    with running(httpd, tmp_path, "".join(hosts.values())) as server:
        seen = {name: probe(server, name) for name, (_, _, probe) in CASES.items()}
    for name, (rule, _, _) in CASES.items():
        assert bool(find(rule, hosts[name].replace("//A", "//backend:8080"))) is seen[name], name


def test_a_host_that_the_client_names(httpd: str, tmp_path: Path) -> None:
    """The first virtual host redirects to whatever the client asks for; the others only to their own names."""
    rule = f"{ON}RewriteRule ^ https://%{{HTTP_HOST}}/ [R]\n"
    server_name = f"{ON}RewriteRule ^ https://%{{SERVER_NAME}}/ [R]\n"
    texts = {
        "name": server_name,
        "canonical": f"UseCanonicalName On\n{server_name}",
        "host": rule,
        "condition": f"{ON}RewriteCond %{{HTTP_HOST}} ^first$\n{rule.removeprefix(ON)}",
        "capture": f"{ON}RewriteCond %{{HTTP_HOST}} (.+)\nRewriteRule ^(.*)$ https://%1$1 [R]\n",
        "variable": 'SetEnvIf Host "(.+)" h=$1\n<Location "/">\nRedirect "https://%{env:h}/"\n</Location>\n',
        "flag": f"{ON}RewriteRule ^ - [E=h:%{{HTTP_HOST}}]\nRewriteRule ^ https://%{{ENV:h}}/ [R]\n",
        "listed": 'SetEnvIf Host "^(a|b)$" h=$1\n<Location "/">\nRedirect "https://%{env:h}.x/"\n</Location>\n',
        "if": '<If "true">\nRedirect "https://%{HTTP_HOST}/"\n</If>\n',
        "location": '<Location "/">\nRedirect "https://%{HTTP_HOST}/"\n</Location>\n',
    }
    addresses = {name: f"127.0.0.{number}" for number, name in enumerate(texts, start=2)}
    hosts = {
        name: "".join(
            f"<VirtualHost {addresses[name]}:PORT>\nServerName {own}\n{text}</VirtualHost>\n"
            for own in ("first", "other")
        )
        for name, text in texts.items()
    }
    listens = "".join(f"Listen {address}:PORT\n" for address in addresses.values())
    with running(httpd, tmp_path, listens + "".join(hosts.values())) as server:
        led = {
            name: str(server.ask("/", {"Host": "evil.example"}, host=address)[0].getheader("Location"))
            for name, address in addresses.items()
        }
    assert (led["canonical"], led["host"]) == ("https://first/", "https://evil.example/")
    for name, location in led.items():
        text = hosts[name].replace(f"{addresses[name]}:PORT", "*:80")
        found = find("redirect-to-client-host", f"Listen 80\n{text}")
        assert [one.place.line < 9 for one in found] == ([True] if "evil" in location else []), (name, location)


def test_a_backend_by_the_name_of_the_server(httpd: str, tmp_path: Path) -> None:
    """SERVER_NAME is the client's Host: httpd connects there, unless the name is canonical."""
    rules = f"{ON}RewriteRule ^/out http://%{{SERVER_NAME}}:PORT/in [P]\nProxyPass /in http://A/in\n"
    canonical = f"UseCanonicalName On\n{rules}"
    for name, text in {"client": rules, "canonical": canonical}.items():
        folder = tmp_path / name
        folder.mkdir()
        host = f"<VirtualHost *>\nServerName first.invalid\n{text}</VirtualHost>\n"
        with running(httpd, folder, host) as server:
            led = server.get("/out", host="localhost") == "a/in"
        assert led is bool(find("target-from-client", f"Listen 80\n{host.replace('PORT', '80')}")) is (name == "client")


def test_a_handler_by_the_name_of_the_server() -> None:
    handler = 'SetHandler "proxy:fcgi://%{SERVER_NAME}:9000"\n'
    assert find("handler-from-client", f"Listen 80\n{handler}")
    assert not find("handler-from-client", f"Listen 80\nUseCanonicalName DNS\n{handler}")


def test_blanks_in_a_query(httpd: str, tmp_path: Path) -> None:
    """What old versions hand on is refused now."""
    text = f'{ON}RewriteRule "^/here/(.*)" "http://A/elsewhere?$1" [P]\n'
    with running(httpd, tmp_path, text) as server:
        assert server.get("/here/a") == "a/elsewhere?a"
        assert server.get("/here/a%20b") == "403"
    assert find("rewrite-splitting", text, "2.4.55")
    assert not find("rewrite-splitting", text, "2.4.56")
    assert not find("rewrite-splitting", text.replace("[P]", "[P,B]"), "2.4.55")
