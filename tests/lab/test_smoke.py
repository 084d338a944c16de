"""Smoke tests of an httpd that is installed, and of what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd.installed import Installed, ask
from hpatch.lab import smoke
from hpatch.lab.client import request
from hpatch.lab.model import GatewaySpec
from hpatch.versions import Version


@pytest.mark.httpd
def test_the_packaged_httpd_does_it_all(httpd: str) -> None:
    spec = GatewaySpec("httpd", Path(httpd))
    found = smoke.checks(spec, requests=2)
    assert {one.name: one.verdict for one in found} == dict.fromkeys(
        ["page", *(f"{scheme} {transport}" for scheme, transport in smoke.paths(spec))], "passed"
    )
    assert len(found) == 1 + 2 * len(smoke.SCHEMES)


@pytest.mark.httpd
def test_a_module_that_breaks_everything_is_a_failed_start(httpd: str, tmp_path: Path) -> None:
    broken = tmp_path / "mod_proxy_fcgi.so"
    broken.write_bytes(b"no module")
    found = smoke.checks(GatewaySpec("httpd", Path(httpd), {"proxy_fcgi": broken}))
    assert [(one.name, one.verdict) for one in found] == [("start", "failed")]
    assert "mod_proxy_fcgi.so" in found[0].why


@pytest.mark.httpd
def test_what_is_answered_wrongly_has_failed(httpd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> tuple[bytes | float, ...]:
        return request("/nothing.txt")

    monkeypatch.setattr(smoke, "request", lost)
    found = smoke.checks(GatewaySpec("httpd", Path(httpd)), ["tcp"], requests=1)
    assert len(found) == 1 + len(smoke.SCHEMES)
    assert {one.verdict for one in found} == {"failed"}


def test_what_is_no_httpd_has_failed(tmp_path: Path) -> None:
    program = tmp_path / "httpd"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert [(one.name, one.verdict) for one in smoke.checks(GatewaySpec("httpd", program))] == [("start", "failed")]


@pytest.mark.httpd
def test_ways_that_a_version_does_not_have(httpd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def old(program: str) -> Installed:
        return ask(program)._replace(version=Version(2, 4, 9))

    monkeypatch.setattr(smoke, "ask", old)
    found = smoke.paths(GatewaySpec("httpd", Path(httpd)))
    assert ("scgi", "unix") not in found
    assert {("scgi", "tcp"), ("fcgi", "unix"), ("http", "unix")} <= set(found)
