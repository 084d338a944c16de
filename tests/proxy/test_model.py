"""What the parts of the model say of themselves and of each other."""

from __future__ import annotations

import pytest

from hpatch.proxy.model import Param
from tests.support.proxy.model import model

PLAIN = """
    ProxyVia On
    <Proxy balancer://main>
    BalancerMember http://member
    </Proxy>
    ProxyPass /a http://h/
    ProxyPass /b http://h/b
    <VirtualHost *:80>
    ProxyVia Off
    <Proxy balancer://own>
    </Proxy>
    ProxyPass / http://own/
    </VirtualHost>
"""


def test_the_parts_know_each_other() -> None:
    for server in model(PLAIN).servers:
        assert all(mapping.server is server for mapping in server.mappings)
        assert all((worker.server, worker.balancer) == (server, None) for worker in server.workers)
        assert all(balancer.server is server for balancer in server.balancers)
        assert all(member.balancer is balancer for balancer in server.balancers for member in balancer.members)


def test_the_line_of_a_worker_is_the_first() -> None:
    (worker,) = model(PLAIN).servers[0].workers
    assert [definition.node.place.line for definition in worker.definitions] == [5, 6]
    assert worker.node.place.line == 5


def test_the_main_server() -> None:
    main = model(PLAIN).servers[0]
    assert (main.name, main.addresses, main.shared) == ("main server", (), False)
    assert main.setting("proxytimeout") is None
    assert main.balancer("balancer://own") is None
    assert main.balancer("balancer://main") is main.balancers[0]


@pytest.mark.parametrize(
    ("lines", "shared"),
    [
        ("", True),
        ("ProxyPassInherit On\nBalancerInherit On", True),
        ("ProxyPassInherit Off", True),
        ("BalancerInherit OFF", True),
        ("ProxyPassInherit Off\nBalancerInherit On", True),
        ("ProxyPassInherit Off\nBalancerInherit OFF", False),
    ],
)
def test_what_a_virtual_host_has_of_the_main_server(lines: str, shared: bool) -> None:
    main, host = model(PLAIN.replace("ProxyVia Off", f"ProxyVia Off\n{lines}")).servers
    assert host.shared is shared
    assert host.balancer("balancer://main") is (main.balancers[0] if shared else None)
    assert host.balancer("balancer://own") is host.balancers[0]
    setting = host.setting("proxyvia")
    assert setting is not None
    assert setting.value == "Off"


def test_a_virtual_hosts_balancer_of_the_same_name_is_its_own() -> None:
    main, host = model(PLAIN.replace("balancer://own", "balancer://main")).servers
    assert host.balancer("balancer://main") is host.balancers[0] is not main.balancers[0]
    assert host.balancers[0].merged is main.balancers[0]


@pytest.mark.parametrize(
    ("section", "words", "in_proxy"),
    [
        ("Proxy http://h/", "http://h/", True),
        ("ProxyMatch ^http://h/", "http://h/", True),
        ("Location /a", "http://h/", False),
        ("IfModule x", "/a http://h/", False),
    ],
)
def test_a_proxypassreverse_in_a_proxy_section(section: str, words: str, in_proxy: bool) -> None:
    text = f"<{section}>\nProxyPassReverse {words}\n</{section.split(maxsplit=1)[0]}>"
    (reverse,) = model(text).servers[0].reverses
    assert reverse.in_proxy is in_proxy


def test_the_place_of_a_parameter() -> None:
    """It is given, or that of a word."""
    (mapping,) = model("ProxyPass  /a  http://h/  retry=1").servers[0].mappings
    (param,) = mapping.params
    assert (param.place.column, param.place.end_column) == (27, 34)
    assert Param("retry", "1", mapping.node, mapping.place).place == mapping.place
