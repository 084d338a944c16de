"""Every scenario on the packaged programs, with the verdict that is due today; and on httpd 2.4.9's mod_proxy_fcgi.

HPATCH_HTTPD_GIT names a git repository of httpd, from which the old module comes.
"""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from hpatch.lab import scenarios as package
from hpatch.lab.backends.faults import FAULTS
from hpatch.lab.matrix import Experiment, run
from hpatch.lab.model import BackendKind, BackendSpec, Cell, GatewayKind, GatewaySpec, Result, Route, Transport, Verdict
from hpatch.lab.registry import find, scenarios
from hpatch.lab.session import Gateway, Session
from hpatch.patch.sets.load import load
from tests.support.patience import PATIENCE

REPOSITORY = os.environ.get("HPATCH_HTTPD_GIT", "")


def tried(
    name: str,
    gateway: GatewaySpec,
    transport: Transport,
    backend: BackendKind = "responder",
    requests: int | None = None,
) -> Result:
    cell = Cell(gateway, BackendSpec(backend), transport, 4 if backend == "uwsgi" else None)
    return run(Experiment(find(name), cell), requests)


def cells(*kept: tuple[str, Transport, Verdict]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "transport", "verdict"), kept, ids=str)


@pytest.mark.httpd
@cells(
    ("broken-response", "tcp", "passed"),
    ("odd-response", "unix", "passed"),
    ("fcgi-filter-headers", "unix", "passed"),
    ("fcgi-script-filename", "tcp", "passed"),
    ("fcgi-connect-crash", "unix", "passed"),
    ("fcgi-connect-crash", "tcp", "passed"),
    ("fcgi-iobuffersize", "unix", "passed"),
    ("fcgi-iobuffersize", "tcp", "passed"),
    ("fcgi-diagnostics", "unix", "passed"),
    ("fcgi-diagnostics", "tcp", "passed"),
    ("fcgi-body-cpu", "unix", "passed"),
    ("scgi-unix", "unix", "passed"),
    ("fcgi-stdin-eof", "unix", "failed"),
    ("fcgi-stdin-eof", "tcp", "failed"),
    ("fcgi-stdin-coalesce", "unix", "failed"),
    ("scgi-early-response", "unix", "failed"),
    ("uwsgi-early-response", "unix", "failed"),
    ("lost-tail", "unix", "passed"),
    ("lost-tail", "tcp", "failed"),
)
def test_the_packaged_httpd(name: str, transport: Transport, verdict: Verdict) -> None:
    found = tried(name, GatewaySpec("httpd"), transport)
    assert found.verdict == verdict, found
    assert found.figures.requests == sum(found.figures.outcomes.values()) > 0
    assert found.figures.segfaults == 0


@pytest.mark.httpd
@pytest.mark.parametrize("transport", ["unix", "tcp"])
def test_the_uwsgi_protocol_under_load(transport: Transport) -> None:
    found = tried("uwsgi-load", GatewaySpec("httpd"), transport, requests=50)
    assert found.verdict == "passed", found
    assert found.figures.outcomes == {"full": 190}


@pytest.mark.httpd
@pytest.mark.uwsgi
@cells(
    ("fcgi-stdin-eof", "unix", "passed"),
    ("fcgi-stdin-eof", "tcp", "passed"),
    ("uwsgi-stdin-eof", "unix", "passed"),
    ("uwsgi-fcgi-parser", "tcp", "passed"),
    ("uwsgi-load", "unix", "failed"),
)
def test_the_packaged_uwsgi(name: str, transport: Transport, verdict: Verdict) -> None:
    found = tried(name, GatewaySpec("httpd"), transport, "uwsgi", requests=100)
    assert found.verdict == verdict, found


@pytest.mark.httpd
@pytest.mark.uwsgi
def test_a_delayed_body_over_the_uwsgi_protocol_gets_503() -> None:
    """The application reads no body, uWSGI closes, and mod_proxy_uwsgi does not read what it has answered."""
    found = tried("uwsgi-load", GatewaySpec("httpd"), "unix", "uwsgi", requests=10)
    assert "delayed POST: 10 503" in found.figures.notes, found


@pytest.mark.nginx
@cells(
    ("broken-response", "unix", "failed"),
    ("odd-response", "unix", "failed"),
    ("nginx-empty-200", "unix", "failed"),
    ("nginx-empty-200", "tcp", "failed"),
    ("lost-tail", "tcp", "failed"),
    ("uwsgi-load", "unix", "passed"),
)
def test_the_packaged_nginx(name: str, transport: Transport, verdict: Verdict) -> None:
    found = tried(name, GatewaySpec("nginx"), transport)
    assert found.verdict == verdict, found


@pytest.mark.httpd
def test_a_slow_reader_of_httpd_holds_the_backend() -> None:
    found = tried("slow-reader", GatewaySpec("httpd"), "unix")
    assert found.verdict == "passed", found
    assert int(found.figures.notes[0].split("%")[0]) < 90, found


@pytest.mark.nginx
def test_over_a_slow_hop_only_the_backend_that_resets_loses() -> None:
    found = tried("slow-hop", GatewaySpec("nginx"), "tcp", requests=2)
    assert found.verdict == "passed", found
    notes = [note for note in found.figures.notes if "unread" in note]
    assert len(notes) == 3, found
    assert "tc netem" in found.figures.notes[-1]
    assert all("2 reset, 0 left early" in note and "full" not in note for note in notes), found


@pytest.mark.nginx
@pytest.mark.uwsgi
def test_over_a_slow_hop_uwsgi_resets_what_has_an_unread_body() -> None:
    found = tried("slow-hop", GatewaySpec("nginx"), "tcp", "uwsgi", requests=2)
    assert found.verdict == "failed", found
    assert "(uwsgi POST, http POST); the backend reset 4 of 12 connections, the gateway left 0 early" in found.why


@pytest.mark.nginx
@pytest.mark.proof
def test_a_slow_reader_of_nginx() -> None:
    assert tried("slow-reader", GatewaySpec("nginx"), "tcp").verdict == "passed"


@pytest.mark.httpd
@pytest.mark.uwsgi
def test_what_cannot_run_has_no_verdict(tmp_path: Path) -> None:
    missing = tmp_path / "uwsgi"
    for name, spec in {
        "fcgi-stdin-eof": Cell(GatewaySpec("httpd"), BackendSpec("uwsgi", missing), "unix", 1),
        "scgi-unix": Cell(GatewaySpec("httpd", tmp_path / "httpd"), BackendSpec("responder"), "unix"),
    }.items():
        found = run(Experiment(find(name), spec))
        assert (found.verdict, found.figures.requests) == ("cannot-run", 0)
        assert "No such file" in found.why or "not installed" in found.why or "cannot be run" in found.why


class Astray(Session):
    """A session whose gateways send everything to where nobody listens."""

    def gateway(self, spec: GatewaySpec, routes: Sequence[Route], settings: Sequence[str] = ()) -> Gateway:
        nowhere = [route._replace(address=self.address("tcp", "nobody")) for route in routes]
        return super().gateway(spec, nowhere, settings)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(one.name, kind, id=f"{one.name}-{kind}", marks=getattr(pytest.mark, kind))
        for one in scenarios()
        for kind in one.gateways
        # What these hold is that nobody is there, or looks so; or they reach it by a line of their own.
        if "responder" in one.backends and one.name not in ("fcgi-connect-crash", "scgi-unix", "fcgi-script-filename")
    ],
)
def test_where_nothing_reaches_the_backend_nothing_is_decided(name: str, kind: GatewayKind) -> None:
    one = find(name)
    with Astray(requests=2) as session:
        found = one.run(session, Cell(GatewaySpec(kind), BackendSpec("responder"), one.transports[0]))
    assert found.verdict == "cannot-run", found
    assert found.why.startswith("the gateway does something else here: ")


# An old module


@pytest.fixture(scope="module")
def old_module(tmp_path_factory: pytest.TempPathFactory) -> GatewaySpec:
    """The packaged httpd with the mod_proxy_fcgi of 2.4.9."""
    folder = tmp_path_factory.mktemp("old")
    folder.chmod(0o755)
    shown = ("git", "-C", REPOSITORY, "show", "2.4.9:modules/proxy/mod_proxy_fcgi.c")
    (folder / "mod_proxy_fcgi.c").write_bytes(subprocess.run(shown, capture_output=True, check=True).stdout)
    compiled = ("apxs", "-c", "-Wc,-w", "mod_proxy_fcgi.c")
    subprocess.run(compiled, cwd=folder, capture_output=True, check=True, timeout=PATIENCE)
    return GatewaySpec("httpd", modules={"proxy_fcgi": folder / ".libs/mod_proxy_fcgi.so"})


@pytest.mark.httpd
@pytest.mark.git
@pytest.mark.httpd_git
@pytest.mark.apxs
@cells(
    ("broken-response", "unix", "failed"),
    ("odd-response", "tcp", "passed"),
    ("fcgi-filter-headers", "unix", "failed"),
    ("fcgi-filter-headers", "tcp", "failed"),
    ("fcgi-connect-crash", "unix", "failed"),
    ("fcgi-iobuffersize", "unix", "failed"),
    ("fcgi-iobuffersize", "tcp", "failed"),
    ("fcgi-diagnostics", "unix", "failed"),
    ("fcgi-diagnostics", "tcp", "failed"),
    ("fcgi-body-cpu", "unix", "passed"),  # it never has more to write than there is room for
    ("fcgi-stdin-eof", "unix", "failed"),
    ("fcgi-stdin-eof", "tcp", "passed"),
)
def test_the_module_of_2_4_9(old_module: GatewaySpec, name: str, transport: Transport, verdict: Verdict) -> None:
    found = tried(name, old_module, transport)
    assert found.verdict == verdict, found


# Sanitizers


@pytest.mark.httpd
@pytest.mark.proof
@pytest.mark.parametrize("transport", ["unix", "tcp"])
def test_the_packaged_mod_proxy_uwsgi_does_not_crash(transport: Transport) -> None:
    found = tried("uwsgi-module-crash", GatewaySpec("httpd"), transport, requests=1)
    assert found.verdict == "passed", found
    assert "200 at once: 100 full" in found.figures.notes, found
    assert len([note for note in found.figures.notes if "nothing" not in note]) == len(FAULTS) + 6


@pytest.mark.httpd
@pytest.mark.git
@pytest.mark.httpd_git
@pytest.mark.apxs
@pytest.mark.proof
@pytest.mark.parametrize("planted", [False, True])
def test_what_a_sanitizer_reports_of_mod_proxy_uwsgi_fails(tmp_path: Path, planted: bool) -> None:
    """One addition beyond the largest integer at each response; the module's own code has none."""
    tmp_path.chmod(0o755)
    shown = ("git", "-C", REPOSITORY, "show", "2.4.62:modules/proxy/mod_proxy_uwsgi.c")
    source = subprocess.run(shown, capture_output=True, check=True).stdout.decode()
    place = "r->status_line = apr_pstrdup("
    assert source.count(place) == 1
    if planted:
        source = source.replace(place, "{ volatile int many = 2147483647; many += r->status; }\n" + place)
    (tmp_path / "mod_proxy_uwsgi.c").write_text(source)
    compiled = ("apxs", "-c", "-Wc,-w", "-Wc,-fsanitize=undefined", "mod_proxy_uwsgi.c")
    subprocess.run(compiled, cwd=tmp_path, capture_output=True, check=True, timeout=120)
    gateway = GatewaySpec("httpd", modules={"proxy_uwsgi": tmp_path / ".libs/mod_proxy_uwsgi.so"})
    found = tried("uwsgi-module-crash", gateway, "unix", requests=1)
    assert found.verdict == ("failed" if planted else "passed"), found
    assert found.figures.segfaults == 0
    assert ("signed integer overflow" in found.why) == planted, found


# Their declarations


def test_every_set_with_a_scenario_has_one_that_tells_of_it() -> None:
    known = {one.name: one for one in scenarios()}
    for found in load().sets:
        if found.scenario is not None:
            assert found.scenario in known, found.id
            assert found.id in known[found.scenario].sets


def test_every_fault_of_the_responder_is_in_a_scenario() -> None:
    """A fault that nobody tries on a gateway would tell nobody anything."""
    used = set()
    for path in Path(package.__path__[0]).glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text()))
        used |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert set(FAULTS) - used == set()


def test_every_scenario_has_a_manual() -> None:
    found = scenarios()
    assert len(found) >= 12
    for one in found:
        assert one.manual.splitlines()[0].endswith("?")
        assert "Method" in one.manual
        assert "Faulty:" in one.manual
        assert "Measured" in one.manual
        assert len(one.title) <= 90
        assert "FIXME" not in one.manual
