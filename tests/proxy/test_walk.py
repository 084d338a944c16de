"""How a line's words become its path, target and parameters, and in which section it stands."""

from __future__ import annotations

import pytest

from hpatch.proxy.model import Server
from tests.support.proxy.model import model


def mapped(server: Server) -> list[tuple[str, str | None, bool]]:
    return [(one.path, one.target and one.target.text, one.pattern) for one in server.mappings]


def parameters(server: Server) -> dict[str, dict[str, str]]:
    """The parameters of workers and members, by name."""
    workers = [*server.workers, *(member for balancer in server.balancers for member in balancer.members)]
    return {worker.name: {key: param.value for key, param in worker.params.items()} for worker in workers}


@pytest.mark.parametrize(
    ("opening", "path", "pattern"),
    [
        ('<Location "/a">', "/a", False),
        ('<Location "/a*">', "/a*", True),
        ('<Location ~ "^/a(.*)">', "^/a(.*)", True),
        ('<LocationMatch "^/a">', "^/a", False),
        ("<Location proxy:/a>", "proxy:/a", False),
        ("<Location ~>", "~", False),
        ("<Location>", "", False),
    ],
)
def test_the_path_of_a_section(opening: str, path: str, pattern: bool) -> None:
    (server,) = model(f"{opening}\nProxyPass http://h/\n</{opening.strip('<>').split()[0]}>").servers
    assert mapped(server) == [(path, "http://h/", pattern)]


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("<Proxy balancer://b>", "balancer://b"),
        ("<Proxy balancer://b nofailover=on>", "balancer://b"),
        ("<Proxy proxy:balancer://b>", "balancer://b"),
        ('<Proxy "PROXY:balancer://b" nofailover=on>', "balancer://b"),
    ],
)
def test_the_balancer_of_a_section(opening: str, name: str) -> None:
    proxy = model(f"{opening}\nBalancerMember http://m\n</Proxy>")
    (balancer,) = proxy.servers[0].balancers
    assert (balancer.name, [member.name for member in balancer.members]) == (name, ["http://m"])
    assert list(balancer.params) == (["nofailover"] if "nofailover" in opening else [])
    assert not proxy.refusals


@pytest.mark.parametrize("opening", ["<Proxy http://h/ retry=1>", "<Proxy proxy:http://h/ retry=1>"])
@pytest.mark.parametrize("where", ["{}", "<VirtualHost *:80 *:81>\n{}\n</VirtualHost>"])
def test_the_parameters_of_a_section(opening: str, where: str) -> None:
    proxy = model(where.format(f"{opening}\n</Proxy>"))
    assert [parameters(server) for server in proxy.servers][:-1] == [{}] * (len(proxy.servers) - 1)
    assert parameters(proxy.servers[-1]) == {"http://h/": {"retry": "1"}}
    assert not proxy.refusals


def test_a_section_without_parameters_makes_no_worker() -> None:
    assert [server.workers for server in model("<Proxy http://h/>\n</Proxy>\n<Proxy>\n</Proxy>").servers] == [[]]


@pytest.mark.parametrize(
    ("line", "path", "pattern"),
    [
        ("ProxyPass /a http://h/", "/a", False),
        ("ProxyPass ~ ^/a http://h/", "^/a", True),
        ("ProxyPass ~ ~ ^/a http://h/", "^/a", True),
        ("ProxyPassMatch ^/a http://h/", "^/a", True),
    ],
)
def test_the_path_of_a_mapping(line: str, path: str, pattern: bool) -> None:
    assert mapped(model(line).servers[0]) == [(path, "http://h/", pattern)]


@pytest.mark.parametrize(
    ("line", "column", "params"),
    [
        ("BalancerMember balancer://b http://m", 29, {}),
        ("BalancerMember balancer://b http://m retry=1 Max=2", 29, {"retry": "1", "max": "2"}),
        ("BalancerMember retry=1 balancer://b max=2 http://m", 43, {"retry": "1", "max": "2"}),
        ("BalancerMember balancer://b http://m ${OPTIONS}", 29, {}),
        ("<Proxy balancer://b>\nBalancerMember retry=1 http://m\n</Proxy>", 24, {"retry": "1"}),
        ("<Proxy balancer://b>\nBalancerMember http://m ${OPTIONS} ${MORE}\n</Proxy>", 16, {}),
    ],
)
def test_the_words_of_a_member(line: str, column: int, params: dict[str, str]) -> None:
    """Words with a `=` are parameters wherever they stand (`add_member`)."""
    proxy = model(line)
    (balancer,) = proxy.servers[0].balancers
    (member,) = balancer.members
    assert (balancer.name, member.target.text, member.target.place.column) == ("balancer://b", "http://m", column)
    assert parameters(proxy.servers[0]) == {"http://m": params}
    assert not proxy.refusals


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /a http://h/\nProxySet http://h/ retry=1",
        "<VirtualHost *:80>\nProxyPass /a http://h/\nProxySet http://h/ retry=1\n</VirtualHost>",
        "<Location /a>\nProxyPass http://h/\nProxySet http://h/ retry=1\n</Location>",
    ],
)
def test_proxyset_names_its_worker_except_in_a_proxy_section(text: str) -> None:
    proxy = model(text)
    assert parameters(proxy.servers[-1]) == {"http://h/": {"retry": "1"}}
    assert not proxy.refusals


@pytest.mark.parametrize("name", ["IfModule", "IfDefine"])
def test_a_conditional_section_changes_nothing(name: str) -> None:
    """Where nobody knows the condition, its content counts as read."""
    inside = "<Proxy balancer://b>\n{}BalancerMember http://m\nProxySet nofailover=on\n{}</Proxy>"
    for text in (inside.format(f"<{name} x>\n", f"</{name}>\n"), f"<{name} x>\n{inside.format('', '')}\n</{name}>"):
        proxy = model(text)
        (balancer,) = proxy.servers[0].balancers
        assert ([member.name for member in balancer.members], list(balancer.params)) == (["http://m"], ["nofailover"])
        assert not proxy.refusals


def test_handlers() -> None:
    """AddHandler folds all to lower case, SetHandler nothing."""
    proxy = model("""
        SetHandler "proxy:unix:/run/PHP.sock|fcgi://php"
        AddHandler "proxy:unix:/run/PHP.sock|fcgi://php" .php
        <FilesMatch "php$">
        SetHandler   "proxy:fcgi://other"
        </FilesMatch>
        AddHandler cgi-script .cgi
    """)
    targets = [mapping.target for mapping in proxy.servers[0].mappings]
    assert [(one.text, one.place.line, one.place.column) for one in targets if one is not None] == [
        ("unix:/run/PHP.sock|fcgi://php", 1, 12),
        ("unix:/run/php.sock|fcgi://php", 2, 12),
        ("fcgi://other", 4, 14),
    ]


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("RewriteRule ^/a  http://h/ [P]", "http://h/"),
        ("RewriteRule ^/a  unix:/run/a.sock|fcgi:/x [P]", "unix:/run/a.sock|fcgi:/x"),
        ("RewriteRule ^/a  UNIX:/run/a.sock|fcgi:/x [P]", "UNIX:/run/a.sock|fcgi:/x"),
        ("RewriteRule ^/a  $1 [P]", "$1"),
        ("RewriteRule ^/a  %{ENV:URL} [P]", "%{ENV:URL}"),
        ("RewriteRule ^/a  http://h/ [PT]", None),
        ("RewriteRule ^/a  http://h/ [R,E=x:p]", None),
        ("RewriteRule ^/a  http://h/p", None),
        ("RewriteRule ^/a  /x [P]", None),
        ("RewriteRule ^/a  unix/x [P]", None),
        ("RewriteRule ^/a[p]", None),
    ],
)
def test_rewrite_rules_that_hand_requests_on(line: str, target: str | None) -> None:
    (server,) = model(line).servers
    assert mapped(server) == ([] if target is None else [("^/a", target, True)])
    assert all(one.target is not None and one.target.place.column == 18 for one in server.mappings)


def test_what_other_modules_read_is_no_setting() -> None:
    proxy = model("""
        KeepAlive On
        ProxyVia On
        NoProxy .example
        AllowCONNECT 443
        BalancerPersist On
        SSLProxyEngine On
        SSLEngine On
    """)
    assert sorted(proxy.servers[0].settings) == [
        "allowconnect", "balancerpersist", "noproxy", "proxyvia", "sslproxyengine",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "kind", "column"),
    [
        ("ProxyPass", "arguments", 1),
        ("ProxyPass ~", "arguments", 1),
        ("ProxyPass ~ ^/a", "arguments", 1),
        ("ProxyPassMatch ~ ^/a http://h/", "arguments", 1),
        ("BalancerMember", "member-context", 1),
        ("BalancerMember balancer://b", "member-context", 1),
        ("BalancerMember balancer://b http://m other", "arguments", 38),
        ("ProxySet", "undefined", 1),
        ("ProxySet   http://h/ retry=1", "undefined", 12),
        ("<Proxy   http:/h retry=1>\n</Proxy>", "url", 10),
        ("<Proxy>\nProxySet retry=1\n</Proxy>", "url", 1),
    ],
)
def test_where_a_refused_word_stands(line: str, kind: str, column: int) -> None:
    (refusal,) = model(line).refusals
    assert (refusal.kind, refusal.place.column) == (kind, column)
