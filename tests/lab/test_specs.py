"""Gateways and backends as users name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.errors import UsageError
from hpatch.lab import specs
from hpatch.lab.model import BackendSpec, GatewaySpec


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    for name in ("bin/httpd", "sbin/nginx", "uwsgi"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_gateways(prefix: Path) -> None:
    files = {"proxy_fcgi": Path("mod_proxy_fcgi.so")}
    httpd, nginx = prefix / "bin/httpd", prefix / "sbin/nginx"
    assert specs.gateway("httpd", files) == GatewaySpec("httpd", None, files)
    assert specs.gateway(f"httpd:{prefix}") == specs.gateway(f"httpd:{httpd}") == GatewaySpec("httpd", httpd)
    assert specs.gateway("nginx", files) == GatewaySpec("nginx")
    assert specs.gateway(f"nginx:{prefix}") == specs.gateway(f"nginx:{nginx}") == GatewaySpec("nginx", nginx)


def test_backends(prefix: Path) -> None:
    assert specs.backend("responder") == BackendSpec("responder")
    assert specs.backend("uwsgi") == BackendSpec("uwsgi")
    assert specs.backend(f"uwsgi:{prefix}") == BackendSpec("uwsgi", prefix / "uwsgi")
    assert specs.backend("uwsgi@2.0.4") == BackendSpec("uwsgi", None, "2.0.4")
    assert specs.backend("uwsgi@latest") == BackendSpec("uwsgi", None, "latest")


def test_a_relative_path_is_made_absolute(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prefix)
    assert specs.gateway("httpd:.").program == prefix / "bin/httpd"


@pytest.mark.parametrize("text", ["proxy_fcgi=x.so", "mod_proxy_fcgi=x.so", "proxy_fcgi_module=x.so"])
def test_modules(text: str) -> None:
    assert specs.module(text) == ("proxy_fcgi", Path("x.so"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("apache", "is not a gateway"),
        ("httpd:", "needs a program, or the folder"),
        ("httpd:/none", "/none: there is no such program"),
        ("nginx:{}", "has no nginx"),
    ],
)
def test_what_is_no_gateway(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        specs.gateway(text.format(tmp_path))


@pytest.mark.parametrize(
    "text", ["", "python", "responder:x", "uwsgi@", "uwsgi@../x", "uwsgi@2.0.4; id", "uwsgi:/none"]
)
def test_what_is_no_backend(text: str) -> None:
    with pytest.raises(UsageError):
        specs.backend(text)


@pytest.mark.parametrize("text", ["", "proxy_fcgi", "=x.so", "proxy_fcgi=", "a b=x.so", "a\nListen 80\n#=x.so"])
def test_what_is_no_module(text: str) -> None:
    with pytest.raises(UsageError, match="is not NAME=FILE"):
        specs.module(text)


def test_a_name_that_the_system_does_not_take() -> None:
    with pytest.raises(UsageError, match="File name too long"):
        specs.program("httpd", "x" * 300)
