"""The examples of the worker rules on a real httpd, and the worker collision with and without its fix."""

import time
from pathlib import Path

import pytest

from hpatch.lint.registry import rules
from tests.support.gateways.httpd import check, running
from tests.support.gateways.sockets import sockets
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find

RULES = {rule.name: rule for rule in rules() if rule.code.startswith("WK") and rule.name != "iobuffer-order"}
REFUSED = {
    "param-unknown": "",
    "param-wrong-scope": "",
    "param-unit-minute": "",
    "bytes-suffix": "",
    "param-range": "",
    "proxyset-undefined": "",
    "hc-no-module": "proxy_hcheck",
    "hc-order": "",
    "hc-method": "",
    "lb-module-missing": "lbmethod_bytraffic",
}
"""The rules whose examples httpd refuses to start with, and the module that it must lack."""


@pytest.mark.httpd
@pytest.mark.parametrize("name", REFUSED)
def test_refused(httpd: str, tmp_path: Path, name: str) -> None:
    for example in examples(RULES[name], FIRES):
        accepted, _ = check(httpd, tmp_path, example.text, REFUSED[name])
        assert not accepted


@pytest.mark.httpd
@pytest.mark.parametrize("name", RULES)
def test_accepted(httpd: str, tmp_path: Path, name: str) -> None:
    for example in examples(RULES[name], INSTEAD, SILENT):
        accepted, said = check(httpd, tmp_path, example.text)
        assert accepted, said


@pytest.mark.httpd
@pytest.mark.parametrize(
    "text", ["ProxyPass / http://h/ {}", "<Proxy balancer://x>\nBalancerMember http://h {}\n</Proxy>"]
)
@pytest.mark.parametrize(
    ("param", "rule"),
    [
        ("connectiontimeout=2M", "param-unit-minute"),
        ("addressttl=5m", "param-unit-minute"),
        ("receivebuffersize=1m", "bytes-suffix"),
        ("route=" + "x" * 64, "param-range"),
        ("addressttl=1500ms", "param-range"),
        ("status=X", "param-range"),
        ("hcinterval=50ms", "param-range"),
        ("hcmethod=PROVIDER", "hc-method"),
        ("hcexpr=none", "hc-order"),
        ("growth=5", "param-wrong-scope"),
        ("=5", "param-unknown"),
    ],
)
def test_refused_parameter(httpd: str, tmp_path: Path, text: str, param: str, rule: str) -> None:
    text = text.format(param)
    assert not check(httpd, tmp_path, text + "\n")[0]
    assert find(rule, text)


COLLISIONS = {
    "same": ("ProxyPass /a/ A|http://h/\nProxyPass /b/ B|http://h/", "/b/xxx"),
    "longer": ("ProxyPass /a/ A|http://h/\nProxyPass /b/ B|http://h/b/", "/b/xxx"),
    "inword": ("ProxyPass /a A|http://h/a\nProxyPass /b B|http://h/ab", "/b/xxx"),
    "slash": ("ProxyPass /a/ A|http://h/\nProxyPass /b B|http://h", "/b/xxx"),
    "port": ("ProxyPass /a/ A|http://h/\nProxyPass /b/ B|http://h:80/", "/b/xxx"),
    "part": ("ProxyPass /c/ A|http://h/c/\nProxyPass /b/ B|http://h/", "/b/c/x"),
    "pattern": ("ProxyPassMatch ^/a/(.*)$ A|http://h/$1\nProxyPass /b/ B|http://h/", "/b/xxx"),
    "inherited": ("ProxyPass /b/ B|http://main/", "/b/xxx"),
}
HIJACKS = {
    "handler": ("ProxyPass /a/ A|http://h/\n<Location /b>\nSetHandler proxy:B|http://h\n</Location>", "/b/xxx"),
    "rewrite": ("ProxyPass /a/ A|http://h/\nRewriteEngine On\nRewriteRule ^/b/(.*) B|http://h/$1 [P]", "/b/xxx"),
    "general": ("ProxyPass /a/ A|http://handler/", "/handler/xxx"),
}


def _hosts(cases: dict[str, tuple[str, str]]) -> str:
    """A virtual host for each case, below a main server with a worker and a handler."""
    main = "ProxyPass /main/ A|http://main/\n<Location /handler>\nSetHandler proxy:B|http://handler\n</Location>\n"
    hosts = (f"<VirtualHost *>\nServerName {name}\n{text}\n</VirtualHost>\n" for name, (text, _) in cases.items())
    return main + "".join(hosts)


def _answers(httpd: str, folder: Path, text: str, cases: dict[str, tuple[str, str]]) -> dict[str, str]:
    """By case, the backend that answers."""
    with running(httpd, folder, text) as server:
        return {name: server.get(path, host=name)[0] for name, (_, path) in cases.items()}


@pytest.mark.httpd
def test_collisions(httpd: str) -> None:
    """Each is found, the socket a answers instead of b, and with the fixes b does."""
    with sockets() as folder:
        text = _hosts(COLLISIONS).replace("A|", f"unix:{folder}/a.sock|").replace("B|", f"unix:{folder}/b.sock|")
        assert _answers(httpd, folder, text, COLLISIONS) == dict.fromkeys(COLLISIONS, "a")
        found = find("uds-worker-collision", text)
        assert len(found) == len(COLLISIONS)
        lines = text.splitlines()
        for finding in found:
            assert finding.fix is not None
            (edit,) = finding.fix.edits
            line = lines[edit.place.line - 1]
            line = line[: edit.place.column - 1] + edit.replacement + line[edit.place.end_column - 1 :]
            lines[edit.place.line - 1] = line
        text = "\n".join(lines) + "\n"
        assert not find("uds-worker-collision", text)
        assert _answers(httpd, folder, text, COLLISIONS) == dict.fromkeys(COLLISIONS, "b")


@pytest.mark.httpd
def test_hijacks(httpd: str) -> None:
    """Each is found, the socket a answers instead of b, and with another host in the worker's URL b does."""
    with sockets() as folder:
        text = _hosts(HIJACKS).replace("A|", f"unix:{folder}/a.sock|").replace("B|", f"unix:{folder}/b.sock|")
        assert len(find("uds-handler-hijack", text)) == len(HIJACKS)
        assert _answers(httpd, folder, text, HIJACKS) == dict.fromkeys(HIJACKS, "a")
        text = text.replace("a.sock|http://", "a.sock|http://a-sock-")
        assert not find("uds-handler-hijack", text)
        assert _answers(httpd, folder, text, HIJACKS) == dict.fromkeys(HIJACKS, "b")


GIVEN = {
    "handler": (
        "<Proxy A|http://given>\nProxySet disablereuse=off\n</Proxy>\n"
        "<Location /b>\nSetHandler proxy:http://given\n</Location>",
        "/b/xxx",
    ),
    "rewrite": (
        "<Proxy A|http://given>\nProxySet timeout=5\n</Proxy>\n"
        "RewriteEngine On\nRewriteRule ^/b/(.*) http://given/$1 [P]",
        "/b/xxx",
    ),
}


@pytest.mark.httpd
def test_a_section_gives_a_handler_its_socket(httpd: str) -> None:
    """No host has the name `given`: without the section httpd answers 503 or so, with it from the section's socket."""
    with sockets() as folder:
        text = _hosts(GIVEN).replace("A|", f"unix:{folder}/a.sock|").replace("B|", f"unix:{folder}/b.sock|")
        assert not find("uds-handler-hijack", text)
        assert _answers(httpd, folder, text, GIVEN) == dict.fromkeys(GIVEN, "a")
        text = text.replace(f"unix:{folder}/a.sock|http://given", "http://other")
        assert _answers(httpd, folder, text, GIVEN) == dict.fromkeys(GIVEN, "5")


@pytest.mark.httpd
def test_health_checks(httpd: str, tmp_path: Path) -> None:
    """CPING takes a member of another protocol out of service; a check over TCP, and none, ask for no URL."""
    params = {
        "cping": "hcmethod=CPING",
        "never": "hcmethod=GET hcuri=/x hcexpr=never",
        "tcp": "hcmethod=TCP hcuri=/x hcexpr=never",
        "none": "hcuri=/x hcexpr=never",
        "get": "hcmethod=GET hcuri=/x",
    }
    text = "ProxyHCExpr never {%{REQUEST_STATUS} =~ /^5/}\n" + "".join(
        f"<Proxy balancer://{name}>\nBalancerMember http://A {param} hcinterval=1\n</Proxy>\n"
        f"ProxyPass /{name} balancer://{name}\n"
        for name, param in params.items()
    )
    with running(httpd, tmp_path, text) as server:
        for _ in range(100):
            if server.get("/cping/1") == server.get("/never/1") == "503":
                break
            time.sleep(0.1)
        answers = {name: server.get(f"/{name}/1") for name in params}
        assert answers == {"cping": "503", "never": "503", "tcp": "a/1", "none": "a/1", "get": "a/1"}
