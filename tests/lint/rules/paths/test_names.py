"""The names by which backends and redirects know the server, held against httpd; and near misses of these rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import load, running
from tests.support.lint.find import find

ANY, SCHEME, HALF = "default-host-any-name", "canonical-scheme", "nocanon-half"
FRONT = "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 10.0.0.2\n"
REVERSE = "ProxyPass / http://A/\nProxyPassReverse / http://A/\n"
HOSTS = {
    "first": "ProxyPreserveHost On\nProxyPass / http://A/\n",
    "plain": FRONT + REVERSE,
    "https://named:443": FRONT + REVERSE,
    "edited": f"{FRONT}{REVERSE}Header edit Location ^http: https:\n",
    "half": "ProxyPass / http://A/ nocanon\n",
    "full": "AllowEncodedSlashes NoDecode\nProxyPass / http://A/ nocanon\n",
}
FENCE = "<VirtualHost *:PORT>\nServerName fence\nRedirect 404 /\n</VirtualHost>\n"


def host(name: str, port: str = "PORT") -> str:
    return f"<VirtualHost *:{port}>\nServerName {name}\n{HOSTS[name]}</VirtualHost>\n"


def linted(name: str) -> str:
    return host(name, "80").replace("//A", "//10.0.0.5")


@pytest.mark.httpd
def test_what_httpd_does(httpd: str, tmp_path: Path) -> None:
    with running(httpd, tmp_path, load("remoteip") + "".join(map(host, HOSTS))) as server:
        _, seen = server.ask("/echo", {"Host": "evil.example"})
        redirects = {
            name: server.get("/x", "http://BACKEND/y", host=name.removeprefix("https://").removesuffix(":443"))
            for name in ("plain", "https://named:443", "edited")
        }
        slashes = {name: server.get("/a%2Fb", host=name) for name in ("half", "full")}
    assert "Host: evil.example" in seen
    assert find(ANY, f"Listen 80\n{linted('first')}")
    for name, location in redirects.items():
        assert bool(find(SCHEME, linted(name))) is location.startswith("http://"), (name, location)
    for name, answer in slashes.items():
        assert bool(find(HALF, linted(name))) is (answer == "404"), (name, answer)


@pytest.mark.httpd
def test_a_host_for_other_names(httpd: str, tmp_path: Path) -> None:
    with running(httpd, tmp_path, FENCE + host("first")) as server:
        assert server.ask("/echo", {"Host": "evil.example"})[0].status == 404
    assert not find(ANY, f"Listen 80\n{FENCE.replace('PORT', '80')}{linted('first')}")


def test_a_host_that_looks_at_the_name() -> None:
    whole = f"Listen 80\n{linted('first')}"
    for line in (
        'RewriteCond "%{HTTP_HOST}" "!^first$"\nRewriteRule ^ - [F]',
        "<If \"%{HTTP_HOST} != 'first'\">\nRequire all denied\n</If>",
        "Require expr \"req('Host') == 'first'\"",
        "SetEnvIf Host ^first$ ours",
        "RequestHeader set Host first",
    ):
        assert not find(ANY, whole.replace("ProxyPass /", f"{line}\nProxyPass /")), line
    assert not find(ANY, whole, part=True)
    assert not find(ANY, whole.replace("ServerName first\n", ""))
    assert not find(ANY, whole.replace("On", "Off"))
    assert not find(ANY, whole.replace("http:", "fcgi:"))
    assert find(ANY, f"ProxyPreserveHost On\n{whole}".replace("ProxyPreserveHost On\nProxyPass", "ProxyPass"))


def test_other_ways_to_a_backend() -> None:
    """A rule, and a ProxyPreserveHost in the section of the ProxyPass."""
    whole = f"Listen 80\n{linted('first')}"
    rule = "RewriteEngine On\nRewriteRule ^/(.*) http://10.0.0.5/$1 [P]"
    section = "<Location />\nProxyPreserveHost {}\nProxyPass http://10.0.0.5/\n</Location>"
    mapping = "ProxyPass / http://10.0.0.5/"
    assert mapping in whole
    assert find(ANY, whole.replace(mapping, rule))
    assert find(ANY, whole.replace(f"ProxyPreserveHost On\n{mapping}", section.format("On")))
    assert not find(ANY, whole.replace(mapping, section.format("Off")))
    assert find(ANY, whole.replace("*:80", "_default_:80"))
    fence = FENCE.replace("PORT", "80")
    assert not find(ANY, f"Listen 80\n{fence}{linted('first')}".replace("*:80", "_default_:80", 1))


@pytest.mark.httpd
def test_redirects_to_a_path(httpd: str, tmp_path: Path) -> None:
    lines = {
        "path": "Redirect /old /new",
        "pattern": "RedirectMatch ^/old /new",
        "rule": "RewriteRule ^/old /new [R]",
        "url": "Redirect /old https://first/new",
        "gone": "Redirect gone /old",
        "passed": "RewriteRule ^/old /new [PT]",
    }
    hosts = {
        name: f"<VirtualHost *:80>\nServerName {name}\n{FRONT}RewriteEngine On\n{line}\nProxyPass /a http://A/\n"
        "</VirtualHost>\n"
        for name, line in lines.items()
    }
    with running(httpd, tmp_path, load("remoteip") + "".join(hosts.values()).replace(":80", ":PORT")) as server:
        answers = {name: server.ask("/old", {"Host": name})[0].getheader("Location") for name in hosts}
    for name, text in hosts.items():
        assert bool(find(SCHEME, text.replace("//A", "//10.0.0.5"))) is str(answers[name]).startswith("http://"), name
    assert str(answers["path"]).startswith("http://")


def test_a_scheme_that_fits() -> None:
    for line in ("RewriteCond %{HTTP:X-Forwarded-Proto} !https", '<If "%{HTTP:X-Forwarded-Proto} != 1">\n</If>'):
        assert find(SCHEME, linted("plain").replace(FRONT, f"{line}\n")), line
    assert find(SCHEME, linted("plain").replace(FRONT, "SetEnvIf X-Forwarded-Proto https HTTPS=on\n"))
    assert not find(SCHEME, linted("plain").replace(FRONT, ""))
    assert not find(SCHEME, linted("plain").replace("ProxyPassReverse", "ProxyPassReverseCookiePath"))
    assert not find(SCHEME, linted("plain").replace(FRONT, f"SSLEngine On\n{FRONT}"))


def test_slashes_that_another_rule_reports() -> None:
    assert not find(HALF, f"AllowEncodedSlashes On\n{linted('half')}")
    assert find(HALF, f"AllowEncodedSlashes Off\n{linted('half')}")
    assert len(find(HALF, linted("half").replace("ProxyPass", "ProxyPass /b http://b/ nocanon\nProxyPass"))) == 1


def test_question_marks_by_release() -> None:
    rule = "RewriteRule ^/a/(.*) /b?c=$1\n"
    reported = {version: bool(find("question-mark-refused", rule, version)) for version in ("2.4.59", "2.4.60")}
    assert reported == {"2.4.59": False, "2.4.60": True}
    assert not find("question-mark-refused", rule)
    assert find("question-mark-refused", "RewriteRule ^/a/(.*) /b?\n", "2.4.61")
    assert not find("question-mark-refused", "RewriteRule ^/a/(.*) /b?c=$1 [UnsafeAllow3F]\n", "2.4.61")
    assert not find("question-mark-refused", "RewriteRule ^/a/(.*) /b/$1\n", "2.4.61")
    # The client's query counts, too.
    assert find("question-mark-refused", "RewriteRule ^/a$ /b?c\n", "2.4.61")


@pytest.mark.parametrize(
    ("name", "severity"),
    [("HTTP_HOST", "info"), ("HTTP:Host", "info"), ("SERVER_NAME", "info"), ("HTTP:X-Forwarded-Host", "warning")],
)
def test_a_redirect_to_the_host_that_was_asked_for_is_an_info(name: str, severity: str) -> None:
    rules = f"RewriteEngine On\nRewriteRule ^(.*)$ https://%{{{name}}}$1 [R=301,L]\n"
    (finding,) = find("redirect-to-client-host", f"Listen 80\n<VirtualHost *:80>\n{rules}</VirtualHost>\n")
    assert finding.severity == severity
