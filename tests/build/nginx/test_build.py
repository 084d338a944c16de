"""`hpatch build` on a small tree that passes for nginx's source."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.build.folder import folder_of
from hpatch.build.nginx.build import planned
from hpatch.build.options import BuildOptions
from hpatch.build.state import StateFile
from hpatch.build.trees.source import open_tree
from tests.support.build.small_nginx import make, without
from tests.support.cli.call import Answer, call
from tests.support.report.schema import valid

Run = Callable[..., Answer]

pytestmark = pytest.mark.toolchain


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CC", raising=False)
    return make(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tree: Path, tmp_path: Path) -> Run:
    return lambda *more: call(capsys, "build", tree, "--prefix", tmp_path / "prefix", *more)


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()}


def ended(prefix: Path) -> tuple[int, str]:
    done = subprocess.run([prefix / "sbin/nginx"], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout


def compiled(tree: Path) -> list[str]:
    log = (folder_of(tree) / "build.log").read_text()
    return [line.split()[-1] for line in log.splitlines() if " -c -o " in line and "$ " not in line]


def test_it_builds_and_then_only_what_has_changed(run: Run, tree: Path, tmp_path: Path) -> None:
    prefix, before = tmp_path / "prefix", snapshot(tree)
    code, out, err = run("--jobs", 1)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"nginx 1.22.1: {prefix}/sbin/nginx"
    assert snapshot(tree) == before
    assert ended(prefix)[0] == 2
    assert json.loads((prefix / "hpatch-build.json").read_text())["project"] == "nginx"
    (tree / "src/core/two.c").write_text("int two = 3;\n")
    assert run().code == 0
    assert ended(prefix)[0] == 3
    assert compiled(tree) == ["src/core/two.c"]
    assert [path.name for path in (prefix / "sbin").iterdir()] == ["nginx"], "the former program is not kept beside it"


def test_configure_is_asked_for_what_the_release_knows(run: Run, tree: Path, tmp_path: Path) -> None:
    assert run("--configure-arg=--with-debug").code == 0
    asked = ended(tmp_path / "prefix")[1].split()
    assert asked == [
        *(f"--prefix={tmp_path}/prefix", "--with-http_ssl_module", "--with-http_v2_module"),
        *("--with-cc-opt=-Wno-error", "--with-debug"),
    ]


def test_a_module_without_its_library_is_left_out_with_a_word(
    run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", without(tmp_path, "pcre2.h", "pcre.h", "openssl/ssl.h"))
    code, out, err = run()
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("without")] == [
        "without http_rewrite_module: pcre2.h or pcre.h is not there; on Debian: apt-get install libpcre2-dev",
        "without http_ssl_module: openssl/ssl.h is not there; on Debian: apt-get install libssl-dev",
    ]
    asked = ended(tmp_path / "prefix")[1]
    assert "--without-http_rewrite_module" in asked
    assert "ssl" not in asked


def test_an_old_release_takes_the_old_pcre_and_a_user_may_know_better(
    run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "auto/lib/pcre/conf").write_text("#include <pcre.h>\n")
    monkeypatch.setenv("CC", without(tmp_path, "pcre.h"))
    said = "without http_rewrite_module: pcre.h is not there; on Debian: apt-get install libpcre3-dev"
    assert said in run("--plan").out
    assert "without http" not in run("--plan", "--configure-arg=--with-pcre=/opt/pcre").out


def test_a_plan_changes_nothing(run: Run, tmp_path: Path) -> None:
    code, out, err = run("--plan", "--format", "json")
    assert (code, err) == (0, "")
    told = valid("build-1", out)
    assert told["tree"]["project"] == "nginx"
    assert [(step["phase"], step["command"][0]) for step in told["steps"]] == [
        ("configure", "rm"),
        ("configure", "./configure"),
        ("make", "make"),
        ("install", "make"),
    ]
    assert told["files"] == 6
    assert not (tmp_path / "prefix").exists()
    assert not (tmp_path / "cache/hpatch/builds").exists()


def test_what_somebody_built_in_the_tree_is_not_taken(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / "objs").mkdir()
    (tree / "objs/nginx").write_text("half")
    (tree / "Makefile").write_text("broken\n")
    assert run().code == 0
    assert ended(tmp_path / "prefix")[0] == 2
    (tree / "Makefile").write_text("broken otherwise\n")
    assert run().code == 0
    assert (tree / "objs/nginx").read_text() == "half"


def test_a_checkout_has_its_configure_elsewhere(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / "configure").rename(tree / "auto/configure")
    assert run().code == 0
    assert ended(tmp_path / "prefix")[0] == 2


def test_what_was_interrupted_is_made_anew(run: Run, tree: Path, tmp_path: Path) -> None:
    assert run().code == 0
    prefix = tmp_path / "prefix"

    def steps() -> list[str]:
        return [step.command[0] for step in planned(open_tree(tree), prefix, BuildOptions()).steps]

    assert steps() == ["make", "make"]
    StateFile(folder_of(tree) / "state.json").begin("make")
    assert steps() == ["rm", "./configure", "make", "make"]


def test_what_does_not_compile_leaves_the_prefix_as_it_was(run: Run, tree: Path, tmp_path: Path) -> None:
    assert run().code == 0
    (tree / "src/core/two.c").write_text("int two\n= nothing;\n")
    code, _, err = run()
    assert (code, "make failed: src/core/two.c:2: " in err) == (4, True)
    assert ended(tmp_path / "prefix")[0] == 2
    code, _, err = run("--configure-arg=--bad")
    assert (code, 'configure failed: configure: invalid option "--bad"' in err) == (4, True)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--mpm", "worker"), "--mpm does not apply to a tree of nginx; leave it out"),
        (("--module", "mod_x", "--apxs", "a"), "--module and --apxs do not apply to a tree of nginx; leave them out"),
        (("--configure-arg=--prefix=/x",), "give --prefix to hpatch, not to configure"),
        (("--configure-arg=--builddir=x",), "give --build-dir to hpatch, not to configure"),
    ],
)
def test_what_does_not_apply_is_refused(run: Run, option: tuple[str, ...], said: str) -> None:
    code, out, err = run(*option)
    assert (code, out, err) == (2, "", f"hpatch: {said}\n")


def test_without_a_compiler(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = run()
    assert (code, err) == (4, "hpatch: building nginx needs make and cc; on Debian: apt-get install make gcc\n")
