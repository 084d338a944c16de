"""Servers that are installed: which they are, and the sets that they must have."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.kinds import table
from hpatch.errors import UsageError
from hpatch.lab import installed
from hpatch.lab.backends import uwsgi
from hpatch.lab.gateways import nginx
from hpatch.lab.installed import InstalledServer
from hpatch.lab.kinds import table as kinds
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import BackendSpec, GatewaySpec
from hpatch.patch.sets.load import load


def _claimed(project: str, version: str, *recorded: str) -> set[str]:
    server = InstalledServer(project=project, program=Path("/usr/bin/x"), version=version, wanted=Wanted())
    return {one.id for one in installed.claimed(load(), server, recorded)}


def test_sets_that_an_httpd_must_have() -> None:
    assert _claimed("httpd", "2.4.9", "fcgi-stdin-eof") == {"fcgi-stdin-eof"}
    new = _claimed("httpd", "2.4.62")
    assert "fcgi-body-cpu" in new
    assert not {"fcgi-stdin-eof", "uwsgi-stdin-eof"} & new


def test_sets_that_a_uwsgi_must_have() -> None:
    assert _claimed("uwsgi", "2.0.4", "uwsgi-fcgi-parser") == {"uwsgi-fcgi-parser"}
    new = _claimed("uwsgi", "2.0.21-debian")
    assert {"uwsgi-fcgi-parser", "uwsgi-stdin-eof"} <= new
    assert "fcgi-body-cpu" not in new


@pytest.mark.httpd
def test_an_httpd_is_told_by_its_program(httpd: str) -> None:
    found = installed.find(httpd)
    assert (found.project, str(found.program)) == ("httpd", httpd)


@pytest.mark.uwsgi
@pytest.mark.httpd
def test_a_uwsgi_is_told_by_its_program_and_answers() -> None:
    program = uwsgi.program_of(BackendSpec("uwsgi"))
    found = installed.find(str(program))
    assert (found.project, found.program) == ("uwsgi", program)
    checks = found.checks(lambda text: None)
    assert {"fcgi unix", "http tcp"} <= {one.name for one in checks}
    assert {one.verdict for one in checks} == {"passed"}


def test_a_folder_without_a_server(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no httpd, uWSGI or nginx \(bin/httpd, .*; name the program"):
        installed.find(str(tmp_path))


def test_a_folder_with_several_servers(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("httpd", "uwsgi"):
        (tmp_path / "bin" / name).touch()
    with pytest.raises(UsageError, match=r"has httpd \(\S*/bin/httpd\) and uWSGI \(\S*/bin/uwsgi\); name the program"):
        installed.find(str(tmp_path))


@pytest.mark.uwsgi
def test_a_uwsgi_in_a_folder_that_hpatch_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uwsgi").symlink_to(uwsgi.program_of(BackendSpec("uwsgi")))
    found = installed.find(str(tmp_path))
    assert (found.project, found.program) == ("uwsgi", tmp_path / "bin" / "uwsgi")


def test_a_name_that_the_system_does_not_take() -> None:
    with pytest.raises(UsageError, match="File name too long"):
        installed.find("x" * 300)


@pytest.mark.nginx
def test_an_nginx_is_told_by_its_program_and_answers() -> None:
    program = nginx.program_of(GatewaySpec("nginx"))
    found = installed.find(str(program))
    assert (found.project, found.program) == ("nginx", program)
    checks = {one.name: one.verdict for one in found.checks(lambda text: None)}
    ways = [f"{scheme} {transport}" for scheme in ("http", "fcgi", "scgi", "uwsgi") for transport in ("unix", "tcp")]
    assert checks == dict.fromkeys(["page", *ways], "passed")


@pytest.mark.nginx
def test_an_nginx_that_cannot_be_tried_says_why(tmp_path: Path) -> None:
    program = tmp_path / "nginx"
    program.write_text(
        "#!/bin/sh\nprintf 'nginx version: nginx/1.22.1\\nconfigure arguments: --without-http_rewrite_module\\n' >&2\n"
    )
    program.chmod(0o755)
    (check,) = installed.find(str(program)).checks(lambda text: None)
    assert (check.name, check.verdict) == ("start", "failed")
    assert "was built without http_rewrite_module, which the lab's configuration needs" in check.why


def test_every_kind_of_tree_can_be_built_and_tried() -> None:
    assert set(kinds.KINDS) == set(table.KINDS) == {one.id for one in load().projects}
