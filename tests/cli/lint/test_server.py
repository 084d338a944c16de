"""`hpatch server` without what it needs; with it, tests/language/test_server.py."""

from __future__ import annotations

import sys

import pytest

from tests.support.cli.call import call


def test_without_pygls_one_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    code, out, err = call(capsys, "server")
    assert (code, out) == (4, "")
    assert err == "hpatch: hpatch server needs the library pygls: pip install 'hpatch[server]'\n"


def test_settings_options_that_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "server", "--config", "x.toml", "--no-config")
    assert code == 2
    assert "--config and --no-config exclude each other" in err
