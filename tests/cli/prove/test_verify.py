"""`hpatch verify` and `hpatch smoke` as a user calls them, as far as nothing is built."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli.call import Answer, call
from tests.support.cli.tree import MODULE, catalog, snapshot
from tests.support.lab.interrupting import in_the_second_session

Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Verify on the tree, with the sets."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sets = catalog(tmp_path)
    return lambda *arguments: call(capsys, "verify", *arguments, "--tree", tree, "--catalog", sets)


def test_a_dry_run_shows_what_would_be_tried_and_changes_nothing(run: Run, tree: Path, tmp_path: Path) -> None:
    before = snapshot(tree)
    code, out, err = run("two", "--dry-run", "--transport", "unix")
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "would be applied in a copy: one, two"
    assert out.splitlines()[2] == "exchanges of all kinds would be compared before and after"
    rows = [line.split() for line in out.splitlines()[5:]]
    # They have no behaviour of their own, so all others are to stay as they are.
    assert ["fcgi-stdin-eof", "others", "responder", "unix"] in rows
    assert {row[-1] for row in rows} == {"unix"}
    assert snapshot(tree) == before
    assert not (tmp_path / "cache/hpatch/builds").exists()
    code, out, err = run("two", "--dry-run", "--format", "json")
    assert (code, err) == (0, "")
    assert [one["id"] for one in json.loads(out)["sets"]] == ["one", "two"]
    assert json.loads(out)["files"] == [MODULE]


def test_a_dry_run_names_all_that_would_be_done(run: Run, tree: Path, tmp_path: Path) -> None:
    own = tree / "test/pyhttpd/env.py"
    own.parent.mkdir(parents=True)
    (tree / "test/modules/proxy").mkdir(parents=True)
    own.touch()
    arguments = ("two", "--dry-run", "--twice", "--in-place", "--mpm", "event,worker", "--sanitize", "address")
    arguments += ("--bundle", str(tmp_path / "proof.tar"), "--suite", "pytest:modules/proxy", "--format", "json")
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["how"].count("with -fsanitize=address") == 2
    assert told["also"] == [
        "exchanges of all kinds would be compared before and after with each of the MPMs event, worker",
        "httpd's own tests would run before and after: test/modules/proxy",
        "the patched tree would be built a second time elsewhere, and the files compared",
        f"the proof would be written to {tmp_path / 'proof-event.tar'}, {tmp_path / 'proof-worker.tar'}",
        f"the sets would be applied to {tree} if the proof holds",
    ]
    _, text, _ = run(*arguments[:-2])
    assert set(told["also"]) <= set(text.splitlines())
    assert not list(tmp_path.glob("proof*"))


@pytest.mark.parametrize("path", ["modules/none", "/etc", "../test/modules"])
def test_tests_that_are_not_there_are_missed_before_anything_is_built(run: Run, tree: Path, path: str) -> None:
    own = tree / "test/pyhttpd/env.py"
    own.parent.mkdir(parents=True)
    (tree / "test/modules").mkdir()
    own.touch()
    code, out, err = run("two", "--dry-run", "--suite", f"pytest:{path}")
    assert (code, out) == (3, "")
    assert err.endswith(f"test: there are no tests '{path}'\n")
    own.unlink()
    code, _, err = run("two", "--dry-run", "--suite", "pytest")
    assert code == 3
    assert "has no tests for pytest" in err


def test_the_frameworks_folder_is_named_or_in_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run("two", "--dry-run", "--suite", f"perl:{tmp_path / 'none'},t/a")
    assert code == 3
    assert f"{tmp_path / 'none'}: is no copy of httpd's test framework" in err
    monkeypatch.setenv("HPATCH_HTTPD_TESTS", str(tmp_path / "other"))
    code, _, err = run("two", "--dry-run", "--suite", "perl")
    assert code == 3
    assert f"{tmp_path / 'other'}: is no copy of httpd's test framework" in err


def test_what_does_not_apply_is_shown(run: Run, tree: Path) -> None:
    (tree / MODULE).write_text((tree / MODULE).read_text().replace("line 12\n", "another 12\n"))
    code, out, err = run("two")
    assert (code, err) == (1, "")
    assert "hunk" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "there is no patch set 'nothing'"),
        (("one", "--httpd", "/usr/sbin/apache2"), "--httpd and --apxs need --module-only"),
        (("one", "--module-only", "--configure-arg=--x"), "--configure-arg does not apply to --module-only"),
        (("one", "--mpm", "worker,winnt"), "--mpm 'worker,winnt': event, worker, prefork"),
        (("one", "--suite", "perl"), "--suite 'perl' needs a copy of httpd's test framework: perl:DIR, or DIR in "),
        (("one", "--suite", "perl:"), "--suite 'perl:': pytest, or pytest:PATH,..."),
        (("one", "--suite", "ruby"), "--suite 'ruby': pytest, or pytest:PATH,..."),
        (("one", "--suite", "pytest:"), "--suite 'pytest:'"),
        (("one", "--sanitize", "leak"), "--sanitize 'leak': address, undefined, or both"),
        (("one", "--transport", "pigeon"), "--transport 'pigeon'"),
        (("one", "--backend", "pigeon"), "'pigeon' is not a backend"),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_set_that_is_there_already(capsys: pytest.CaptureFixture[str], run: Run, tree: Path, tmp_path: Path) -> None:
    assert call(capsys, "apply", "one", "--tree", tree, "--catalog", tmp_path / "sets").code == 0
    code, _, err = run("one")
    assert code == 2
    assert "has one already, so there is no tree without it to compare with" in err


@pytest.mark.httpd
def test_module_only(run: Run) -> None:
    code, _, err = run("one", "--module-only", "--any-version", "--dry-run")
    assert (code, err) == (0, "")  # mod_small, by its name
    code, _, err = run("one", "--module-only", "--apxs", "/nowhere/apxs")
    assert code == 4
    assert "apache2-dev" in err


@pytest.mark.httpd
def test_smoke(capsys: pytest.CaptureFixture[str], httpd: str, tmp_path: Path) -> None:
    code, out, err = call(capsys, "smoke", httpd, "--sets", "scgi-unix", "--format", "json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert (answer["verdict"], answer["sets"], answer["silent"]) == ("passed", ["scgi-unix"], [])
    assert [one["scenario"] for one in answer["results"]] == ["scgi-unix"]
    assert call(capsys, "smoke", tmp_path).code == 2
    assert call(capsys, "smoke", httpd, "--sets", "nothing").code == 2
    assert call(capsys, "smoke", httpd, "--sets", "scgi-unix,uwsgi-stdin-eof").code == 2


@pytest.mark.httpd
def test_smoke_refuses_a_set_that_it_cannot_try(capsys: pytest.CaptureFixture[str], httpd: str) -> None:
    code, out, err = call(capsys, "smoke", httpd, "--sets", "scgi-unix,fcgi-memset")
    assert (code, out) == (2, "")
    assert err == "hpatch: 'fcgi-memset' has no scenario, so hpatch cannot try it; leave it out of --sets\n"


@pytest.mark.httpd
def test_smoke_tries_a_set_of_the_users_with_its_scenario(
    capsys: pytest.CaptureFixture[str], httpd: str, tmp_path: Path
) -> None:
    sets = catalog(tmp_path)
    (sets / "one/set.toml").write_text(f'scenario = "scgi-unix"\n{(sets / "one/set.toml").read_text()}')
    code, out, err = call(capsys, "smoke", httpd, "--catalog", sets, "--sets", "one", "--format", "json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert (answer["silent"], [one["scenario"] for one in answer["results"]]) == ([], ["scgi-unix"])


@pytest.mark.httpd
def test_an_interrupted_smoke_tells_what_it_has_seen(httpd: str) -> None:
    found = in_the_second_session("smoke", httpd, "--sets", "fcgi-body-cpu")
    assert found.code == 130
    assert b"9 passed" in found.out
    told = b"the checks were done, 0 of 1 scenarios were run; all that was started has ended"
    assert found.err == b"hpatch: interrupted: " + told + b"\n"


def test_smoke_tries_no_sets_where_the_httpd_does_not_start(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    program = tmp_path / "httpd"
    program.write_text("#!/bin/sh\n[ $1 = -V ] && echo 'Server version: Apache/2.4.62 (Unix)'\nexit 1\n")
    program.chmod(0o755)
    code, out, err = call(capsys, "smoke", program, "--sets", "fcgi-stdin-eof", "--format", "json")
    assert (code, err) == (1, "")
    answer = json.loads(out)
    assert ([one["name"] for one in answer["checks"]], answer["results"]) == (["start"], [])


@pytest.fixture
def uwsgi(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Verify a set on a small tree that passes for uWSGI 2.0.4."""
    root, sets = tmp_path / "uwsgi", tmp_path / "sets/own"
    (root / "core").mkdir(parents=True)
    (root / "uwsgiconfig.py").write_text("uwsgi_version = '2.0.4'\n")
    (root / "core/small.c").write_text("one\ntwo\n")
    sets.mkdir(parents=True)
    (sets / "change.diff").write_text("--- a/core/small.c\n+++ b/core/small.c\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n")
    (sets / "set.toml").write_text(
        'id = "own"\ntitle = "Own"\ncures = "Nothing."\nproject = "uwsgi"\napplies = ">=2.0.4"\n'
        '[[variants]]\nversions = ">=2.0.4"\ndiff = "change.diff"\n'
        '[[recognise]]\nfile = "core/small.c"\npresent = ["three"]\n'
    )
    return lambda *arguments: call(
        capsys, "verify", "own", *arguments, "--tree", root, "--catalog", sets.parent, "--dry-run"
    )


def test_a_tree_of_uwsgi_is_tried_as_the_backend(uwsgi: Run) -> None:
    code, out, err = uwsgi("--format", "json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["tree"]["project"], told["how"]) == (
        "uwsgi",
        "uWSGI by its uwsgiconfig.py, behind the installed httpd",
    )
    assert told["files"] == ["core/small.c"]
    assert {one["backend"] for one in told["experiments"]} == {"uwsgi"}
    assert "uwsgi-stdin-eof" in {one["scenario"] for one in told["experiments"]}
    _, text, _ = uwsgi()
    assert ": uwsgi 2.0.4, uWSGI by its uwsgiconfig.py" in text.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--module-only",), "does not apply to a tree of uWSGI; leave it out"),
        (("--mpm", "worker"), "does not apply to a tree of uWSGI; leave it out"),
        (("--sanitize", "address"), "does not apply to a tree of uWSGI; leave it out"),
        (("--configure-arg=--x",), "does not apply to a tree of uWSGI; leave it out"),
        (("--backend", "uwsgi"), "--backend does not apply to a tree of uWSGI, which is the backend itself"),
    ],
)
def test_what_does_not_apply_to_a_tree_of_uwsgi(uwsgi: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = uwsgi(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_set_of_uwsgi_does_not_apply_to_httpd(run: Run) -> None:
    code, out, err = run("uwsgi-stdin-eof")
    assert (code, err) == (1, "")
    assert "for uwsgi, and this is httpd" in out
