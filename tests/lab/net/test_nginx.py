"""The net of an nginx: what is as it was, and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from hpatch.build.nginx.installed import InstalledNginx, said
from hpatch.lab.gateways import nginx as gateway
from hpatch.lab.model import GatewaySpec
from hpatch.lab.net import nginx
from hpatch.lab.net.compare import each
from hpatch.lab.net.model import NetTrial, Way
from hpatch.lab.net.nginx import NginxSide
from hpatch.lab.net.trials import bodies, methods, reuse
from hpatch.lab.session import Session
from hpatch.versions import Version

AS_IT_IS = GatewaySpec("nginx")
NAMES = (
    "GET",
    "the status 304 Not Modified without a body",
    "a body of 8,192 bytes",
    "a connection to the backend that stays",
)


def changed(folder: Path, settings: str) -> GatewaySpec:
    """An nginx that does otherwise, by settings that its server gets besides the lab's."""
    program = folder / "nginx"
    program.write_text(
        f"#!/bin/sh\nfor file; do case $file in */nginx.conf) sed -i 's|^server_name|{settings}&|' $file ;; esac\n"
        f'done\nexec {gateway.program_of(AS_IT_IS)} "$@"\n'
    )
    program.chmod(0o755)
    return GatewaySpec("nginx", program)


def some(way: Way) -> Iterator[NetTrial]:
    for group in (bodies, methods, reuse):
        for one in group.trials():
            if one.name in NAMES and (not one.schemes or way.scheme in one.schemes):
                yield one


def differing(after: GatewaySpec, ways: Sequence[Way]) -> set[tuple[str, str]]:
    with Session() as session, ExitStack() as running:
        sides = [NginxSide(session, running, spec, ways) for spec in (AS_IT_IS, after)]
        found = each(sides[0], sides[1], ways, some)
        assert sum(one.played for one in found) >= 3 * len(ways)
        return {(one.trial, one.fact) for way in found for one in way.differences}


@pytest.mark.nginx
def test_the_same_is_as_it_was_and_what_is_done_otherwise_is_seen(tmp_path: Path) -> None:
    ways = (Way("http", "unix"), Way("fcgi", "tcp"))
    assert differing(AS_IT_IS, ways) == set()
    assert ("GET", "headers") in differing(changed(tmp_path, "add_header X-Other 1;"), ways)


@pytest.mark.nginx
@pytest.mark.proof
@pytest.mark.measured
def test_nothing_is_said_to_what_is_the_same() -> None:
    found = nginx.compare(AS_IT_IS, AS_IT_IS)
    assert found.unexpected() == ()
    assert found.trials > 800


@pytest.mark.nginx
def test_one_that_does_not_start_is_a_difference(tmp_path: Path) -> None:
    found = nginx.compare(AS_IT_IS, changed(tmp_path, "no_such_setting;"), ["tcp"])
    assert found.unexpected() == ("start: nginx starts",)
    assert "no_such_setting" in found.differences[0].after


def test_the_ways_are_those_that_it_was_built_with() -> None:
    installed = InstalledNginx(Version(1, 22, 1), ("--without-http_scgi_module", "--without-http_uwsgi_module"))
    assert [way.name for way in nginx.ways(installed)] == [
        *("http unix", "http tcp", "fcgi unix", "fcgi tcp", "http tcp (WebSocket)")
    ]
    assert nginx.ways(installed._replace(arguments=("--without-http",))) == ()


@pytest.mark.nginx
def test_debians_has_http2_in_front() -> None:
    pytest.importorskip("h2")
    assert Way("http", "tcp", "HTTP/2") in nginx.ways(said(gateway.program_of(AS_IT_IS)))


def test_its_own_faults_in_a_log_are_told_by_name() -> None:
    log = (
        "2026/11/29 21:40:00 [alert] 17#17: *3 zero size buf in writer 0000561E2B while sending to client, client: x\n"
        "2026/11/29 21:40:01 [alert] 18#18: *4 zero size buf in writer 00007FFE2B while sending to client, client: x\n"
        "2026/11/29 21:40:02 [error] 17#17: *5 upstream prematurely closed connection while reading, client: x\n"
        '2026/11/29 21:40:03 [crit] 17#17: *6 open() "/x" failed (13: Permission denied), client: x\n'
    )
    assert len(set(nginx.errors(log))) == 2
    assert next(nginx.errors(log)).startswith("alert: zero size buf in writer")
