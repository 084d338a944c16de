"""What a rule asks for of one virtual host."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from bench.lint import configuration as large
from hpatch.conf.load import load_text
from hpatch.lint.context import Context
from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from hpatch.proxy.build import build
from tests.support.cost import seconds

TEXT = """\
<VirtualHost *:80>
    ErrorDocument 404 /a
    ProxyPass "/a" "http://a/"
    <Location "/x">
        ErrorDocument 500 /x
        SetHandler "proxy:http://x/"
    </Location>
</VirtualHost>
<VirtualHost *:80>
    ProxyPassMatch "^/b" "http://b/"
</VirtualHost>
ErrorDocument 404 /m
ProxyPass "/m" "http://m/"
"""
HOSTS = 4_000


def context_of(text: str) -> Context:
    configuration = load_text(text)
    return Context(configuration, build(configuration))


def test_lines_of_a_virtual_host_are_the_main_servers_then_its_own() -> None:
    context = context_of(TEXT)
    first, second = context.configuration.find("<virtualhost")
    found = [[node.args for node in context.lines_of(host, "errordocument")] for host in (None, first, second)]
    assert found == [["404 /m"], ["404 /m", "404 /a", "500 /x"], ["404 /m"]]
    keys = [node.key for node in context.lines_of(first, "<location", "proxypass")]
    assert keys == ["proxypass", "<location", "proxypass"]


def test_mappings_of_a_virtual_host_are_the_main_servers_then_its_own() -> None:
    context = context_of(TEXT)
    first, second = context.configuration.find("<virtualhost")
    found = [[mapping.path for mapping in context.mappings_of(host)] for host in (None, first, second)]
    assert found == [["/m"], ["/m", "/a", "/x"], ["/m", "^/b"]]
    passes = [[mapping.path for mapping in context.passes_of(host)] for host in (None, first, second)]
    assert passes == [["/m"], ["/m", "/a"], ["/m", "^/b"]]


def test_what_many_rules_go_through_is_gathered_once() -> None:
    member = '<Proxy "balancer://b">\nBalancerMember "http://m"\n</Proxy>\n'
    context = context_of(TEXT + member)
    first, second = context.configuration.find("<virtualhost")
    assert context.passing == {None, first, second}
    assert context_of("<VirtualHost *:80>\n</VirtualHost>\n").passing == set()
    assert [one.name for one in context.balancers] == ["balancer://b"]
    assert [one.name for one in context.members] == ["http://m"]
    assert [one.name for one in context.workers] == ["http://m/", "http://a/", "http://b/", "http://m"]
    assert [one.path for one in context.passes] == ["/m", "/a", "^/b"]
    assert {scheme: len(targets) for scheme, targets in context.targets.items()} == {"http": 5}


@pytest.fixture(scope="module")
def hosts() -> Context:
    """A configuration of very many virtual hosts, each with a fault."""
    return context_of("".join(large(Path("/run"), HOSTS, "modules", faulty=True)))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_does_not_compare_each_virtual_host_with_each(rule: Rule, hosts: Context) -> None:
    """A rule that goes through everything for each virtual host takes longer by far; see `Context.lines_of`."""
    gc.disable()
    try:
        with seconds(2):
            for _ in rule.check(hosts):
                pass
    finally:
        gc.enable()


def test_the_text_of_all_arguments() -> None:
    context = context_of(TEXT)
    written = ['"^/b" "http://b/"', '"/a" "http://a/"', '"/m" "http://m/"']
    assert context.written("proxypassmatch", "proxypass", "redirect").split("\n") == written
    assert context.written("redirect") == ""


def test_mappings_in_sections() -> None:
    context = context_of(TEXT + '<Location "/s">\nProxyPass "http://s/"\n</Location>\n')
    assert [mapping.path for mapping in context.sectioned] == ["/s"]
