"""`hpatch config` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
TEXT = 'ServerName a\n<VirtualHost *:80>\n  ProxyPass "/app/" "http://app:8080/" timeout=5\n</VirtualHost>\n'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one configuration, which is the working folder."""
    (tmp_path / "httpd.conf").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_tree(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "config", "tree", ".")
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()[1:3]] == [
        ["1", "ServerName", "a"],
        ["2", "<VirtualHost", "*:80>"],
    ]


def test_tree_as_lines_of_json(site: Path, capsys: Capture) -> None:
    out = call(capsys, "config", "tree", "httpd.conf", "--format", "jsonl").out
    assert [json.loads(line) for line in out.splitlines()] == [
        [0, "ServerName", "a", "httpd.conf", 1],
        [0, "<VirtualHost", "*:80>", "httpd.conf", 2],
        [1, "ProxyPass", '"/app/" "http://app:8080/" timeout=5', "httpd.conf", 3],
    ]


def test_what_httpd_would_not_build(site: Path, capsys: Capture) -> None:
    (site / "httpd.conf").write_text("Listen 80\n<Directory />\n")
    for command in ("tree", "workers"):
        code, out, err = call(capsys, "config", command, ".")
        assert (code, err) == (3, "httpd.conf:2:1: error: <Directory> is never closed\n")
        assert out


def test_what_httpd_only_warns_about(site: Path, capsys: Capture) -> None:
    (site / "httpd.conf").write_text("ServerName ${NOBODY_DEFINES_IT}\n")
    code, _, err = call(capsys, "config", "tree", ".")
    assert code == 0
    assert err.startswith("httpd.conf:1:1: warning: ")


def test_several_configurations(site: Path, capsys: Capture) -> None:
    (site / "b").mkdir()
    (site / "b" / "httpd.conf").touch()
    code, out, err = call(capsys, "config", "tree", ".")
    assert (code, out) == (2, "")
    assert "2 configurations in this folder" in err


def test_a_main_file_among_parts_that_nothing_enables(site: Path, capsys: Capture) -> None:
    """As in a Debian tree."""
    calls = [("config", "tree", "."), ("config", "map", "."), ("config", "who", ".", "http://a/")]
    before = [call(capsys, *words) for words in calls]
    (site / "sites-available").mkdir()
    (site / "sites-available" / "off.conf").write_text("<VirtualHost *:443>\n</VirtualHost>\n")
    assert [call(capsys, *words) for words in calls] == before
    assert [answer.err for answer in before] == ["", "", ""]


def test_workers(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "config", "workers", ".")
    assert (code, err) == (0, "")
    assert "http://app:8080/" in out
    answer = json.loads(call(capsys, "config", "workers", ".", "-f", "json").out)
    assert answer["schema"] == "hpatch.workers/1"
    assert [server["workers"][0]["name"] for server in answer["servers"] if server["workers"]] == ["http://app:8080/"]


def test_who_answers(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "config", "who", ".", "http://a/app/x?y=1")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == [
        "GET http://a/app/x?y=1",
        '  the backend "http://app:8080/x?y=1", by httpd.conf:3',
    ]
    assert any("mod_proxy" in line and "takes" in line for line in lines)


def test_who_answers_as_json(site: Path, capsys: Capture) -> None:
    out = call(capsys, "config", "who", ".", "/app/x", "--host", "a", "--port", "81", "-f", "json").out
    data = valid("who-1", out)
    assert data["request"]["url"] == "http://a:81/app/x"
    assert data["host"]["main"] is True
    assert data["answer"]["kind"] == "unknown"
    assert "DocumentRoot" in data["answer"]["text"]


def test_who_answers_by_a_header(site: Path, capsys: Capture) -> None:
    (site / "httpd.conf").write_text(
        "ServerName a\nRewriteEngine On\nRewriteCond %{HTTP:X-Role} =admin\nRewriteRule ^ http://app/ [P]\n"
    )
    given = call(capsys, "config", "who", ".", "/", "--header", "X-Role: admin", "-f", "json")
    data = valid("who-1", given.out)
    assert data["request"]["headers"] == [{"name": "x-role", "value": "admin"}]
    assert data["answer"]["kind"] == "proxy"
    unknown = call(capsys, "config", "who", ".", "/")
    assert 'the value of "%{HTTP:X-Role}" is not known' in unknown.out
    wrong = call(capsys, "config", "who", ".", "/", "--header", "X-Role")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)


@pytest.mark.parametrize("url", ["x", "ftp://a/", "", "http://a:99999/"])
def test_who_answers_what_is_no_url(url: str, site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "config", "who", ".", url)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_who_answers_in_what_httpd_would_not_build(site: Path, capsys: Capture) -> None:
    (site / "httpd.conf").write_text("DocumentRoot /w\n<Directory />\n")
    code, out, err = call(capsys, "config", "who", ".", "/x")
    assert code == 3
    assert "never closed" in err and '"/w/x"' in out


def test_who_answers_with_the_only_port(site: Path, capsys: Capture) -> None:
    (site / "httpd.conf").write_text("Listen 127.0.0.1:8080\nDocumentRoot /w\n")
    out = call(capsys, "config", "who", ".", "/x", "--client", "10.0.0.1").out
    assert out.splitlines()[0] == "GET /x at port 8080, without a name (--host NAME)"
    assert call(capsys, "config", "who", ".", "/x", "--client", "x").code == 2


@pytest.mark.parametrize("arguments", [("tree", "FILE"), ("workers", "FILE"), ("who", "FILE", "/x")])
def test_of_a_file_that_cannot_be_read_nothing_is_shown(
    arguments: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    missing = str(tmp_path / "none.conf")
    code, out, err = call(capsys, "config", *(missing if word == "FILE" else word for word in arguments))
    assert (code, out) == (3, "")
    assert err == f'hpatch: cannot read "{missing}": No such file or directory\n'
