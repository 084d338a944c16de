"""Schemes that no loaded module speaks."""

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("scheme", "module"),
    [
        ("http", "proxy_http"),
        ("https", "proxy_http"),
        ("ws", "proxy_wstunnel"),
        ("h2c", "proxy_http2"),
        ("fcgi", "proxy_fcgi"),
        ("scgi", "proxy_scgi"),
        ("uwsgi", "proxy_uwsgi"),
        ("ajp", "proxy_ajp"),
        ("balancer", "proxy_balancer"),
    ],
)
def test_modules(scheme: str, module: str) -> None:
    text = f"ProxyPass /a {scheme}://h/"
    (finding,) = find("scheme-no-module", text, modules="proxy_module")
    assert (finding.place.line, finding.place.column, finding.confidence) == (1, 14, "high")
    assert module in str(finding.help)
    assert find("scheme-no-module", text, modules=f"proxy_module,{module}_module") == []


@pytest.mark.parametrize(("version", "count"), [("2.4.46", 1), ("2.4.47", 0)])
def test_websocket_by_http(version: str, count: int) -> None:
    """mod_proxy_http speaks ws: from 2.4.47 on."""
    assert len(find("scheme-no-module", "ProxyPass /a ws://h/", version, "proxy_module,proxy_http_module")) == count


def test_member() -> None:
    text = "<Proxy balancer://a>\n  BalancerMember ajp://h:8009\n</Proxy>\nProxyPass /a balancer://a"
    assert places("scheme-no-module", text, modules="proxy_module,proxy_balancer_module") == [(2, 18)]


def test_loaded_by_the_configuration() -> None:
    """One that loads mod_proxy loads its parts as well."""
    text = "LoadModule proxy_module m/mod_proxy.so\nProxyPass /a fcgi://h:9000\n"
    (finding,) = find("scheme-no-module", text)
    assert finding.confidence == "medium"
    assert find("scheme-no-module", text + "LoadModule proxy_fcgi_module m/mod_proxy_fcgi.so") == []


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /a fcgi://h:9000",
        "LoadModule ssl_module m/mod_ssl.so\nProxyPass /a fcgi://h:9000",
        "LoadModule proxy_module m/mod_proxy.so\nProxyPass /a gopher://h/",
        "LoadModule proxy_module m/mod_proxy.so\nProxyPass /a !",
        "LoadModule proxy_module m/mod_proxy.so\nLoadModule proxy_cluster_module m/x.so\nProxyPass /a balancer://h",
        "LoadModule proxy_module m/mod_proxy.so\n<IfDefine X>\nLoadModule proxy_fcgi_module m/x.so\n</IfDefine>\n"
        "ProxyPass /a fcgi://h:9000",
    ],
)
def test_not_known(text: str) -> None:
    assert find("scheme-no-module", text) == []


@pytest.mark.parametrize(
    ("line", "place", "near"),
    [
        ("ProxyPass /a htp://h/", (1, 14), "http"),
        ("ProxyPass /a unix:/run/x.sock|fgci://h/", (1, 14), "fcgi"),
        ('SetHandler "proxy:fgci://h"', (1, 12), "fcgi"),
        ("<Proxy balancer://b>\nBalancerMember htttps://h\n</Proxy>", (2, 16), "https"),
    ],
)
def test_misspelt(line: str, place: tuple[int, int], near: str) -> None:
    (finding,) = find("scheme-no-module", line)
    assert (finding.place.line, finding.place.column, finding.confidence) == (*place, "medium")
    assert f'"{near}"' in str(finding.help)


@pytest.mark.parametrize("target", ["HTTP://h/", "msrpc://h/", "gopher://h/", "${scheme}://h/", "balancer://htp/"])
def test_not_misspelt(target: str) -> None:
    assert find("scheme-no-module", f"ProxyPass /a {target}") == []


@pytest.mark.parametrize(("scheme", "instead"), [("grpc", "h2c://"), ("grpcs", "h2://")])
def test_a_scheme_of_other_proxies(scheme: str, instead: str) -> None:
    (finding,) = find("scheme-no-module", f"ProxyPass /a {scheme}://h/")
    assert (finding.severity, finding.confidence) == ("error", "medium")
    assert instead in str(finding.help)
