"""Which ways the net tries, and what it says of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd.installed import Installed
from hpatch.errors import ToolError
from hpatch.lab.backends import tls
from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.net import ways as looking
from hpatch.lab.net.model import Way
from hpatch.lab.net.ways import ways
from hpatch.versions import Version

BALANCERS = ("slotmem_shm", "proxy_balancer", "lbmethod_byrequests")
ALL = ("proxy_http", "proxy_fcgi", "proxy_ajp", "proxy_wstunnel", "ssl", "http2", "mpm_event", *BALANCERS)


@pytest.fixture
def has(monkeypatch: pytest.MonkeyPatch) -> object:
    """Pretends that an httpd has these modules, as files."""

    def pretend(version: str, *names: str) -> GatewaySpec:
        files = {name: Path(f"/modules/mod_{name}.so") for name in names}
        monkeypatch.setattr(httpd, "program_of", lambda spec: Path("/httpd"))
        monkeypatch.setattr(looking, "ask", lambda program: Installed(Version.parse(version), None, ()))
        monkeypatch.setattr(modules, "available", lambda *_: files)
        monkeypatch.setattr(looking, "plain_paths", lambda spec, transports: [("http", one) for one in transports])
        return GatewaySpec("httpd", modules={"proxy_ajp": Path("/own.so")} if "proxy_ajp" in names else {})

    return pretend


def test_all(has) -> None:  # type: ignore[no-untyped-def]
    found = ways(has("2.4.71", *ALL))
    assert found.untried == ()
    assert [way.name for way in found.ways if way.scheme == "ajp"] == ["ajp unix", "ajp tcp"]
    assert {way.name for way in found.ways if way.front == "WebSocket"} == {
        "ws unix (WebSocket)", "ws tcp (WebSocket)", "http tcp (WebSocket)"
    }  # fmt: skip
    assert Way("http", "tcp", "HTTP/2") in found.ways
    assert {"ssl", "http2", "proxy_wstunnel"} <= set(found.modules), "the lab loads neither by itself"
    assert "proxy_ajp" not in found.modules, "it is given, and loaded as such"
    assert {"SSLProxyEngine on", "H2EarlyHints on"} <= set(found.settings)
    assert "ProxyWebsocketFallbackToProxyHttp off" in found.settings
    assert found.keeping == {"enablereuse": "on"}
    assert [name for name in found.modules if name in BALANCERS] == [*BALANCERS], "in the order that they need"
    assert (found.balances, found.fits_variables) == (True, True)


def test_an_old_httpd_gets_no_line_that_it_does_not_know(has) -> None:  # type: ignore[no-untyped-def]
    found = ways(has("2.4.9", *ALL))
    assert found.keeping == {"disablereuse": "off"}
    assert found.settings == ("SSLProxyEngine on",)
    assert not found.fits_variables
    assert all(way.transport == "tcp" for way in found.ways if way.scheme != "http")


def test_what_is_missing_is_named(has) -> None:  # type: ignore[no-untyped-def]
    found = ways(has("2.4.46", "proxy_http", "mpm_event"), ("tcp",))
    assert found.ways == (Way("http", "tcp"),)
    assert found.modules == {}
    assert found.settings == ()
    told = dict(one.removesuffix(")").split(" (", 1) for one in found.untried)
    assert told["https"] == "this httpd has no mod_ssl"
    assert told["ajp"] == "this httpd has no mod_proxy_ajp"
    assert told["balancers"] == f"this httpd has no {' and no '.join(f'mod_{name}' for name in BALANCERS)}"
    assert not found.balances
    assert told["WebSocket to ws"] == "this httpd has no mod_proxy_wstunnel"
    assert told["HTTP/2 to http"] == "this httpd has no mod_http2"
    assert told["WebSocket to http"].startswith("httpd 2.4.46 does not know upgrade=")


def test_without_a_certificate_there_is_no_https(has, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    def none() -> None:
        raise ToolError("openssl is not installed")

    monkeypatch.setattr(tls, "context", none)
    found = ways(has("2.4.71", *ALL), ("tcp",))
    assert "https (openssl is not installed)" in found.untried
    assert all(way.scheme != "https" for way in found.ways)


def test_each_way_has_paths_of_its_own() -> None:
    some = [Way("http", "tcp"), Way("http", "tcp", "WebSocket"), Way("http", "tcp", "HTTP/2"), Way("ws", "unix")]
    paths = [
        path
        for way in some
        for path in (
            way.path, way.patient, way.kept, way.nobody, way.configured, way.handled, way.raw, way.balanced
        )
    ]  # fmt: skip
    assert not any(one != other and one.startswith(other) for one in paths for other in paths)
    assert len(set(paths)) == len(paths)


def test_without_the_package_or_with_prefork_there_is_no_http2(has, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    prefork = [name for name in ALL if name != "mpm_event"] + ["mpm_prefork"]
    assert "HTTP/2 to http (mod_http2 does not work with the prefork MPM)" in ways(has("2.4.71", *prefork)).untried
    monkeypatch.setattr(looking, "find_spec", lambda name: None)
    assert any("pip install 'hpatch[h2]'" in one for one in ways(has("2.4.71", *ALL)).untried)
