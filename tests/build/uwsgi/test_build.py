"""`hpatch build` on a small tree that passes for uWSGI's source: its script has the real one's arguments."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli.call import Answer, call

Run = Callable[..., Answer]

pytestmark = pytest.mark.toolchain

SCRIPT = """\
# uWSGI build system
uwsgi_version = '2.0.4'
import os, subprocess, sys
from distutils import sysconfig
try:
    from ConfigParser import ConfigParser
except ImportError:
    from configparser import ConfigParser
asked, profile = sys.argv[1], ConfigParser()
profile.readfp(open('buildconf/%s.ini' % sys.argv[-1]))
folder = profile.get('uwsgi', 'plugin_dir')
if asked == '--build':
    kept = [name for name in os.environ if name.startswith('UWSGI')]
    define = '-DFOLDER="%s %s %s"' % (folder, os.environ.get('CPUCOUNT'), kept)
    command = ['cc', define, '-o', 'uwsgi', 'core.c']
else:
    command = ['cc', '-shared', '-fPIC', '-o', folder + '/symcall_plugin.so', sys.argv[2] + '/symcall.c']
sys.exit(subprocess.call(command))
"""
CORE = '#include <stdio.h>\n#include "uwsgi.h"\nint main(void) { return puts(FOLDER TEXT) < 0; }\n'


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UWSGI_PROFILE", "other")
    root = tmp_path / "uwsgi-2.0.4"
    for folder in ("buildconf", "plugins/symcall"):
        (root / folder).mkdir(parents=True)
    (root / "uwsgiconfig.py").write_text(SCRIPT)
    (root / "buildconf/base.ini").write_text("[uwsgi]\n")
    (root / "core.c").write_text(CORE)
    (root / "uwsgi.h").write_text('#define TEXT " one"\n')
    (root / "plugins/symcall/symcall.c").write_text("int symcall;\n")
    return root


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: call(capsys, "build", *arguments)


def said(program: Path) -> str:
    return subprocess.run([program], check=True, capture_output=True, text=True).stdout.strip()


def test_the_program_knows_where_its_plugins_are_and_a_header_that_changed_is_built_in(
    run: Run, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prefix = tmp_path / "prefix"
    before = sorted(tree.rglob("*"))
    code, out, err = run(tree, "--prefix", prefix, "--jobs", 1)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"uwsgi 2.0.4: {prefix}/bin/uwsgi"
    assert said(prefix / "bin/uwsgi") == f"{prefix}/lib/uwsgi 1 [] one"
    assert (prefix / "lib/uwsgi/symcall_plugin.so").is_file()
    assert sorted(tree.rglob("*")) == before
    assert json.loads((prefix / "hpatch-build.json").read_text())["project"] == "uwsgi"
    tried = call(capsys, "smoke", prefix)  # this program ends at once
    assert (tried.code, tried.out) == (4, "")
    assert "uwsgi" in tried.err
    (tree / "uwsgi.h").write_text('#define TEXT " two"\n')
    assert run(tree, "--prefix", prefix).code == 0
    assert said(prefix / "bin/uwsgi") == f"{prefix}/lib/uwsgi None [] two"


def test_a_plan_changes_nothing(run: Run, tree: Path, tmp_path: Path) -> None:
    code, out, err = run(tree, "--prefix", tmp_path / "prefix", "--plan", "--format", "json")
    assert (code, err) == (0, "")
    planned = json.loads(out)
    assert [step["command"][2] for step in planned["steps"]] == ["--build", "--plugin"]
    assert planned["files"] == 5
    assert not (tmp_path / "prefix").exists()
    assert not (tmp_path / "cache/hpatch/builds").exists()


def test_what_does_not_compile_leaves_the_prefix_as_it_was(run: Run, tree: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    assert run(tree, "--prefix", prefix).code == 0
    (tree / "core.c").write_text("int main(void)\n{ return nothing; }\n")
    code, _, err = run(tree, "--prefix", prefix)
    assert code == 4
    assert "make failed: core.c:2: " in err
    assert said(prefix / "bin/uwsgi").endswith("one")


@pytest.mark.parametrize(
    "option",
    [
        ("--configure-arg", "--x"),
        ("--mpm", "worker"),
        ("--modules", "shared"),
        ("--module", "mod_x"),
        ("--apxs", "a"),
    ],
)
def test_what_is_for_httpd_alone_is_refused(run: Run, tree: Path, tmp_path: Path, option: tuple[str, str]) -> None:
    code, _, err = run(tree, "--prefix", tmp_path / "prefix", *option)
    assert (code, "does not apply to a tree of uWSGI; leave it out" in err) == (2, True)


def test_a_path_that_the_script_would_take_apart(run: Run, tree: Path, tmp_path: Path) -> None:
    for options in (("--prefix", tmp_path / "a b"), ("--prefix", tmp_path / "a", "--build-dir", tmp_path / "b c")):
        code, _, err = run(tree, *options)
        assert (code, "a build cannot handle ' ' in a path" in err) == (2, True)
