"""`hpatch verify --across` as a user calls it, as far as nothing is built."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli.call import Answer, call
from tests.support.cli.tree import catalog
from tests.support.lab.leftovers import nothing_left
from tests.support.lab.versions import repository, slow
from tests.support.patience import PATIENCE
from tests.support.report.schema import valid

pytestmark = pytest.mark.git
Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Verify across, with the sets."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HPATCH_HTTPD_GIT", raising=False)
    sets = catalog(tmp_path)
    made = repository(tmp_path / "git")
    slow(made, tmp_path / "begun")
    return lambda *arguments: call(capsys, "verify", *arguments, "--catalog", sets)


def test_what_is_there_already_is_a_yes_and_is_kept(run: Run, tmp_path: Path) -> None:
    arguments = ("one", "two", "--across", "2.4.10", "--git", tmp_path / "git")
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert out.splitlines()[3] == "2.4.10  there already  there already"
    code, out, err = run(*arguments, "--format", "json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert [cell["kept"] for row in answer["rows"] for cell in row["cells"]] == [True, True]
    assert answer["state"] == str(tmp_path / "cache" / "hpatch" / "across")


def test_the_environment_may_name_the_repository(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("one", "--across", "2.4.10").code == 2
    monkeypatch.setenv("HPATCH_HTTPD_GIT", str(tmp_path / "git"))
    assert run("one", "--across", "2.4.10", "--state", tmp_path / "state").code == 0
    assert len(list((tmp_path / "state").iterdir())) == 1


def test_a_tree_that_cannot_be_built_is_no_answer(run: Run, tmp_path: Path) -> None:
    """That of 2.4.9 has no configure."""
    code, out, err = run("one", "--across", "2.4.9,2.4.10", "--git", tmp_path / "git")
    assert (code, err) == (4, "")
    assert "2.4.9, one: error: " in out
    assert "2.4.10  there already" in out


def test_each_mpm_is_a_row(run: Run, tmp_path: Path) -> None:
    code, out, err = run("one", "--across", "all", "--git", tmp_path / "git", "--mpm", "worker,event", "--dry-run")
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()[3:9]] == [
        [tag, mpm] for tag in ("2.4.8", "2.4.9", "2.4.10") for mpm in ("worker", "event")
    ]
    assert list((tmp_path / "cache/hpatch/across").iterdir()) == []


@pytest.mark.parametrize(
    ("more", "where"),
    [
        (("--workers", "2"), "on this machine, 2 at once"),
        (("--workers", "9"), "on this machine, 3 at once"),
        (("--dask", "tcp://10.0.0.1:8786"), "by the Dask cluster at tcp://10.0.0.1:8786"),
    ],
)
def test_a_dry_run_says_how_and_where(run: Run, tmp_path: Path, more: tuple[str, ...], where: str) -> None:
    arguments = ("one", "--across", "all", "--git", tmp_path / "git", "--sanitize", "address", "--dry-run")
    code, out, err = run(*arguments, *more, "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["how"] == f"httpd with the MPM event, with -fsanitize=address, {where}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("one", "--across", "2.4.7"), "has no tag '2.4.7'"),
        (("one", "--across", "2.4.9", "--tree", "x"), "leave out --tree"),
        (("one", "--across", "2.4.9", "--in-place"), "--in-place"),
        (("one", "--state", "x"), "need --across"),
        (("one", "--workers", "2"), "need --across"),
        (("one", "--dask", "x"), "need --across"),
        (("one", "--across", "2.4.9", "--mpm", "event,winnt"), "--mpm 'event,winnt': event, worker, prefork"),
        (("nothing", "--across", "2.4.9"), "there is no patch set 'nothing'"),
        (("uwsgi-stdin-eof", "one", "--across", "2.4.9"), "'uwsgi-stdin-eof' is for uwsgi, and 'one' for httpd"),
        (("nginx-empty-response", "--across", "2.4.9"), "'nginx-empty-response' is for nginx, and --across"),
        (("uwsgi-stdin-eof", "--across", "2.3.9"), "has no tag '2.3.9'"),
        (("uwsgi-stdin-eof", "--across", "all"), "has no tag of a release (2.0.21, 2.0.31, …)"),
        (("uwsgi-stdin-eof", "--across", "2.0.4", "--module-only"), "--module-only does not apply to a tree of uWSGI"),
        (("one", "--across", "2.4.9", "--twice"), "leave out --across"),
        (("one", "--across", "2.4.9", "--bundle", "x.tar"), "it is a folder"),
        (("one", "--across", "2.4.9", "--bundle", "x", "--dask", "tcp://127.0.0.1:1"), "leave out --dask"),
    ],
)
def test_wrong_usage(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments, "--git", tmp_path / "git")
    assert (code, out) == (2, "")
    assert said in err


def test_releases_of_uwsgi_need_no_repository(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HPATCH_UWSGI_GIT", raising=False)
    arguments = ("uwsgi-lingering-close", "--across", "2.0.21,2.0.31", "--dry-run")
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()[2:5]] == [
        ["uwsgi", "uwsgi-lingering-close"],
        ["2.0.21", "to", "do"],
        ["2.0.31", "to", "do"],
    ]
    answer = valid("across-1", run(*arguments, "--format", "json").out)
    assert answer["project"] == "uwsgi"
    assert answer["how"].startswith("uWSGI by its uwsgiconfig.py, behind the installed httpd, on this machine")
    assert [(row["tag"], row["commit"]) for row in answer["rows"]] == [("2.0.21", ""), ("2.0.31", "")]
    assert run("uwsgi-lingering-close", "--across", "all").err == (
        "hpatch: --across all needs --git DIR; name the versions: 2.0.21,2.0.31\n"
    )


def test_a_cell_without_a_proof_has_no_bundle(run: Run, tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    code, _, err = run("one", "--across", "2.4.10", "--git", tmp_path / "git", "--bundle", bundles)
    assert (code, err) == (0, f"hpatch: {bundles} has 0 bundles now\n")
    assert list(bundles.iterdir()) == []


@pytest.mark.toolchain
def test_an_interrupt_shows_what_is_known_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hpatch", "verify", "one", "--across", "2.4.10,slow", "--git", tmp_path / "git"]
    command += ["--catalog", tmp_path / "sets", "--workers", "1"]
    with (
        nothing_left(),
        subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ, text=True
        ) as running,
    ):
        limit = time.monotonic() + PATIENCE
        while not (tmp_path / "begun").exists():
            assert running.poll() is None and time.monotonic() < limit
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert err == "hpatch: interrupted: 1 of 2 cells are known; the same command goes on from there\n"
    assert [line.split() for line in out.splitlines()[3:5]] == [["2.4.10", "there", "already"], ["slow", "to", "do"]]
