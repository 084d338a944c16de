"""`hpatch set` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.patch.repositories import DIFF, Repository, make

Capture = pytest.CaptureFixture[str]
SET = f"""
id = "mine"
title = "Mine\\u001b[31m"
cures = "A fault."
applies = ">=2.4.1"
[[revisions]]
number = 5
patch_id = "{make().patch_id}"
files = ["modules/a.c"]
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hpatch"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "sets" / "mine"
    folder.mkdir(parents=True)
    (folder / "set.toml").write_text(SET)
    return folder.parent


@pytest.fixture
def diffs(tmp_path: Path) -> Path:
    folder = tmp_path / "diffs"
    folder.mkdir()
    (folder / "r5.diff").write_bytes(DIFF)
    return folder


def test_the_list(capsys: Capture, own: Path) -> None:
    code, out, err = call(capsys, "set", "list", "--catalog", own)
    assert (code, err) == (0, "")
    assert "fcgi-iobuffersize" in out
    assert "Mine\\x1b[31m" in out


def test_the_list_for_programs(capsys: Capture) -> None:
    answer = json.loads(call(capsys, "set", "list", "--format", "json").out)
    assert answer["schema"] == "hpatch.sets/1"
    (one,) = (one for one in answer["sets"] if one["id"] == "fcgi-diagnostics")
    assert (one["trunk"], one["branch"]) == ([1592032, 1603122], [1603140, 1604369])
    assert one["prerequisites"] == ["fcgi-filter-headers", "fcgi-iobuffersize"]


def test_one_set(capsys: Capture) -> None:
    out = call(capsys, "set", "show", "fcgi-body-cpu").out
    for text in ("r1592037", "r1605639", "needs:        fcgi-diagnostics", "no 'old_timeout' in it", "r1605642 merged"):
        assert text in out
    (one,) = json.loads(call(capsys, "set", "show", "fcgi-body-cpu", "-f", "json").out)["sets"]
    assert one["id"] == "fcgi-body-cpu"


def test_a_set_that_there_is_not(capsys: Capture) -> None:
    code, out, err = call(capsys, "set", "show", "fcgi-body-cpi")
    assert (code, out) == (2, "")
    assert err == "hpatch: there is no patch set 'fcgi-body-cpi'; did you mean 'fcgi-body-cpu'?\n"


def test_a_broken_catalogue(capsys: Capture, own: Path) -> None:
    (own / "mine" / "set.toml").write_text("id = 5\n")
    code, _, err = call(capsys, "set", "list", "--catalog", own)
    assert (code, err) == (3, f"hpatch: {own}/mine/set.toml:1: id: must be a string that is not empty\n")


def test_fetching_once_is_enough(capsys: Capture, own: Path, diffs: Path, cache: Path) -> None:
    first = call(capsys, "set", "fetch", "mine", "--catalog", own, "--from", diffs)
    assert (first.code, first.err) == (0, "")
    assert "bytes, fetched" in first.out
    again = call(capsys, "set", "fetch", "mine", "--catalog", own)
    assert again.code == 0
    assert "in the cache already" in again.out
    assert [path.name for path in cache.rglob("*.diff")] == [f"httpd-r5-{make().patch_id}.diff"]


def test_fetching_from_git(capsys: Capture, own: Path, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "mirror")
    repository.commit(4, {"modules/a.c": b"".join(b"line %d\n" % number for number in range(1, 21))})
    repository.commit(5, {"modules/a.c": (repository.folder / "modules/a.c").read_bytes().replace(b" 10\n", b" ten\n")})
    answer = call(capsys, "set", "fetch", "mine", "--catalog", own, "--git", repository.folder, "-f", "json")
    assert answer.code == 0
    (one,) = json.loads(answer.out)["revisions"]
    assert (one["name"], one["set"], one["state"]) == ("r5", "mine", "fetched")


def test_another_change_is_refused(capsys: Capture, own: Path, diffs: Path, cache: Path) -> None:
    (diffs / "r5.diff").write_bytes(DIFF.replace(b"ten", b"zehn"))
    code, out, _ = call(capsys, "set", "fetch", "mine", "--catalog", own, "--from", diffs)
    assert code == 3
    assert "as in the catalogue" in out
    assert not list(cache.rglob("*.diff"))


def test_what_is_not_in_the_cache(capsys: Capture) -> None:
    answer = call(capsys, "set", "fetch", "fcgi-memset", "--format", "json")
    assert answer.code == 3
    (one,) = json.loads(answer.out)["revisions"]
    assert (one["state"], one["name"]) == ("missing", "r1591472")


def test_a_dry_run_fetches_nothing(capsys: Capture, own: Path, diffs: Path, cache: Path) -> None:
    code, out, _ = call(capsys, "set", "fetch", "mine", "--catalog", own, "--from", diffs, "--dry-run")
    assert code == 0
    assert "r5 is not in the cache" in out
    assert not list(cache.rglob("*.diff"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--git", "a", "--svn", "file:///b"], "--git, --svn, --web and --from exclude each other"),
        (["--web-base", "http://h"], "--web-base needs --web"),
        (["--svn", "nonsense"], "'nonsense' is not the URL of a Subversion repository"),
    ],
)
def test_options_that_cannot_be(capsys: Capture, options: list[str], message: str) -> None:
    code, _, err = call(capsys, "set", "fetch", "fcgi-memset", *options)
    assert code == 2
    assert message in err
