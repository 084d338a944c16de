"""Which worker or balancer serves the requests of a mapping."""

from __future__ import annotations

import pytest

from hpatch.proxy.model import Mapping, Worker
from tests.support.proxy.model import model

ANY = "ProxyPassMatch ^/m/([a-z]+)/(.*) http://$1/$2\n"


def serving(mapping: Mapping) -> str | None:
    return None if mapping.worker is None else mapping.worker.name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # what depends on the request finds no worker, even one that is written the same way
        ("ProxyPass /w http://$1/\nRewriteRule ^/(.*) http://$1/ [P]", None),
        ("ProxyPass /w http://%{HTTP_HOST}/\nSetHandler proxy:http://%{HTTP_HOST}/", None),
        ("ProxyPass /a http://${HOST}/ interpolate", None),
        ("ProxyPass /a balancer://${APP}/", None),
        ("<Proxy balancer://$1>\n</Proxy>\nRewriteRule ^/(.*) balancer://$1/ [P]", None),
        # ProxyPass takes it as it is written, ProxyPassMatch as a pattern
        ("ProxyPass /a http://$1/", "http://$1/"),
        ("ProxyPass /a http://${HOST}/", "http://${host}/"),
        ("ProxyPassMatch ^/([a-z]+)/ http://$1/", "http://$1/"),
        ("<Location ~ ^/([a-z]+)/.*>\nProxyPass http://$1/\n</Location>", "http://$1/"),
        # no host, and a query that is none of the path
        (f"{ANY}SetHandler proxy:http:///x", None),
        (f"{ANY}SetHandler proxy:http://h/x", "http://$1/$2"),
        ("ProxyPass /w http://h/a%3Fq\nRewriteRule ^/ http://h/a?q [P]", None),
        ("ProxyPass /w http://h/a%3Fq\nSetHandler proxy:http://h/a?q", "http://h/a%3Fq"),
        # behind a socket, a balancer's name is a worker's
        ("ProxyPass /a unix:/run/a.sock|balancer://b/", "balancer://b/"),
        ("ProxyPass /a balancer://b/", "balancer://b"),
        # below an exclusion
        ("ProxyPass /static !\nProxyPass /a http://h/", "http://h/"),
    ],
)
def test_the_last_mapping(text: str, name: str | None) -> None:
    proxy = model(text)
    assert serving(proxy.servers[0].mappings[-1]) == name
    assert not proxy.refusals


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("ProxyPass /w http://h/a/\nProxyPassMatch ^/m/(.*) http://h/a/$1/b", "http://h/a/", "http://h/a/$1/b"),
        ("ProxyPass /w http://h/a\nProxyPassMatch ^/m(.*) http://h/a$1b", "http://h/a", "http://h/a$1b"),
        ("ProxyPass /w http://h/a$1b", "http://h/a$1b", "http://h/a$1b"),
    ],
)
def test_before_2_4_47_the_path_counts_up_to_the_first_reference(text: str, old: str, new: str) -> None:
    for version, name in (("2.4.46", old), ("2.4.47", new)):
        assert serving(model(text, version).servers[0].mappings[-1]) == name


def test_before_2_4_47_a_reference_in_the_host_finds_no_worker() -> None:
    (mapping,) = model("ProxyPassMatch ^/([a-z]+)/ http://$1/", "2.4.46").servers[0].mappings
    assert mapping.worker is None


@pytest.mark.parametrize(
    ("main", "own", "served_by"),
    [
        ("http://h/", "http://h/x/", "own"),
        ("http://h/x/", "http://h/", "main"),
        ("http://h/", "http://h/", "main"),
        ("http://h/", "http://other/", "main"),
        ("http://other/", "http://h/", "own"),
    ],
)
def test_the_longer_name_wins_then_the_main_servers(main: str, own: str, served_by: str) -> None:
    proxy = model(f"""
        ProxyPass /main {main}
        <VirtualHost *:80>
        ProxyPass /own {own}
        SetHandler proxy:http://h/x/y
        </VirtualHost>
    """)
    worker = proxy.servers[1].mappings[-1].worker
    assert isinstance(worker, Worker)
    assert worker.server is proxy.servers[0 if served_by == "main" else 1]
