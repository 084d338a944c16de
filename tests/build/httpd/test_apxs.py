"""Single modules, against the httpd that is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd import apxs
from hpatch.errors import InputError, ToolError, UsageError

HELLO = """\
#include "httpd.h"
#include "http_config.h"
#include "extra.h"
static void hooks(apr_pool_t *pool) { part(pool); }
module AP_MODULE_DECLARE_DATA hello_module = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks};
"""
PART = '#include "httpd.h"\n#include "extra.h"\nvoid part(apr_pool_t *pool) { (void) pool; }\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree" / "modules" / "proxy"
    folder.mkdir(parents=True)
    (folder / "mod_hello.c").write_text(HELLO)
    (folder / "hello_part.c").write_text(PART)
    (folder / "extra.h").write_text("void part(apr_pool_t *pool);\n")
    (folder / "mod_proxy.h").write_text("#error this is the tree's own\n")
    (folder / "config.m4").write_text('hello_objs="mod_hello.lo \\\n  hello_part.lo"\n')
    return tmp_path / "tree"


@pytest.mark.httpd
def test_builds_a_module_of_several_files(tree: Path, tmp_path: Path) -> None:
    made = apxs.module(tree, ["mod_hello"], apxs.find(), tmp_path / "out")
    assert made.files["hello"].read_bytes().startswith(b"\x7fELF")
    assert sorted(path.name for path in (tree / "modules/proxy").iterdir()) == [
        "config.m4", "extra.h", "hello_part.c", "mod_hello.c", "mod_proxy.h"
    ]  # fmt: skip


@pytest.mark.httpd
def test_finds_a_module_in_any_folder_and_its_files_in_any_config(tree: Path) -> None:
    folder = tree / "modules/dav/main"
    folder.mkdir(parents=True)
    (folder / "mod_deep.c").touch()
    (folder / "config5.m4").write_text('deep_objs="dnl\nmod_deep.lo dnl\ndeep_part.lo dnl\n"\n')
    found = apxs.sources(tree, "deep", apxs.find())
    assert (found.folder, found.files) == ("modules/dav/main", ("mod_deep.c", "deep_part.c"))


@pytest.mark.httpd
def test_headers_of_the_installed_httpd_come_first_unless_mod_proxy_is_built_too(tree: Path) -> None:
    program = apxs.find()
    assert apxs.sources(tree, "hello", program).headers == ("extra.h",)
    assert apxs.sources(tree, "hello", program, own_proxy=True).headers == ("extra.h", "mod_proxy.h")


@pytest.mark.httpd
def test_a_module_that_does_not_compile(tree: Path, tmp_path: Path) -> None:
    (tree / "modules/proxy/hello_part.c").write_text(PART + "\nint broken = undeclared;\n")
    with pytest.raises(apxs.ModuleError, match=r"^mod_hello cannot be built: modules/proxy/hello_part\.c:5: .*undecl"):
        apxs.module(tree, ["hello"], apxs.find(), tmp_path / "out")


@pytest.mark.httpd
def test_a_module_that_there_is_not(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no module mod_nothing"):
        apxs.module(tree, ["nothing"], apxs.find(), tmp_path / "out")


@pytest.mark.httpd
def test_the_apxs_of_another_httpd_is_refused(tmp_path: Path, httpd: str) -> None:
    assert apxs.find(None, Path(httpd)).httpd.resolve() == Path(httpd).resolve()
    with pytest.raises(UsageError, match=", not to "):
        apxs.find(apxs.find().program.as_posix(), tmp_path / "httpd")


def test_no_apxs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="apache2-dev"):
        apxs.find(str(tmp_path / "apxs"))


@pytest.mark.parametrize("name", ["mod_proxy_fcgi", "mod_proxy_fcgi.c", "proxy_fcgi_module", "proxy_fcgi"])
def test_names(name: str) -> None:
    assert apxs.plain(name) == "proxy_fcgi"


def test_a_program_that_is_no_apxs(tmp_path: Path) -> None:
    program = tmp_path / "apxs"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    with pytest.raises(ToolError, match="apxs does not answer -q as apxs does"):
        apxs.find(str(program))
