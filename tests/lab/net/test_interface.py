"""What the files of an httpd have for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.net import interface

pytestmark = pytest.mark.httpd


@pytest.fixture(scope="module")
def module() -> Path:
    folder = modules.folder(httpd.program_of(GatewaySpec("httpd")))
    assert folder is not None
    return folder / "mod_proxy.so"


def changed(module: Path, place: Path, old: bytes, new: bytes) -> GatewaySpec:
    place.write_bytes(module.read_bytes().replace(old, new))
    return GatewaySpec("httpd", modules={"proxy": place})


def test_what_is_gone_or_new_is_named(module: Path, tmp_path: Path) -> None:
    before, place = GatewaySpec("httpd"), tmp_path / "mod_proxy.so"
    assert interface.compare(before, before) == interface.Interface((), ())
    assert interface.compare(before, changed(module, place, b"", b"")).differences == ()
    found = interface.compare(before, changed(module, place, b"\0ProxyVia\0", b"\0ProxyVib\0"))
    assert [(one.name, one.before != "", one.after != "") for one in found.differences] == [
        ("interface: the directive ProxyVia of mod_proxy", True, False),
        ("interface: the directive ProxyVib of mod_proxy", False, True),
    ]
    found = interface.compare(before, changed(module, place, b"\0ap_proxy_c2hex\0", b"\0no_proxy_c2hex\0"))
    assert [one.name for one in found.differences] == ["interface: the name ap_proxy_c2hex in mod_proxy"]


def test_a_file_that_cannot_be_read_is_not_compared(tmp_path: Path) -> None:
    place = tmp_path / "mod_proxy.so"
    place.write_text("of another machine")
    found = interface.compare(GatewaySpec("httpd"), GatewaySpec("httpd", modules={"proxy": place}))
    assert found == interface.Interface((), ("directives and exported names (cannot be read from mod_proxy)",))
