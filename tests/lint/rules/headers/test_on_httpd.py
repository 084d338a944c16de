"""What the header rules claim of httpd, held against a real one: what the client gets, and what the backend gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from tests.support.gateways.httpd import Running, check, load, running
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find

pytestmark = pytest.mark.httpd

RULES = [rule for rule in rules() if rule.family == "headers"]
MORE = load("authn_core", "authn_file", "auth_basic", "authz_user", "remoteip", "ssl")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_accepted(rule: Rule, httpd: str, tmp_path: Path) -> None:
    """All of these faults pass `httpd -t`."""
    for example in examples(rule, FIRES, SILENT, INSTEAD):
        text = example.text.replace("SSLEngine On", "")
        accepted, said = check(httpd, tmp_path, MORE + text)
        assert accepted, said


class Script(StreamRequestHandler):
    """A program behind SCGI that sends X-Frame-Options and X-Powered-By."""

    def handle(self) -> None:
        length = b""
        while (byte := self.rfile.read(1)) not in (b":", b""):
            length += byte
        self.rfile.read(int(length or b"-1") + 1)
        self.wfile.write(b'Status: 200 OK\r\nX-Frame-Options: DENY\r\nX-Powered-By: script\r\nETag: "a"\r\n\r\n')


@contextmanager
def script() -> Iterator[int]:
    """The port of a running script."""
    with ThreadingTCPServer(("127.0.0.1", 0), Script) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


Probe = Callable[[Running, str], bool]


def missing(header: str) -> Probe:
    """An error of httpd lacks the header."""
    return lambda server, host: server.ask("/dead", {"Host": host})[0].getheader(header) is None


def twice(header: str, path: str = "/x") -> Probe:
    """A response has the header twice; the backend sends one."""

    def probe(server: Running, host: str) -> bool:
        answer, _ = server.ask(path, {"Host": host, "X-Send": f"{header}: backend's"})
        return len(answer.headers.get_all(header) or ()) + (answer.getheader(header) or "").count(",") > 1

    return probe


def stays(path: str = "/x") -> Probe:
    """The client gets the backend's X-Powered-By."""
    return lambda server, host: (
        server.ask(path, {"Host": host, "X-Send": "X-Powered-By: p"})[0].getheader("X-Powered-By") is not None
    )


def reaches(header: str, text: str, path: str = "/echo", **sent: str) -> Probe:
    """The backend gets a text in a header, if the client sends these headers."""

    def probe(server: Running, host: str) -> bool:
        _, body = server.ask(path, {"Host": host, **{name.replace("_", "-"): value for name, value in sent.items()}})
        return any(line.lower().startswith(f"{header.lower()}:") and text in line for line in body.splitlines())

    return probe


def lost(header: str, text: str, **sent: str) -> Probe:
    """The backend does not get it."""
    probe = reaches(header, text, **sent)
    return lambda server, host: not probe(server, host)


def lets_in(origin: str) -> Probe:
    """The answer lets a site of others read it."""
    return lambda server, host: (
        server.ask("/x", {"Host": host, "Origin": origin})[0].getheader("Access-Control-Allow-Origin") is not None
    )


def shows(referer: str) -> Probe:
    """A site of others gets a picture."""
    return lambda server, host: server.ask("/a.jpg", {"Host": host, "Referer": referer})[0].status == 200


PASS = 'ProxyPass "/" "http://A/"\n'
DEAD = 'ProxyPass "/dead" "http://127.0.0.1:1/"\n'
SCGI = 'ProxyPass "/s" "scgi://127.0.0.1:SCRIPT/"\n'
XFO = "X-Frame-Options"
ACAO = "Access-Control-Allow-Origin"
USER = "X-Remote-User"
ADMIN = '<Location "/admin">\nRequestHeader set X-Remote-User "expr=%{REMOTE_USER}"\n</Location>\n'
SPOOF = "identity-header-spoofable"
mallory = reaches(USER, "mallory", X_Remote_User="mallory")

# A name: the rule, a virtual host, and what goes wrong if the rule is right.
CASES: dict[str, tuple[str, str, Probe]] = {
    "errors": ("header-not-on-errors", DEAD + "Header set Referrer-Policy no-referrer\n", missing("Referrer-Policy")),
    "errors-always": (
        "header-not-on-errors",
        DEAD + "Header always set Referrer-Policy no-referrer\n",
        missing("Referrer-Policy"),
    ),
    "errors-append": ("header-not-on-errors", DEAD + "Header append x-frame-options: DENY\n", missing(XFO)),
    "errors-location": (
        "header-not-on-errors",
        f"{DEAD}<Location /dead>\nHeader set X-Frame-Options DENY env=!none\n</Location>\n",
        missing(XFO),
    ),
    "errors-if": (
        "header-not-on-errors",
        f"{DEAD}<If true>\nHeader set X-Frame-Options DENY\n</If>\n",
        missing(XFO),
    ),
    "errors-undone": (
        "header-not-on-errors",
        f"{PASS}Header set X-Frame-Options A\nHeader unset X-Frame-Options\n",
        twice(XFO),
    ),
    "twice-unset": (
        "header-always-duplicates",
        f"{PASS}Header set {XFO} A\nHeader unset {XFO}\nHeader always set {XFO} B\n",
        twice(XFO),
    ),
    "twice-unset-later": (
        "header-always-duplicates",
        f"{PASS}Header set {XFO} A\nHeader always set {XFO} B\nHeader always unset {XFO}\n",
        twice(XFO),
    ),
    "twice-unset-elsewhere": (
        "header-always-duplicates",
        f"{PASS}Header set {XFO} A\nHeader always set {XFO} B\n<Location /y>\nHeader unset {XFO}\n</Location>\n",
        twice(XFO),
    ),
    "cors-set-anew": (
        "header-add-cors",
        f'{PASS}Header add {ACAO} "*"\nHeader set {ACAO} "*"\n',
        twice(ACAO),
    ),
    "forwarded-taken-back": (
        "forwarded-for-twice",
        f"{PASS}RequestHeader set X-Forwarded-Host a\nRequestHeader unset X-Forwarded-Host\n",
        reaches("X-Forwarded-Host", "a, "),
    ),
    "addheaders-on-again": (
        "proxyaddheaders-off",
        f"{PASS}ProxyAddHeaders Off\nProxyAddHeaders On\n",
        lost("X-Forwarded-For", "127.0.0.1"),
    ),
    "null-asked": (
        "identity-header-null",
        f"{PASS}RequestHeader set X-Remote-User %{{REMOTE_ADDR}}e env=REMOTE_ADDR\n",
        lost(USER, "127.0.0.1"),
    ),
    "origin-by-expression": (
        "origin-regex",
        f"{PASS}SetEnvIfExpr \"req('Origin') =~ /example.com/\" O=1\nHeader set {ACAO} expr=%{{HTTP:Origin}} env=O\n",
        lets_in("https://example.com.evil.test"),
    ),
    "twice": ("header-always-duplicates", f"{PASS}Header always set X-Frame-Options A\n", twice(XFO)),
    "twice-tables": (
        "header-always-duplicates",
        "Header always set X-A 1\nHeader set X-A 1\nProxyPass /x http://A/\n",
        lambda server, host: len(server.ask("/x", {"Host": host})[0].headers.get_all("X-A") or ()) > 1,
    ),
    "once-unset": (
        "header-always-duplicates",
        f"{PASS}Header unset X-Frame-Options\nHeader always set X-Frame-Options A\n",
        twice(XFO),
    ),
    "once-plain": ("header-always-duplicates", f"{PASS}Header set X-Frame-Options A\n", twice(XFO)),
    "twice-script": ("header-always-duplicates", f"{SCGI}Header set X-Frame-Options A\n", twice(XFO, "/s")),
    "once-script": ("header-always-duplicates", f"{SCGI}Header always set X-Frame-Options A\n", twice(XFO, "/s")),
    "stays": ("header-unset-other-table", f"{PASS}Header always unset X-Powered-By\n", stays()),
    "stays-not": ("header-unset-other-table", f"{PASS}Header unset X-Powered-By\n", stays()),
    "stays-script": ("header-unset-other-table", f"{SCGI}Header unset X-Powered-By\n", stays("/s")),
    "stays-script-not": ("header-unset-other-table", f"{SCGI}Header always unset X-Powered-By\n", stays("/s")),
    "cors": ("header-add-cors", f'{PASS}Header add {ACAO} "*"\n', twice(ACAO)),
    "cors-set": ("header-add-cors", f'{PASS}Header set {ACAO} "*"\n', twice(ACAO)),
    "cors-merge": ("header-add-cors", f'{PASS}Header merge {ACAO} "*"\n', twice(ACAO)),
    "cors-list": (
        "header-add-cors",
        f'{PASS}Header set {ACAO} "https://a.example, https://b.example"\n',
        twice(ACAO),
    ),
    "cors-unset": ("header-add-cors", f'{PASS}Header unset {ACAO}\nHeader add {ACAO} "*"\n', twice(ACAO)),
    "response": (
        "header-on-response",
        f"{PASS}Header set X-Forwarded-Proto https\n",
        lost("X-Forwarded-Proto", "https"),
    ),
    "request": (
        "header-on-response",
        f"{PASS}RequestHeader set X-Forwarded-Proto https\n",
        lost("X-Forwarded-Proto", "https"),
    ),
    "forwarded": (
        "forwarded-for-twice",
        f"{PASS}RequestHeader set X-Forwarded-For expr=%{{REMOTE_ADDR}}\n",
        reaches("X-Forwarded-For", "127.0.0.1, 127.0.0.1"),
    ),
    "forwarded-early": (
        "forwarded-for-twice",
        f"{PASS}RequestHeader set X-Forwarded-Host a early\n",
        reaches("X-Forwarded-Host", "a, "),
    ),
    "forwarded-off": (
        "forwarded-for-twice",
        f"{PASS}ProxyAddHeaders Off\nRequestHeader set X-Forwarded-Host a\n",
        reaches("X-Forwarded-Host", "a, "),
    ),
    "forwarded-location": (
        "forwarded-for-twice",
        f"{PASS}<Location />\nProxyAddHeaders Off\nRequestHeader set X-Forwarded-Host a\n</Location>\n",
        reaches("X-Forwarded-Host", "a, "),
    ),
    "forwarded-unset": (
        "forwarded-for-twice",
        f"{PASS}RequestHeader unset X-Forwarded-Host\n",
        reaches("X-Forwarded-Host", "a, ", X_Forwarded_Host="a"),
    ),
    "addheaders": (
        "proxyaddheaders-off",
        f"{PASS}ProxyAddHeaders Off\n",
        reaches("X-Forwarded-For", "198.51.100.7", X_Forwarded_For="198.51.100.7"),
    ),
    "addheaders-unset": (
        "proxyaddheaders-off",
        f"{PASS}ProxyAddHeaders Off\nRequestHeader unset X-Forwarded-For\n",
        reaches("X-Forwarded-For", "198.51.100.7", X_Forwarded_For="198.51.100.7"),
    ),
    "addheaders-remoteip": (
        "proxyaddheaders-off",
        f"{PASS}ProxyAddHeaders Off\nRemoteIPHeader X-Forwarded-For\n",
        reaches("X-Forwarded-For", "198.51.100.7", X_Forwarded_For="198.51.100.7"),
    ),
    "host": ("host-header-set", f"{PASS}RequestHeader set Host www.example\n", lost("Host", "www.example")),
    "host-preserved": (
        "host-header-set",
        f"{PASS}ProxyPreserveHost On\nRequestHeader set Host www.example\n",
        lost("Host", "www.example"),
    ),
    "spoof": (SPOOF, PASS + ADMIN, mallory),
    "spoof-unset": (SPOOF, f"{PASS}RequestHeader unset X-Remote-User\n{ADMIN}", mallory),
    "spoof-unset-early": (SPOOF, f"{PASS}RequestHeader unset X-Remote-User early\n{ADMIN}", mallory),
    "spoof-elsewhere": (
        SPOOF,
        f"{PASS}<Location /other>\nRequestHeader unset X-Remote-User\n</Location>\n{ADMIN}",
        mallory,
    ),
    "spoof-all": (SPOOF, f"{PASS}{ADMIN.replace('/admin', '/')}", mallory),
    "spoof-match": (SPOOF, f"{PASS}{ADMIN.replace('Location', 'LocationMatch').replace('/admin', '^/(a|b)')}", mallory),
    "spoof-match-all": (SPOOF, f"{PASS}{ADMIN.replace('Location', 'LocationMatch').replace('/admin', '^/')}", mallory),
    "spoof-if": (SPOOF, f'{PASS}<If "-n %{{REMOTE_USER}}">\nRequestHeader set X-Remote-User a\n</If>\n', mallory),
    "spoof-env": (SPOOF, f"{PASS}RequestHeader set X-Remote-User a env=USER\n", mallory),
    "spoof-env-login": (
        SPOOF,
        f"{PASS}<Location />\nAuthType Basic\nAuthName a\nAuthUserFile users\nRequire valid-user\n"
        'RequestHeader set X-Remote-User a "expr=-n %{REMOTE_USER}"\n</Location>\n',
        mallory,
    ),
    "spoof-around": (
        SPOOF,
        'ProxyPass "/admin" "http://A/admin"\nProxyPass "/x/" "http://A/"\n' + ADMIN,
        reaches(USER, "mallory", "/x/echo", X_Remote_User="mallory"),
    ),
    "spoof-empty": (SPOOF, f"{PASS}RequestHeader setifempty X-Remote-User expr=%{{REMOTE_USER}}\n", mallory),
    "spoof-append": (SPOOF, f"{PASS}RequestHeader append X-Remote-User a\n", mallory),
    "spoof-append-unset": (
        SPOOF,
        f"{PASS}RequestHeader unset X-Remote-User\nRequestHeader append X-Remote-User a\n",
        mallory,
    ),
    "spoof-always": (SPOOF, f"{PASS}RequestHeader set X-Remote-User expr=%{{REMOTE_USER}}\n", mallory),
    "null": (
        "identity-header-null",
        f"{PASS}RequestHeader set X-Remote-User %{{REMOTE_ADDR}}e\n",
        reaches(USER, "(null)"),
    ),
    "null-expr": (
        "identity-header-null",
        f"{PASS}RequestHeader set X-Remote-User expr=%{{REMOTE_ADDR}}\n",
        reaches(USER, "(null)"),
    ),
    "null-set": (
        "identity-header-null",
        f"{PASS}SetEnvIf Remote_Addr (.*) REMOTE_ADDR=$1\nRequestHeader set X-Remote-User %{{REMOTE_ADDR}}e\n",
        reaches(USER, "(null)"),
    ),
    "null-user": (
        "identity-header-null",
        f"{PASS}<Location />\nAuthType Basic\nAuthName a\nAuthUserFile users\nRequire valid-user\n"
        "RequestHeader set X-Remote-User %{REMOTE_USER}e\n</Location>\n",
        reaches(USER, "(null)", Authorization="Basic dTpw"),
    ),
    "hop": (
        "identity-header-hop-by-hop",
        f"{PASS}RequestHeader set X-Remote-User a\n",
        lost(USER, "a", Connection=USER),
    ),
    "hop-unset": (
        "identity-header-hop-by-hop",
        f"{PASS}RequestHeader unset Connection\nRequestHeader set X-Remote-User a\n",
        lost(USER, "a", Connection=USER),
    ),
}


ORIGIN = "origin-regex"
REFLECT = 'Header set Access-Control-Allow-Origin "%{O}e" env=O\n'
PICTURE = 'RewriteRule "\\.jpg$" "-" [F]\n' + PASS
CASES |= {
    "origin": (ORIGIN, f"{PASS}SetEnvIf Origin example\\.com$ O=$0\n{REFLECT}", lets_in("https://evilexample.com")),
    "origin-whole": (
        ORIGIN,
        f"{PASS}SetEnvIf Origin ^https://(www\\.)?example\\.com$ O=$0\n{REFLECT}",
        lets_in("https://evilexample.com"),
    ),
    "origin-below": (
        ORIGIN,
        f"{PASS}SetEnvIf Origin ^https://.*example\\.com$ O=$0\n{REFLECT}",
        lets_in("https://evilexample.com"),
    ),
    "origin-below-dot": (
        ORIGIN,
        f"{PASS}SetEnvIf Origin ^https://([a-z0-9-]+\\.)*example\\.com$ O=$0\n{REFLECT}",
        lets_in("https://evilexample.com"),
    ),
    "origin-end": (
        ORIGIN,
        f"{PASS}SetEnvIfNoCase Origin ^https://example\\.com O=$0\n{REFLECT}",
        lets_in("https://example.com.evil.test"),
    ),
    "origin-port": (
        ORIGIN,
        f"{PASS}SetEnvIfNoCase Origin ^https://example\\.com(:[0-9]+)?$ O=$0\n{REFLECT}",
        lets_in("https://example.com.evil.test"),
    ),
    "origin-dot": (
        ORIGIN,
        f"{PASS}SetEnvIf Origin ^https://api.example.com$ O=$0\n{REFLECT}",
        lets_in("https://apixexample.com"),
    ),
    "origin-expression": (
        ORIGIN,
        f'{PASS}Header set {ACAO} expr=%{{req:Origin}} "expr=%{{HTTP:Origin}} =~ m#example\\.com$#"\n',
        lets_in("https://evilexample.com"),
    ),
    "origin-if": (
        ORIGIN,
        f'{PASS}<If "%{{HTTP:Origin}} =~ m#example\\.com$#">\nHeader set {ACAO} expr=%{{req:Origin}}\n</If>\n',
        lets_in("https://evilexample.com"),
    ),
    "referer": (
        ORIGIN,
        f"RewriteEngine On\nRewriteCond %{{HTTP_REFERER}} !^https?://example\\.com [NC]\n{PICTURE}",
        shows("http://example.com.evil.test/"),
    ),
    "referer-slash": (
        ORIGIN,
        f"RewriteEngine On\nRewriteCond %{{HTTP_REFERER}} !^https?://example\\.com(/|$) [NC]\n{PICTURE}",
        shows("http://example.com.evil.test/"),
    ),
    "referer-anywhere": (
        ORIGIN,
        f"RewriteEngine On\nRewriteCond %{{HTTP_REFERER}} !example\\.com/ [NC]\n{PICTURE}",
        shows("http://evil.test/example.com/"),
    ),
}


def test_what_goes_wrong(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where the request goes wrong."""
    (tmp_path / "users").write_text("u:{SHA}UWuXg/ylF+7L0dBk2i0WUxCxl1k=\n")
    hosts = {
        name: f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, (_, text, _) in CASES.items()
    }
    with script() as port:
        text = MORE + "".join(hosts.values()).replace("SCRIPT", str(port))
        with running(httpd, tmp_path, text) as server:
            seen = {name: probe(server, name) for name, (_, _, probe) in CASES.items()}
    for name, (rule, _, _) in CASES.items():
        linted = hosts[name].replace("//A", "//10.0.0.5").replace("SCRIPT", "4000")
        assert bool(find(rule, linted)) is seen[name], name


def test_a_header_with_underscores(httpd: str, tmp_path: Path) -> None:
    """httpd passes it on beside the one that is unset."""
    text = f"{PASS}RequestHeader unset X-Remote-User\n"
    with running(httpd, tmp_path, text) as server:
        _, body = server.ask("/echo", {"Host": "a", "X-Remote-User": "mallory", "X_Remote_User": "eve"})
    assert "mallory" not in body
    assert "X_Remote_User: eve" in body
    assert find("underscore-twin", text.replace("//A", "//10.0.0.5"))


TABLES = {
    "http-always-edit": ("http://A/", "Header always edit X-Powered-By ^ x", "X-Powered-By", "script"),
    "http-edit": ("http://A/", "Header edit X-Powered-By ^ x", "X-Powered-By", "script"),
    "script-edit": ("scgi://127.0.0.1:SCRIPT/", "Header edit X-Powered-By ^ x", "X-Powered-By", "script"),
    "script-unset": ("scgi://127.0.0.1:SCRIPT/", "Header unset X-Powered-By", "X-Powered-By", "script"),
    "script-etag": ("scgi://127.0.0.1:SCRIPT/", "Header unset ETag", "ETag", '"a"'),
    "script-etag-always": ("scgi://127.0.0.1:SCRIPT/", "Header always unset ETag", "ETag", '"a"'),
}


def test_the_table_of_a_backend(httpd: str, tmp_path: Path) -> None:
    """The header arrives unchanged just where the rule reports the line."""
    hosts = {
        name: f"<VirtualHost *>\nServerName {name}\nProxyPass / {target}\n{line}\n</VirtualHost>\n"
        for name, (target, line, _, _) in TABLES.items()
    }
    with script() as port:
        text = "".join(hosts.values()).replace("SCRIPT", str(port))
        with running(httpd, tmp_path, text) as server:
            seen = {
                name: server.ask("/x", {"Host": name, "X-Send": f"{header}: {value}"})[0].getheader(header) == value
                for name, (_, _, header, value) in TABLES.items()
            }
    for name, host in hosts.items():
        linted = host.replace("//A", "//10.0.0.5").replace("SCRIPT", "4000")
        assert bool(find("header-unset-other-table", linted)) is seen[name], name
    for line in ("append X-Frame-Options DENY", "add Access-Control-Allow-Origin a"):
        assert find("header-always-duplicates", f"{PASS.replace('//A', '//10.0.0.5')}Header always {line}\n")


OTHER_HOSTS = {
    "bare": "ProxyPass / http://B/\n",
    "unset": "ProxyPass / http://B/\nRequestHeader unset X-Remote-User\n",
    "preserving": "ProxyPreserveHost On\nProxyPass / http://B/\nRequestHeader unset x-remote-user\n",
}


def test_another_virtual_host_before_the_same_backend(httpd: str, tmp_path: Path) -> None:
    """The client's own header gets through there just where the rule reports the line of the first one."""
    first = (
        "<VirtualHost *>\nServerName first\nProxyPass / http://B/\nRequestHeader set X-Remote-User a\n</VirtualHost>\n"
    )
    hosts = {name: f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in OTHER_HOSTS.items()}
    with running(httpd, tmp_path, first + "".join(hosts.values())) as server:
        seen = {name: mallory(server, name) for name in hosts}
    for name, host in hosts.items():
        found = find(SPOOF, (first + host).replace("//B", "//10.0.0.6"))
        assert bool(found) is seen[name], name


def test_virtual_hosts_of_other_applications() -> None:
    """Behind the client's Host there may be another application, and so behind another path."""
    first = "<VirtualHost *>\nProxyPass / http://b/app/\nRequestHeader set X-Remote-User a\n</VirtualHost>\n"
    assert find(SPOOF, f"{first}<VirtualHost *>\nProxyPass /x/ http://b/\n</VirtualHost>\n")
    assert find(SPOOF, f"{first}<VirtualHost *>\nProxyPass /x/ http://b/app/\n</VirtualHost>\n")
    for other in (
        "ProxyPass / http://c/app/\n",
        "ProxyPass / http://b/other/\n",
        "ProxyPreserveHost On\nProxyPass / http://b/app/\n",
        "ProxyPass / http://b:8080/app/\n",
    ):
        assert not find(SPOOF, f"{first}<VirtualHost *>\n{other}</VirtualHost>\n"), other


def _host(address: str, lines: str) -> str:
    return f"<VirtualHost {address}>\n{lines}\n</VirtualHost>\n"


@pytest.mark.parametrize(
    ("rule", "text", "reported"),
    [
        ("header-not-on-errors", "<Files *.php>\nHeader set Content-Security-Policy x\n</Files>\n", False),
        (
            "header-on-response",
            _host("*:80", "Header set X-Forwarded-Proto https")
            + _host("*:81", "RequestHeader set X-Forwarded-Proto https"),
            True,
        ),
        (
            "header-on-response",
            _host("*:80", "Header set X-Forwarded-Proto https") + "RequestHeader set X-Forwarded-Proto https\n",
            False,
        ),
        ("proxyaddheaders-off", "ProxyAddHeaders Off\n" + _host("*:80", "ProxyPass / http://b/"), True),
        (
            "proxyaddheaders-off",
            "ProxyAddHeaders Off\n" + _host("*:80", "ProxyPass / http://b/\nProxyAddHeaders On"),
            False,
        ),
        ("proxyaddheaders-off", "ProxyPass / http://b/\n" + _host("*:80", "ProxyAddHeaders Off"), True),
        ("header-unset-other-table", f"{PASS}Header always unset Server\nHeader edit Server .* x\n", False),
        (
            "proto-missing",
            "<Proxy balancer://b>\nBalancerMember http://b\n</Proxy>\n"
            + _host("*:443", "SSLEngine On\nProxyPass / balancer://b/"),
            True,
        ),
        (
            SPOOF,
            f"{PASS}<Location />\nRequire valid-user\n</Location>\nRequestHeader set {USER} %{{RU}}e env=RU\n",
            False,
        ),
        (
            SPOOF,
            f"{PASS}<Location /a>\nRequire valid-user\n</Location>\nRequestHeader set {USER} %{{RU}}e env=RU\n",
            True,
        ),
        (
            SPOOF,
            f"{PASS}<Location />\nRequire user a\nRequire all granted\n</Location>\n"
            f"RequestHeader set {USER} %{{RU}}e env=RU\n",
            True,
        ),
    ],
)
def test_in_other_words(rule: str, text: str, reported: bool) -> None:
    assert bool(find(rule, text)) is reported
