"""Debian's layout: its modules are all known, if its folder of them is there as a whole."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.conf.distribution import BUILT_IN
from hpatch.conf.load import Options, load
from hpatch.conf.modules import Modules, identifier
from hpatch.conf.walk import names

MAIN = "IncludeOptional mods-enabled/*.load\nIncludeOptional sites-enabled/*.conf\n"


def tree(folder: Path, *modules: str, main: str = "apache2.conf", text: str = MAIN) -> Path:
    """A tree with these modules enabled, by links as a2enmod makes them."""
    for name in ("mods-available", "mods-enabled", "sites-enabled"):
        (folder / name).mkdir()
    for module in modules:
        (folder / "mods-available" / f"{module}.load").write_text(f"LoadModule {module}_module m/mod_{module}.so\n")
        (folder / "mods-enabled" / f"{module}.load").symlink_to(f"../mods-available/{module}.load")
    (folder / main).write_text(text)
    return folder / main


def test_the_modules_are_all_known(tmp_path: Path) -> None:
    modules = load(str(tree(tmp_path, "mpm_event", "alias"))).modules
    assert modules.complete
    assert [modules.has(name) for name in ("alias_module", "mod_version.c", "ssl_module", "mpm_prefork_module")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"main": "httpd.conf"}, {"text": "Include sites-enabled/*.conf\n"}, {"text": f"Listen 80\n# {MAIN}"}],
    ids=str,
)
def test_another_layout_tells_nothing(tmp_path: Path, change: dict[str, str]) -> None:
    modules = load(str(tree(tmp_path, "mpm_event", **change))).modules
    assert modules.has("ssl_module") is None


def test_a_folder_that_is_not_whole_tells_nothing(tmp_path: Path) -> None:
    main = tree(tmp_path, "mpm_event")
    (tmp_path / "mods-enabled" / "ssl.load").symlink_to("../mods-available/ssl.load")
    assert load(str(main)).modules.has("ssl_module") is None


def test_without_an_mpm_it_is_not_whole(tmp_path: Path) -> None:
    assert load(str(tree(tmp_path, "alias"))).modules.has("ssl_module") is None


def test_given_modules_count_first(tmp_path: Path) -> None:
    main = tree(tmp_path, "mpm_event")
    given = Options(modules=Modules(["ssl_module"], complete=True))
    assert load(str(main), given).modules.has("ssl_module") is True
    assert load(str(main), given).modules.has("version_module") is False


def test_a_directive_of_a_disabled_module_is_an_error(tmp_path: Path) -> None:
    main = tree(tmp_path, "mpm_event", "alias")
    (tmp_path / "sites-enabled" / "a.conf").write_text("SSLEngine On\nRedirect /a /b\n")
    (refused,) = names.not_loaded(load(str(main)))
    assert refused.node.name == "SSLEngine"


@pytest.mark.httpd
def test_debians_httpd_has_these_compiled_in(httpd: str) -> None:
    listed = subprocess.run([httpd, "-l"], capture_output=True, text=True, check=True).stdout.split()
    assert {identifier(name) for name in BUILT_IN} == {identifier(name) for name in listed if name.endswith(".c")}
