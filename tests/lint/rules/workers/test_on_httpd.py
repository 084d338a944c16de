"""The examples of the worker rules on a real httpd, and the worker collision with and without its fix."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.lint.finding import Finding
from hpatch.lint.registry import rules
from tests.support.gateways.httpd import check, running
from tests.support.gateways.sockets import sockets
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find
from tests.support.patience import PATIENCE

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


def _fixed(text: str, found: list[Finding]) -> str:
    """The text with the one edit of each finding."""
    lines = text.splitlines()
    for finding in found:
        assert finding.fix is not None
        (edit,) = finding.fix.edits
        line = lines[edit.place.line - 1]
        line = line[: edit.place.column - 1] + edit.replacement + line[edit.place.end_column - 1 :]
        lines[edit.place.line - 1] = line
    return "\n".join(lines) + "\n"


@pytest.mark.httpd
def test_collisions(httpd: str) -> None:
    """Each is found, the socket a answers instead of b, and with the fixes b does."""
    with sockets() as folder:
        text = _hosts(COLLISIONS).replace("A|", f"unix:{folder}/a.sock|").replace("B|", f"unix:{folder}/b.sock|")
        assert _answers(httpd, folder, text, COLLISIONS) == dict.fromkeys(COLLISIONS, "a")
        found = find("uds-worker-collision", text)
        assert len(found) == len(COLLISIONS)
        text = _fixed(text, found)
        assert not find("uds-worker-collision", text)
        assert _answers(httpd, folder, text, COLLISIONS) == dict.fromkeys(COLLISIONS, "b")


@pytest.mark.httpd
def test_hijacks(httpd: str) -> None:
    """Each is found, the socket a answers instead of b, and with the fixes b does."""
    with sockets() as folder:
        text = _hosts(HIJACKS).replace("A|", f"unix:{folder}/a.sock|").replace("B|", f"unix:{folder}/b.sock|")
        found = find("uds-handler-hijack", text)
        assert len(found) == len(HIJACKS)
        assert _answers(httpd, folder, text, HIJACKS) == dict.fromkeys(HIJACKS, "a")
        text = _fixed(text, found)
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


STATUSES = {
    "disabled": (("+D", "+S"), "503"),
    "draining": (("N", "+D"), "503"),
    "spares": (("+R", "+R"), "503"),
    "standby": (("+D", "+H"), "b"),
    "spare": (("+D", "+R"), "b"),
    "taken-back": (("+D", "+D-D"), "b"),
    "error": (("+D", "+E"), "b"),
}
"""The `status` of two members, and who answers: the second member, or none."""


@pytest.mark.httpd
def test_members_without_one_that_serves(httpd: str, tmp_path: Path) -> None:
    """The rule reports just those balancers that answer with 503."""
    balancers = {
        name: f"<Proxy balancer://{name}>\nBalancerMember http://A status={first}\n"
        f"BalancerMember http://B status={second}\n</Proxy>\nProxyPass /{name} balancer://{name}\n"
        for name, ((first, second), _) in STATUSES.items()
    }
    with running(httpd, tmp_path, "".join(balancers.values())) as server:
        answers = {name: server.get(f"/{name}/x").partition("/")[0] for name in STATUSES}
    assert answers == {name: answer for name, (_, answer) in STATUSES.items()}
    for name, text in balancers.items():
        assert bool(find("all-members-disabled", text)) is (answers[name] == "503"), name


STICKY = {
    "plain": ("route=a", "route=b", ""),
    "off": ("route=a", "route=b", "stickysessionsep=off"),
    "slash": ("route=a", "route=b", "stickysessionsep=/"),
}


@pytest.mark.httpd
@pytest.mark.parametrize("before", ["", ".", "/"])
def test_the_cookie_names_the_route(httpd: str, tmp_path: Path, before: str) -> None:
    """A cookie that the rule reports keeps no session; one that it does not report keeps all."""
    texts = {
        name: f'Header add Set-Cookie "ROUTEID={before}%{{BALANCER_WORKER_ROUTE}}e; path=/"\n'
        f"<Proxy balancer://{name}>\nBalancerMember http://A {first}\nBalancerMember http://B {second}\n"
        f"ProxySet stickysession=ROUTEID {more}\n</Proxy>\nProxyPass / balancer://{name}/\n"
        for name, (first, second, more) in STICKY.items()
    }
    hosts = (f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in texts.items())
    with running(httpd, tmp_path, "".join(hosts)) as server:
        for name, text in texts.items():
            cookie, answer = server.cookie("/x", host=name)
            stays = {server.get("/x", host=name, cookie=cookie) for _ in range(4)} == {answer}
            assert bool(find("sticky-cookie-no-dot", text)) is not stays, (name, cookie)


@pytest.mark.httpd
def test_two_members_with_one_route(httpd: str, tmp_path: Path) -> None:
    """Sessions go to the first of the two."""
    text = (
        "<Proxy balancer://app>\nBalancerMember http://A route=n\nBalancerMember http://B route={}\n"
        "ProxySet stickysession=ROUTEID\n</Proxy>\nProxyPass / balancer://app/\n"
    )
    assert find("route-duplicate", text.format("n"))
    assert not find("route-duplicate", text.format("m"))
    with running(httpd, tmp_path, text.format("n")) as server:
        assert {server.get("/x", cookie="ROUTEID=.n") for _ in range(4)} == {"a/x"}


@pytest.mark.httpd
def test_forcerecovery(httpd: str, tmp_path: Path) -> None:
    """After one 302 of each member, a balancer that the rule reports answers with 503, the others go on."""
    settings = {
        "off": "forcerecovery=Off failonstatus=302",
        "on": "failonstatus=302",
        "one-off": "forcerecovery=Off failonstatus=302",
        "no-retry": "forcerecovery=Off failonstatus=302",
    }
    texts = {
        name: f"<Proxy balancer://{name}>\nBalancerMember http://A {'retry=0' if name == 'no-retry' else ''}\n"
        + ("" if name.startswith("one") else "BalancerMember http://B\n")
        + f"ProxySet {setting}\n</Proxy>\nProxyPass /{name} balancer://{name}\n"
        for name, setting in settings.items()
    }
    with running(httpd, tmp_path, "".join(texts.values())) as server:
        for name, text in texts.items():
            for _ in range(2):
                server.get(f"/{name}/x", redirect="/elsewhere")
            assert bool(find("forcerecovery-off", text)) is (server.get(f"/{name}/x") == "503"), name


def until(condition: Callable[[], bool]) -> None:
    """Wait for what a health check does, once a second."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.1)


@pytest.mark.httpd
def test_a_health_check_without_a_path(httpd: str, tmp_path: Path) -> None:
    """A backend that wants a path in a request line answers with 400: the member that the rule reports is out."""
    params = {
        "none": "http://A hcmethod=GET",
        "uri": "http://A hcmethod=GET hcuri=/x",
        "path": "http://A/ hcmethod=GET",
    }
    texts = {
        name: f"<Proxy balancer://{name}>\nBalancerMember {param} hcinterval=1\n</Proxy>\n"
        f"ProxyPass /{name} balancer://{name}\n"
        for name, param in params.items()
    }
    assert {name for name, text in texts.items() if find("hc-no-uri", text)} == {"none"}
    with running(httpd, tmp_path, "".join(texts.values())) as server:
        until(lambda: server.get("/none/1") == "503")
        assert {name: server.get(f"/{name}/1") == "503" for name in params} == {
            "none": True,
            "uri": False,
            "path": False,
        }


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
        until(lambda: server.get("/cping/1") == server.get("/never/1") == "503")
        answers = {name: server.get(f"/{name}/1") for name in params}
        assert answers == {"cping": "503", "never": "503", "tcp": "a/1", "none": "a/1", "get": "a/1"}
