"""`hpatch build` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.build.small import make
from tests.support.cli.call import Answer, call

Run = Callable[..., Answer]

pytestmark = pytest.mark.toolchain


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return make(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: call(capsys, "build", *arguments)


def test_builds_into_the_cache_and_the_prefix(run: Run, tree: Path, tmp_path: Path) -> None:
    code, out, err = run(tree, "--prefix", tmp_path / "prefix", "--jobs", 1)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"httpd 2.4.62: {tmp_path / 'prefix/bin/httpd'}"
    assert len(list((tmp_path / "cache/hpatch/builds").iterdir())) == 1
    assert (tmp_path / "prefix/bin/httpd").is_file()


@pytest.mark.parametrize("option", ["--plan", "--dry-run"])
def test_a_plan_changes_nothing(run: Run, tree: Path, tmp_path: Path, option: str) -> None:
    code, out, err = run(tree, "--prefix", tmp_path / "prefix", option, "--format", "json", "--mpm", "worker")
    assert (code, err) == (0, "")
    steps = json.loads(out)["steps"]
    assert [step["phase"] for step in steps] == ["configure", "make", "install"]
    assert "--with-mpm=worker" in steps[0]["command"]
    assert not (tmp_path / "prefix").exists()
    assert not (tmp_path / "cache/hpatch/builds").exists()


def test_shared_modules_and_further_arguments(run: Run, tree: Path, tmp_path: Path) -> None:
    arguments = ("--modules", "shared", "--configure-arg=--enable-ssl", "--configure-arg", "--with-pcre=/p")
    code, out, _ = run(tree, "--prefix", tmp_path / "p", "--plan", "-f", "json", *arguments)
    assert code == 0
    configure = json.loads(out)["steps"][0]["command"]
    assert configure[-2:] == ["--enable-ssl", "--with-pcre=/p"]
    assert not any("static" in word or word.startswith("--with-pcre=/usr") for word in configure)


@pytest.mark.parametrize(("modules", "word"), [("shared", "--disable-ssl"), ("static", "--enable-mods-static=")])
def test_what_cannot_be_built_is_left_out_and_named(
    run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modules: str, word: str
) -> None:
    monkeypatch.setattr("hpatch.build.httpd.optional.FOLDERS", (tmp_path / "nowhere",))
    (tree / "modules/ssl").mkdir(parents=True)
    (tree / "modules/ssl/mod_ssl.c").touch()
    arguments = (tree, "--prefix", tmp_path / "p", "--plan", "--modules", modules)
    code, out, _ = run(*arguments, "-f", "json")
    assert code == 0
    told = json.loads(out)
    assert told["without"] == {"ssl": "openssl/ssl.h is not there; on Debian: apt-get install libssl-dev"}
    configure = told["steps"][0]["command"]
    assert any(one.startswith(word) for one in configure)
    assert not any(" ssl" in one or one == "--enable-ssl" for one in configure)
    asked = json.loads(run(*arguments, "--configure-arg=--enable-ssl", "-f", "json").out)
    assert "--disable-ssl" not in asked["steps"][0]["command"]
    assert "# without mod_ssl: openssl/ssl.h is not there" in run(*arguments).out


def test_what_does_not_compile(run: Run, tree: Path, tmp_path: Path) -> None:
    (tree / "modules/proxy/mod_other.c").write_text("int other(void)\n{ return nothing; }\n")
    code, out, err = run(tree, "--prefix", tmp_path / "prefix", "--build-dir", tmp_path / "build")
    assert (code, out) == (4, "")
    assert err.startswith("hpatch: make failed: modules/proxy/mod_other.c:2: ")
    assert err.endswith(f"(the whole of it is in {tmp_path / 'build/build.log'})\n")


def test_wrong_usage(run: Run, tree: Path, tmp_path: Path) -> None:
    assert run(tree, "--prefix", tmp_path).code == 2
    assert run(tree, "--prefix", tmp_path / "p", "--apxs", "apxs").code == 2
    for option, value in (("--configure-arg", "y"), ("--mpm", "worker"), ("--modules", "shared")):
        code, _, err = run(tree, "--prefix", tmp_path / "p", "--module", "x", option, value)
        assert (code, option in err) == (2, True)
    assert run(tree, "--prefix", tmp_path / "p", "--configure-arg=--prefix=/usr/local").code == 2
    assert run(tree).code == 2
    assert run(tmp_path / "nowhere", "--prefix", tmp_path / "p").code == 3


def test_what_cannot_be_written_is_found_out_before_anything_is_built(run: Run, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    long = tmp_path / ("x" * 300)
    places = (
        ("--prefix", tmp_path / "file/a/b"),
        ("--prefix", long),
        ("--prefix", tmp_path / "p", "--build-dir", long),
        ("--prefix", long, "--module", "x"),
    )
    for arguments in places:
        code, out, err = run(tree, *arguments)
        assert (code, out) == (4, "")
        assert "choose another --" in err
    assert not (tmp_path / "cache/hpatch/builds").exists()


@pytest.mark.httpd
def test_a_module(run: Run, tree: Path, tmp_path: Path) -> None:
    source = (
        '#include "httpd.h"\n#include "http_config.h"\n'
        "module AP_MODULE_DECLARE_DATA hello_module = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, NULL};\n"
    )
    (tree / "modules/proxy/mod_hello.c").write_text(source)
    code, out, err = run(tree, "--prefix", tmp_path / "p", "--module", "mod_hello", "--plan")
    assert (code, err) == (0, "")
    assert out.splitlines()[-2].endswith(" -c -I. -o mod_hello.la mod_hello.c")
    code, out, err = run(tree, "--prefix", tmp_path / "p", "--module", "mod_hello", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["modules"] == {"hello": str(tmp_path / "p/modules/mod_hello.so")}
    assert (tmp_path / "p/modules/mod_hello.so").read_bytes().startswith(b"\x7fELF")
    assert run(tree, "--prefix", tmp_path / "p", "--module", "mod_hello").code == 0
    for name in ("**", "", "../hello"):
        code, _, err = run(tree, "--prefix", tmp_path / "p", "--module", name)
        assert (code, err) == (2, f"hpatch: '{name}' is not the name of a module\n")
