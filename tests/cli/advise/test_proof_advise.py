"""What a configuration needs on Debian's own source: advised, interrupted, carried out, and gone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.build.debian_source import debian_source
from tests.support.cli.tree import snapshot
from tests.support.lab.interrupting import in_the_second_session
from tests.support.lab.verify import MODULE
from tests.support.report.schema import valid

pytestmark = [pytest.mark.proof, pytest.mark.httpd, pytest.mark.apxs]

CONFIG = 'ServerName www.example.org\nListen 8080\nProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"\n'
INSTANCE = "[uwsgi]\nfastcgi-socket = /run/app.sock\nmaster = true\nthreads = 4\n"


@pytest.mark.proves("fcgi-stdin-eof")
def test_a_tree_gets_what_a_configuration_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree, prefix = tmp_path / "tree", tmp_path / "prefix"
    shutil.copytree(debian_source(), tree, symlinks=True)
    (tmp_path / "a.conf").write_text(CONFIG)
    (tmp_path / "app.ini").write_text(INSTANCE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    words = ["advise", "a.conf", "--uwsgi", "app.ini", "--tree", str(tree)]
    told = _answer(words, 1)
    assert told["sets"] == ["fcgi-stdin-eof"]
    before = snapshot(tree)
    words += ["--apply", "--prefix", str(prefix), "--module-only", "--httpd", "/usr/sbin/apache2"]
    ended = in_the_second_session(*words)
    assert ended.code == 130, ended.err
    assert b"no step is done" in ended.err
    assert b"tree is as it was; the same command goes on with prove" in ended.err
    assert snapshot(tree) == before
    assert not prefix.exists()
    told = _answer(words, 0)
    assert [(one["name"], one["state"]) for one in told["applied"]["steps"]] == [
        (name, "done") for name in ("prove", "apply", "build", "lint")
    ]
    (proof,) = told["applied"]["proofs"]
    assert proof["ok"]
    # Over TCP, chance decides whether the tree as it is loses a response.
    shown = {row["before"]["transport"]: row["shown"] for row in proof["rows"]}
    assert shown["unix"] == "proved"
    assert shown["tcp"] in ("proved", "unaffected")
    assert (told["ok"], told["sets"], told["command"]) == (True, [], [])
    changed = {path for path, was in snapshot(tree).items() if before.get(path, was) != was}
    assert changed == {MODULE}
    assert (prefix / "modules" / "mod_proxy_fcgi.so").stat().st_size > 0


def _answer(words: list[str], code: int) -> Any:
    command = [sys.executable, "-m", "hpatch", *words, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return valid("advice-1", done.stdout)
