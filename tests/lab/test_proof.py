"""The workaround proved on Debian's own source and packages, and what verifying leaves behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hpatch.lab.bundle import store
from tests.support.build.debian_source import debian_source
from tests.support.lab.verify import MODULE, MODULE_ONLY, a_set, verify
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def tree() -> Path:
    return debian_source()


@pytest.fixture(scope="module")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all whole builds: the first of them takes a minute."""
    return tmp_path_factory.mktemp("verify") / "build"


def halves(answer: Any) -> dict[str, tuple[Any, Any]]:
    """Results before and after, by transport."""
    return {row["before"]["transport"]: (row["before"], row["after"]) for row in answer["rows"]}


@pytest.mark.httpd
@pytest.mark.proves("fcgi-stdin-eof", "fcgi-stdin-coalesce")
def test_both_sets_together_are_proved(tree: Path) -> None:
    answer = verify("--tree", tree, *MODULE_ONLY, set="fcgi-stdin-coalesce")
    assert answer["ok"]
    assert {one["id"]: one["proved"] for one in answer["sets"]} == {"fcgi-stdin-eof": True, "fcgi-stdin-coalesce": True}
    shown = {row["before"]["scenario"]: row["shown"] for row in answer["rows"]}
    assert shown == {"fcgi-stdin-eof": "proved", "fcgi-stdin-coalesce": "proved"}


@pytest.mark.httpd
@pytest.mark.proves("fcgi-stdin-eof")
@pytest.mark.parametrize("whole", [False, True], ids=["module-only", "whole"])
def test_the_fault_is_there_before_and_not_after(tree: Path, build_dir: Path, whole: bool, tmp_path: Path) -> None:
    before = (tree / MODULE).stat()
    bundle = tmp_path / "bundle.tar"
    way = ("--build-dir", build_dir) if whole else (*MODULE_ONLY, "--twice")
    answer = verify("--tree", tree, *way, "--bundle", bundle)
    assert answer["ok"]
    assert whole or answer["again"] == {"same": True, "files": 1, "differences": [], "failure": None}
    _tells_of(bundle, answer, whole=whole)
    assert set(halves(answer)) == {"unix", "tcp"}
    for first, second in halves(answer).values():
        assert first["verdict"] == "failed"
        assert first["figures"]["outcomes"]["503"] == first["figures"]["requests"] > 0
        assert second["verdict"] == "passed"
        assert second["figures"]["outcomes"]["full"] == second["figures"]["requests"] > 0
    assert {one["name"] for one in answer["checks"]} >= {"page", "http unix", "fcgi tcp", "uwsgi unix"}
    assert not any(one["worse"] for one in answer["checks"])
    now = (tree / MODULE).stat()
    assert (now.st_mtime_ns, now.st_ino, now.st_size) == (before.st_mtime_ns, before.st_ino, before.st_size)
    assert not (tree / ".hpatch").exists()


def _tells_of(file: Path, answer: Any, *, whole: bool) -> None:
    """Whether a bundle tells of this proof, and not of this machine."""
    found = store.read(file).bundle
    assert found.proof is not None and found.build is not None
    assert (found.outcome, found.proof.again is None) == ("proved", answer["again"] is None)
    assert [row.shown for row in found.proof.rows] == [row["shown"] for row in answer["rows"]]
    assert (found.build.kind, found.build.compiler is None) == ("whole" if whole else "modules", False)
    assert ("--with-mpm=event" in found.build.configure) == whole
    before, after = (made.files for made in found.made)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == ({"httpd"} if whole else {"mod_proxy_fcgi.so"})
    assert any("AH01075" in one.text for log in found.logs if log.moment == "before" for one in log.messages)
    content = file.read_bytes()
    for private in (tempfile.gettempdir(), os.environ.get("HOME", "/root"), "/hpatch-"):
        assert f"{private}/".encode() not in content


@pytest.mark.httpd
@pytest.mark.parametrize("whole", [False, True], ids=["module-only", "whole"])
def test_an_old_uwsgi_loses_no_response_any_more(tree: Path, build_dir: Path, whole: bool) -> None:
    load = ("--backend", "uwsgi@2.0.4", "--transport", "unix", "--threads", 4, "--requests", 2000)
    answer = verify("--tree", tree, *load, *(("--build-dir", build_dir) if whole else MODULE_ONLY))
    assert answer["ok"]
    ((first, second),) = halves(answer).values()
    assert first["figures"]["requests"] >= 4000
    assert first["figures"]["outcomes"]["503"] > 0
    assert second["figures"]["requests"] >= 4000
    assert second["figures"]["outcomes"]["full"] == second["figures"]["requests"]


def _part(tree: Path, copy: Path) -> Path:
    """A copy of what single modules of mod_proxy take."""
    for path in ("include", "modules/proxy", "configure", "CHANGES"):
        source, target = tree / path, copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    return copy


@pytest.mark.httpd
def test_a_set_that_cures_nothing_is_found_out(tree: Path, tmp_path: Path) -> None:
    sets = a_set(tmp_path, tree, "/* nothing */", 'scenario = "fcgi-stdin-eof"\n')
    answer = verify("--tree", tree, "--catalog", sets, "--transport", "unix", *MODULE_ONLY, set="other", code=1)
    assert [row["shown"] for row in answer["rows"]] == ["not-cured"]
    assert answer["sets"] == [{"id": "other", "needed_by": [], "proved": False}]


@pytest.mark.httpd
def test_a_set_that_does_not_compile_is_found_out(tree: Path, tmp_path: Path) -> None:
    sets = a_set(tmp_path, tree, "int broken(void) { return undeclared; }", "")
    options = ("--catalog", sets, "--transport", "unix", *MODULE_ONLY, "--bundle", tmp_path / "bundle")
    answer = verify("--tree", tree, *options, set="other", code=1)
    assert f"{MODULE}:" in answer["failure"] and "undeclared" in answer["failure"]
    assert answer["rows"] == []
    bundle = store.read(tmp_path / "bundle").bundle
    assert bundle.outcome == "not-proved"
    assert any("undeclared" in line for line in bundle.build_log)


@pytest.mark.httpd
def test_a_set_that_crashes_httpd_is_found_out(tree: Path, tmp_path: Path) -> None:
    line = "__attribute__((constructor)) static void crash(void) { __builtin_trap(); }"
    sets = a_set(tmp_path, tree, line, "")
    answer = verify("--tree", tree, "--catalog", sets, "--transport", "unix", *MODULE_ONLY, set="other", code=1)
    assert [(one["name"], one["worse"]) for one in answer["checks"]] == [("start", True)]
    assert all(row["after"]["verdict"] == "cannot-run" for row in answer["rows"])
    assert not answer["ok"] and not answer["undecided"]


@pytest.mark.httpd
def test_a_tree_whose_httpd_does_not_start_is_nothing_to_compare_with(tree: Path, tmp_path: Path) -> None:
    """Also a set without behaviour of its own is not proved there: nothing is worse where nothing runs."""
    copy = _part(tree, tmp_path / "tree")
    sets = a_set(tmp_path / "sets", tree, "/* nothing */", "")
    line = "__attribute__((constructor)) static void crash(void) { __builtin_trap(); }"
    (copy / MODULE).write_text(f"{line}\n{(copy / MODULE).read_text()}")
    command = [sys.executable, "-m", "hpatch", "verify", "other", "--tree", copy, "--catalog", sets, *MODULE_ONLY]
    bundle = tmp_path / "bundle"
    done = subprocess.run([*command, "--bundle", bundle], capture_output=True, text=True, timeout=600, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert "hpatch: the httpd as it is cannot be tried: " in done.stderr
    found = store.read(bundle).bundle
    assert found.outcome == "failed" and (found.why or "").startswith("the httpd as it is cannot be tried: ")


@pytest.mark.httpd
def test_what_cannot_run_is_no_proof(tree: Path, tmp_path: Path) -> None:
    no_uwsgi = tmp_path / "uwsgi"
    no_uwsgi.write_text("#!/bin/sh\nexit 1\n")
    no_uwsgi.chmod(0o755)
    backend = ("--backend", f"uwsgi:{no_uwsgi}", "--transport", "unix", "--threads", 1)
    answer = verify("--tree", tree, *backend, *MODULE_ONLY, code=4)
    assert {row["shown"] for row in answer["rows"]} == {"cannot-run"}
    assert answer["undecided"] and not answer["ok"]


@pytest.mark.httpd
def test_in_place_leaves_the_tree_patched(tree: Path, tmp_path: Path) -> None:
    copy = _part(tree, tmp_path / "tree")
    answer = verify("--tree", copy, "--in-place", "--transport", "unix", *MODULE_ONLY)
    assert answer["ok"] and answer["in_place"]
    assert (copy / MODULE).read_bytes() != (tree / MODULE).read_bytes()
    assert (copy / ".hpatch").is_dir()


def _below(folder: Path) -> list[int]:
    """Processes that have the folder in their command line or their working folder."""
    mark = os.fsencode(folder)
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                told = (process / "cmdline").read_bytes() + os.fsencode((process / "cwd").readlink())
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark in told and state not in "ZX":
                found.append(int(process.name))
    return found


@pytest.fixture
def killed(tree: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "hpatch",
        "verify",
        "fcgi-stdin-eof",
        "--tree",
        tree,
        "--build-dir",
        tmp_path / "b",
        "--bundle",
        tmp_path / "bundle.tar",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_verification_that_is_killed_while_it_compiles_leaves_no_process(
    killed: subprocess.Popen[bytes], tmp_path: Path, number: int
) -> None:
    log = tmp_path / "b" / "build" / "build.log"
    limit = time.monotonic() + 300
    while not (log.exists() and b"--mode=compile" in log.read_bytes()):
        assert killed.poll() is None and time.monotonic() < limit
        time.sleep(0.1)
    assert len(_below(tmp_path / "b")) > 1
    killed.send_signal(number)
    killed.wait(PATIENCE)
    limit = time.monotonic() + PATIENCE
    while _below(tmp_path / "b") and time.monotonic() < limit:
        time.sleep(0.1)
    assert _below(tmp_path / "b") == []
    bundles = [path.name for path in tmp_path.iterdir() if "bundle" in path.name]
    if number == signal.SIGKILL:
        assert bundles == []
    else:
        found = store.read(tmp_path / "bundle.tar").bundle
        assert (bundles, found.outcome, found.steps[-1].name) == (["bundle.tar"], "interrupted", "build before")
