"""`python -m hpatch.facts.make`, as CONTRIBUTING.md tells it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hpatch.facts import directives, modules, parameters, table, versions
from hpatch.facts.make import commands
from hpatch.facts.make.__main__ import main
from hpatch.facts.make.commands import CommandRow, SourceModule, SourceRelease
from hpatch.versions import Version

NEXT = Version(2, 4, 999)


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> SourceRelease:
    """A release that is as the tables have the newest one, but for a directive more and a changed one."""
    newest = versions.since("newest-known")
    found = [
        CommandRow(
            name=one.name,
            module=one.module,
            form=one.form,
            where=one.where,
            not_in=one.not_in,
            inside=one.inside,
            condition=one.condition,
        )
        for one in directives.everything()
        if one.in_version(newest)
    ]
    found = [one._replace(form="TAKE12") if one.name == "ProxyVia" else one for one in found]
    found.append(
        CommandRow(
            name="ProxyNewThing", module="mod_proxy", form="TAKE1", where=frozenset({"RSRC_CONF", "ACCESS_CONF"})
        )
    )
    one = SourceRelease(
        version=NEXT,
        commands=tuple(found),
        modules=tuple(
            SourceModule(one.source, one.identifier, one.platform)
            for one in modules.everything()
            if one.until is None or one.until >= newest
        ),
        keys=frozenset((one.source, one.name) for one in (*parameters.PARAMETERS, *parameters.WORDS.values()))
        | {("set_worker_param", "newkey")},
    )
    monkeypatch.setattr(commands, "of_folder", lambda _folder: one)
    return one


def test_differences_are_told(release: SourceRelease, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tree", "httpd-2.4.999"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[1:] == [
        "  ProxyNewThing mod_proxy: new: TAKE1 RSRC_CONF,ACCESS_CONF",
        "  ProxyVia mod_proxy: was TAKE1 RSRC_CONF, now TAKE12 RSRC_CONF",
        "  parameter newkey: set_worker_param knows it, the table does not",
        "3 differences.",
    ]
    assert out[0].startswith("httpd 2.4.999: ")


def test_a_release_is_written(
    release: SourceRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: table.rows(name) for name in ("directives", "modules", "versions")}
    newest = str(versions.since("newest-known"))
    copy = tmp_path / "data"
    shutil.copytree(Path(table.path("directives")).parent, copy)
    monkeypatch.setattr(table, "_FOLDER", str(copy))
    assert main(["tree", "httpd-2.4.999", "--write"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "The tables of directives and modules are of 2.4.999 now."
    new = ["ProxyNewThing", "mod_proxy", "TAKE1", "RSRC_CONF,ACCESS_CONF", "", "", "2.4.999", "", ""]
    (via,) = (row for row in before["directives"] if row[0] == "ProxyVia")
    after = table.rows("directives")
    assert [row for row in after if row not in before["directives"]] == [
        new,
        [*via[:7], newest, ""],
        ["ProxyVia", "mod_proxy", "TAKE12", "RSRC_CONF", "", "", "2.4.999", "", ""],
    ]
    assert [row for row in before["directives"] if row not in after] == [via]
    assert table.rows("modules") == before["modules"]
    assert [row[2] for row in table.rows("versions") if row[0] == "newest-known"] == ["2.4.999"]
    assert [row for row in table.rows("versions") if row[0] != "newest-known"] == before["versions"][1:]


def test_an_older_release_is_not_written(
    release: SourceRelease, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "of_folder", lambda _folder: release._replace(version=Version(2, 4, 50)))
    assert main(["tree", "httpd-2.4.50", "--write"]) == 3
    assert "an older release cannot be written" in capsys.readouterr().err


def test_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tree", str(tmp_path)]) == 3
    assert main(["module", str(tmp_path / "mod_no.so")]) == 3
    assert main(["httpd", str(tmp_path / "no-httpd")]) == 4
    assert main(["tag", str(tmp_path), "2.4.0"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 4
    assert said[3].startswith('git cannot read "2.4.0" in ')
    assert "fatal: " in said[3]
    assert said[0].startswith("this is not a source of httpd")
    assert said[2].endswith("no-httpd is not installed")


@pytest.mark.httpd
def test_an_installed_httpd_and_a_built_module(httpd: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["httpd", httpd]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "No difference."
    assert main(["module", httpd]) == 0
    assert "ServerName\tcore\tTAKE1\tRSRC_CONF" in capsys.readouterr().out.splitlines()
