"""Targets that httpd takes for something else, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import check, running
from tests.support.lint.find import find

SOCKET, ABSTRACT, EXPRESSION = "uds-no-scheme", "uds-abstract", "target-expression"
ENCODED, CAPTURED = "target-encoded", "percent-captured"
SCRIPT = "<FilesMatch page>\nSetHandler {}\n</FilesMatch>\n"
UNIX = "proxy:unix:ROOT/none.sock"

BALANCER = "<Proxy balancer://BALANCER>\nBalancerMember http://A{}\n</Proxy>\nProxyPass / balancer://BALANCER/{}\n"
CONDITIONS = "RewriteEngine On\n{}RewriteRule ^/(.*) http://A/my%20app/$1 [P]\n"
GROUPS, NONE, NOT = (
    "RewriteCond %{REQUEST_URI} ^(/)(p)\n",
    "RewriteCond %{REQUEST_URI} p\n",
    "RewriteCond %{REQUEST_URI} !x(/)(p)\n",
)

# A name: the rule, a virtual host, and the answer to a request for /page if the line does what it should.
CASES = {
    "no-scheme": (SOCKET, SCRIPT.format(UNIX), "503"),
    "no-scheme-quoted": (SOCKET, SCRIPT.format(f'"{UNIX}"'), "503"),
    "no-scheme-bar": (SOCKET, SCRIPT.format(f'"{UNIX}|"'), "503"),
    "scheme": (SOCKET, SCRIPT.format(f'"{UNIX}|fcgi:"'), "503"),
    "scheme-host": (SOCKET, SCRIPT.format(f'"{UNIX}|fcgi://h"'), "503"),
    "rule": (SOCKET, "RewriteEngine On\nRewriteRule ^/(.*) unix:ROOT/none.sock [P]\n", "503"),
    "rule-scheme": (SOCKET, "RewriteEngine On\nRewriteRule ^/(.*) unix:ROOT/none.sock|http://h/$1 [P]\n", "503"),
    "host": (EXPRESSION, "ProxyPass / http://%{SERVER_NAME}/\n", "a/page"),
    "path": (EXPRESSION, "ProxyPass / http://A/%{REQUEST_METHOD}/\n", "a/GET/page"),
    "path-interpolated": (
        EXPRESSION,
        "ProxyPassInterpolateEnv On\nProxyPass / http://A/%{env:N}/ interpolate\n",
        "a/GET/page",
    ),
    "path-rule": (
        EXPRESSION,
        "RewriteEngine On\nRewriteRule ^/(.*) http://A/%{REQUEST_METHOD}/$1 [P]\n",
        "a/GET/page",
    ),
    "encoded": (ENCODED, "ProxyPass / http://A/my%20app/\n", "a/my%20app/page"),
    "encoded-section": (ENCODED, "<Location />\nProxyPass http://A/my%20app/\n</Location>\n", "a/my%20app/page"),
    "encoded-pattern": (ENCODED, "ProxyPassMatch ^/(.*)$ http://A/my%2Fapp/$1\n", "a/my%2Fapp/page"),
    "encoded-balancer": (ENCODED, BALANCER.format("", "my%20app/"), "a/my%20app/page"),
    "encoded-member": (ENCODED, BALANCER.format("/my%20app", ""), "a/my%20app/page"),
    "encoded-member-nocanon": (ENCODED, BALANCER.format("/my%20app", " nocanon"), "a/my%20app/page"),
    "encoded-nocanon": (ENCODED, "ProxyPass / http://A/my%20app/ nocanon\n", "a/my%20app/page"),
    "encoded-mapping": (ENCODED, "ProxyPass / http://A/my%20app/ mapping=encoded\n", "a/my%20app/page"),
    "encoded-not": (ENCODED, 'ProxyPass / "http://A/my app/"\n', "a/my%20app/page"),
    "encoded-percent": (ENCODED, "ProxyPass / http://A/100%/\n", "a/100%25/page"),
    "captured": (CAPTURED, "RewriteEngine On\nRewriteRule ^/(.*) http://A/my%20app/$1 [P]\n", "a/my%20app/page"),
    "captured-escaped": (
        CAPTURED,
        "RewriteEngine On\nRewriteRule ^/(.*) http://A/my\\%20app/$1 [P,NE]\n",
        "a/my%20app/page",
    ),
    "captured-group": (
        CAPTURED,
        "RewriteEngine On\nRewriteCond %{REQUEST_URI} ^(/)(p)\nRewriteRule ^/(.*) http://A/my%20app/$1 [P]\n",
        "a/myp0app/page",
    ),
    "captured-negated": (CAPTURED, CONDITIONS.format(NOT), "a/myp0app/page"),
    "captured-before-negated": (CAPTURED, CONDITIONS.format(GROUPS + NOT), "a/myp0app/page"),
    "captured-overwritten": (CAPTURED, CONDITIONS.format(GROUPS + NONE), "a/myp0app/page"),
    "captured-before-number": (
        CAPTURED,
        CONDITIONS.format(f"{GROUPS}RewriteCond %{{TIME_YEAR}} -gt1\n"),
        "a/myp0app/page",
    ),
    "captured-or": (CAPTURED, CONDITIONS.format(GROUPS.replace("\n", " [OR]\n") + NONE), "a/myp0app/page"),
    "path-braces": (EXPRESSION, "ProxyPass / http://A/{b}/\n", "a/%7Bb%7D/page"),
}


@pytest.mark.httpd
def test_answers(httpd: str, tmp_path: Path) -> None:
    """A rule reports a line just where the answer is another one."""
    (tmp_path / "page").write_text("the source")
    hosts = {
        name: f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n".replace("ROOT", str(tmp_path)).replace(
            "BALANCER", name
        )
        for name, (_, text, _) in CASES.items()
    }
    with running(httpd, tmp_path, "".join(hosts.values())) as server:
        answers = {name: server.get("/page", host=name) for name in CASES}
    for name, (rule, _, sound) in CASES.items():
        assert bool(find(rule, hosts[name].replace("//A", "//10.0.0.5"))) is (answers[name] != sound), (
            name,
            answers[name],
        )
    assert answers["no-scheme"] == "the source"


@pytest.mark.httpd
def test_an_abstract_socket(httpd: str, tmp_path: Path) -> None:
    """httpd looks for a file."""
    with running(httpd, tmp_path, "ProxyPass / unix:@hpatch|http://h/\n") as server:
        assert server.get("/page") == "503"
    assert "/@hpatch" in (tmp_path / "log").read_text()
    assert find(ABSTRACT, "ProxyPass / unix:@hpatch|http://h/\n")
    assert find(ABSTRACT, '<Proxy balancer://b>\nBalancerMember "unix:@a|http://h"\n</Proxy>\n')
    assert find(ABSTRACT, 'SetHandler "proxy:unix:@a|fcgi://h"\n')
    assert find(ABSTRACT, '<Proxy "unix:@a|fcgi://h" timeout=5>\n</Proxy>\nSetHandler "proxy:fcgi://h"\n')
    assert len(find(ABSTRACT, "ProxyPass / unix:@a|http://h/\n")) == 1
    assert not find(ABSTRACT, "ProxyPass / unix:/run/@a|http://h/\n")


@pytest.mark.httpd
@pytest.mark.parametrize(
    "text",
    ["ProxyPass / http://%{env:NAME}/", "<Proxy balancer://b>\nBalancerMember http://%{env:NAME}:80\n</Proxy>"],
)
def test_a_colon_in_the_host(text: str, httpd: str, tmp_path: Path) -> None:
    assert not check(httpd, tmp_path, f"{text}\n")[0]
    (found,) = find(EXPRESSION, f"{text}\n")
    assert "does not start" in found.message


def test_captures_that_may_be() -> None:
    """The rule is silent if a condition with the group may have matched last, and about expressions."""
    text = "RewriteEngine On\n{}RewriteRule ^ http://a/my%20app [P]\n"
    either = NONE.replace("\n", " [OR]\n") + GROUPS
    negated = GROUPS + NOT.replace("\n", " [OR]\n") + NONE
    for conditions in (GROUPS, either, negated, "RewriteCond expr true\n"):
        assert not find(CAPTURED, text.format(conditions)), conditions
    for conditions in ("", NONE, NOT, GROUPS + NONE, GROUPS + NONE.replace("\n", " [OR]\n") + NONE):
        assert find(CAPTURED, text.format(conditions)), conditions
    assert find(CAPTURED, "RewriteEngine On\nRewriteRule ^ - [E=a:my%20app]\n")
    assert not find(CAPTURED, "RewriteEngine On\nRewriteRule ^ - [E=a:my\\%20app]\n")


def test_each_scheme_encodes() -> None:
    for scheme, sent in (("ajp", "%2520"), ("fcgi", "%2520"), ("scgi", "%2520"), ("uwsgi", '"%20" for')):
        (found,) = find(ENCODED, f"ProxyPass /a {scheme}://10.0.0.5:99/my%20app\n")
        assert sent in found.message
    assert not find(ENCODED, "ProxyPass /a unix:/run/my%20app.sock|http://a/app\n")


def test_what_a_variable_may_bring() -> None:
    assert not find(SOCKET, 'SetHandler "proxy:unix:%{reqenv:TARGET}"\n')
    assert not find(SOCKET, 'SetHandler "proxy:unix:/run/a.sock|%{reqenv:TARGET}"\n')
    assert not find(SOCKET, 'SetHandler "proxy:unix:${SOCKET}"\n')
