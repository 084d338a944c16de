"""What the mapping rules claim of httpd, held against a real one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from tests.support.gateways.httpd import Running, check, check_example, load, running
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find

pytestmark = pytest.mark.httpd

MORE = load("filter", "ext_filter", "deflate", "substitute", "xml2enc", "proxy_html", "remoteip", "ssl")
RULES = [rule for rule in rules() if rule.code.startswith("MP")]

REFUSED = ("location-two-args", "pass-bad-context", "target-not-absolute", "regex-invalid")
"""Rules that claim that httpd does not start. (mapping-version needs an httpd before 2.4.49.)"""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_examples(rule: Rule, httpd: str, tmp_path: Path) -> None:
    """What the rule is silent on is accepted; what fires is refused just where the rule says so."""
    for example in examples(rule, INSTEAD, SILENT):
        accepted, message = check_example(httpd, tmp_path, MORE + example.text)
        assert accepted, message
    for example in examples(rule, FIRES):
        accepted, message = check_example(httpd, tmp_path, MORE + example.text)
        assert accepted is (rule.name not in REFUSED), message


@pytest.mark.parametrize(
    "text",
    [
        "<Location /a>\nProxyPassReverse /a http://h/\n</Location>",
        "<Location /a>\nProxyPassMatch ^/a http://h/\n</Location>",
        '<Location /a>\n<If "true">\nProxyPass http://h/\n</If>\n</Location>',
        "<Files a>\nProxyPassReverse http://h/\n</Files>",
        "<Proxy http://h/>\nProxyPass /a http://h/\n</Proxy>",
        "<Proxy http://h/>\nProxyPassReverse /a http://h/\n</Proxy>",
        "<ProxyMatch h>\nProxyPass /a !\n</ProxyMatch>",
        "ProxyPass /a unix:/x",
        "ProxyPass /a 127.0.0.1:80",
        "ProxyPassMatch ^*a http://h/",
        "ProxyPassMatch [z-a] http://h/",
        'ProxyPass ~ "(" http://h/',
        '<Location "/a*(">\nProxyPass http://h/\n</Location>',
    ],
)
def test_refused(text: str, httpd: str, tmp_path: Path) -> None:
    assert not check(httpd, tmp_path, text)[0]


def test_proxy_section_without_a_path(httpd: str, tmp_path: Path) -> None:
    assert check(httpd, tmp_path, "<Proxy http://h/>\nProxyPass http://h/\n</Proxy>")[0]


BEHAVIOUR = {
    # slash-target-missing, slash-double
    "ProxyPass /s1/ http://A": {"/s1/x": "500"},
    "ProxyPass /s2/ http://A/app": {"/s2/1": "a/app1"},
    "ProxyPass /s3 http://A/": {"/s3/1": "a//1", "/s3": "a/"},
    "ProxyPassMatch ^/s4 http://A/": {"/s4/1": "a//s4/1"},
    "ProxyPassMatch ^(/s5/.*) http://A/$1": {"/s5/1": "a//s5/1"},
    "ProxyPass /s6/ balancer://plain": {"/s6/1": "500"},
    "ProxyPass /s7/ balancer://slash/": {"/s7/1": "a//1"},
    # pass-shadowed, exclude-after, exclude-mixed-context
    "ProxyPass /o1 http://A\nProxyPass /o1/b http://B": {"/o1/b/1": "a/b/1"},
    "ProxyPass /o2 http://A\nProxyPass /o2b http://B": {"/o2b/1": "b/1"},
    "ProxyPass /o3/ http://A/\nProxyPass /o3 http://B": {"/o3": "b/", "/o3/1": "a/1"},
    "ProxyPass /o4 http://A\nProxyPass /o4/b !": {"/o4/b/1": "a/b/1"},
    "ProxyPass /o5 http://A\nProxyPass /o5 http://B mapping=encoded": {"/o5/1": "b/1"},
    "<Location /o6/b>\nProxyPass http://B\n</Location>\n<Location /o6>\nProxyPass http://A\n</Location>": {
        "/o6/b/1": "a/b/1"
    },
    "<Location /o7/b>\nProxyPass !\n</Location>\n<Location /o7>\nProxyPass http://A\n</Location>": {"/o7/b/1": "a/b/1"},
    "<Location /o8>\nProxyPass http://A\n</Location>\n<Location /o8/b>\nProxyPass !\n</Location>": {"/o8/b/1": "404"},
    "ProxyPass /o9/b !\n<Location /o9>\nProxyPass http://A\n</Location>": {"/o9/b/1": "a/b/1"},
    "ProxyPass /o10/b http://B\n<Location /o10>\nProxyPass http://A\n</Location>": {"/o10/b/1": "a/b/1"},
    "ProxyPass /o11 http://A\n<Location /o11/b>\nProxyPass !\n</Location>": {"/o11/b/1": "404"},
    "ProxyPass /o12 ws://A\nProxyPass /o12/b http://B": {"/o12/b/1": "a/b/1"},
    # locationmatch-pass, multiple-in-location
    "<LocationMatch ^/l1>\nProxyPass http://A\n</LocationMatch>": {"/l1/1": "404"},
    "<LocationMatch ^/l2/(.*)>\nProxyPass http://A/l2\n</LocationMatch>": {"/l2/1": "a/l2/l2/1"},
    "<LocationMatch ^/l3/(.*)>\nProxyPass http://A/x/$1\n</LocationMatch>": {"/l3/1": "a/x/1"},
    "<Location /l4*>\nProxyPass http://A/l4\n</Location>": {"/l4b": "a/l4/l4b"},
    "<Location /l5>\nProxyPass http://A\nProxyPass http://B\n</Location>": {"/l5/1": "b/1"},
    # target-query, regex-unanchored, scheme-no-module
    "ProxyPass /q1 http://A/x?y=1": {"/q1": "a/x%3Fy=1"},
    "ProxyPass /q2/ http://A/x?y= nocanon": {"/q2/1": "a/x?y=1"},
    "ProxyPassMatch /q3/(.*) http://A/$1": {"/any/q3/1": "a/1"},
    "ProxyPass /q4 ftp://A": {"/q4/1": "500"},
    "ProxyPass /q5 grpc://A": {"/q5/1": "500"},
    "ProxyPassMatch /q6/css|q6js !\nProxyPass /q6 http://A/q6": {
        "/q6/css/1": "404",
        "/q6/q6js": "404",
        "/q6/1": "a/q6/1",
    },
    # variable-undefined, interpolate-alone
    "ProxyPass /i1 http://A/${tenant} interpolate": {"/i1/1": "a/localhost/1"},
    "ProxyPass /i2/${tenant} http://A/i interpolate": {"/i2/localhost/1": "a/i/1"},
    "ProxyPass /i3 http://A/${tenant}": {"/i3/1": "a/$%7Btenant%7D/1"},
    # nocanon
    "ProxyPass /v1 http://A/v1 mapping=servlet nocanon": {
        "/v1/x/%2e%2e/y": "a/v1/x/%2e%2e/y",
        "/v1/a;p=1/../b": "a/v1/a;p=1/../b",
    },
    "ProxyPass /v2 http://A/v2 mapping=servlet": {"/v2/x/%2e%2e/y": "a/v2/y", "/v2/a;p=1/../b": "a/v2/b"},
}


@pytest.fixture(scope="module")
def server(httpd: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    balancers = "".join(
        f"<Proxy balancer://{name}>\nBalancerMember http://A{end}\n</Proxy>\n"
        for name, end in (("plain", ""), ("slash", "/"))
    )
    hosts = "".join(
        f"<VirtualHost *:PORT>\nServerName {name}\n{text}\n</VirtualHost>\n"
        for name, text in (
            ("localhost", ""),
            ("inherits", "ProxyPassInherit Off\nProxyPass /o1/c http://B"),
            ("on", "AllowEncodedSlashes On\nProxyPass /e http://A/e\nProxyPass /n http://A/n nocanon"),
            ("nodecode", "AllowEncodedSlashes NoDecode\nProxyPass /e http://A/e"),
            ("inherits-slashes", "ProxyPass /e http://A/e nocanon"),
            ("preserving", "ProxyPreserveHost On\nProxyPass /p http://A/p"),
            (
                "reverse",
                "ProxyPass /r http://A\nProxyPassReverse /r http://A/\n"
                "ProxyPass /u http://B\nProxyPassReverse /u unix:/x|http://B",
            ),
            ("section", "ProxyPass /x http://A\n<Proxy http://A>\nProxyPassReverse http://A/\n</Proxy>"),
            ("everywhere", "ProxyPass /x http://A\n<Proxy *>\nProxyPassReverse http://A/\n</Proxy>"),
        )
    )
    tenant = "ProxyPassInterpolateEnv On\nSetEnvIf Host (.*) tenant=$1\n"
    main = f"AllowEncodedSlashes NoDecode\n{tenant}{balancers}" + "\n".join(BEHAVIOUR) + "\n"
    with running(httpd, tmp_path_factory.mktemp("httpd"), main + hosts) as started:
        yield started


@pytest.mark.parametrize(
    ("path", "answer"), [case for cases in BEHAVIOUR.values() for case in cases.items()], ids=lambda value: value
)
def test_behaviour(path: str, answer: str, server: Running) -> None:
    assert server.get(path) == answer


def test_main_server_first(server: Running) -> None:
    """A virtual host asks the main server's ProxyPass before its own, whatever ProxyPassInherit says."""
    assert server.get("/o1/c/1", host="inherits") == "a/c/1"


def test_encoded_slashes(server: Running) -> None:
    assert server.get("/e/a%2Fb", host="on") == "a/e/a/b"
    assert server.get("/n/a%2Fb", host="on") == "a/n/a%2Fb"
    assert server.get("/e/a%2Fb", host="nodecode") == "a/e/a%2Fb"
    assert server.get("/e/a%2Fb", host="inherits-slashes") == "404"
    assert server.get("/e/ab", host="inherits-slashes") == "a/e/ab"


def test_reverse(server: Running) -> None:
    """ProxyPassReverse replaces letter by letter, and never meets a `unix:`."""
    redirect = "http://BACKEND/login"
    assert server.get("/r/1", redirect, "reverse") == "http://reverse/rlogin"
    assert server.get("/u/1", redirect, "reverse").startswith("http://127.0.0.1:")
    assert server.get("/o1/1", redirect).startswith("http://127.0.0.1:")
    assert server.get("/p/1", redirect, "preserving") == "http://preserving/login"


def test_reverse_in_a_proxy_section(server: Running) -> None:
    """httpd puts the rest of the redirect straight behind the section's URL."""
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+login", server.get("/x/1", "http://BACKEND/login", "section"))
    assert server.get("/x/1", "http://BACKEND/login", "everywhere") == "http://everywhere*login"


REVERSES = {
    "nothing": "ProxyPass /n http://A/n\nProxyPassReverse /n !",
    "ajp": "ProxyPass /n http://A/n\nProxyPassReverse /n ajp://127.0.0.1:8009/n",
    "one": "ProxyPass /n balancer://one\nProxyPassReverse /n http://A",
    "both": "ProxyPass /n balancer://both\nProxyPassReverse /n http://A\nProxyPassReverse /n http://B",
    "all": "ProxyPass /n balancer://all\nProxyPassReverse /n balancer://all",
}


def test_reverse_of_some_members(httpd: str, tmp_path: Path) -> None:
    """How many of two redirects, one of each member, reach the client with the backend's address."""
    text = "".join(
        f"<VirtualHost *:PORT>\nServerName {name}\n<Proxy balancer://{name}>\nBalancerMember http://A\n"
        f"BalancerMember http://B\n</Proxy>\n{lines}\n</VirtualHost>\n"
        for name, lines in REVERSES.items()
    )
    tmp_path.chmod(0o755)
    with running(httpd, tmp_path, text) as started:
        left = {
            name: sum("//127.0.0.1:" in started.get("/n/1", "http://BACKEND/login", name) for _ in range(2))
            for name in REVERSES
        }
    assert left == {"nothing": 2, "ajp": 2, "one": 1, "both": 0, "all": 0}
    found = find("reverse-mismatch", text.replace("//A", "//a:81").replace("//B", "//b:81"))
    assert [finding.severity for finding in found] == ["info", "info", "warning"]
