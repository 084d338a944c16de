"""The layouts of Debian and Red Hat: all modules are known, if the folder of them is there as a whole."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.conf.distribution import DEBIAN
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


def test_the_module_files_alone_tell_whether_it_is_whole(tmp_path: Path) -> None:
    """A module's `.conf` is no matter: with a link that leads nowhere, httpd has the same modules."""
    main = tree(tmp_path, "mpm_event")
    (tmp_path / "mods-enabled" / "alias.conf").symlink_to("../mods-available/alias.conf")
    assert load(str(main)).modules.has("ssl_module") is False


def test_without_an_mpm_it_is_not_whole(tmp_path: Path) -> None:
    main = tree(tmp_path, "alias")
    (tmp_path / "mods-enabled" / "mpm_event.conf").write_text("")
    assert load(str(main)).modules.has("ssl_module") is None


@pytest.mark.parametrize("line", ["IncludeOptional mods-enabled/*.load", '\tincludeoptional "mods-enabled/*.load"'])
def test_the_line_that_reads_the_folder_stands_anywhere(tmp_path: Path, line: str) -> None:
    main = tree(tmp_path, "mpm_event", text=f"Timeout 5\n{line}\n")
    assert load(str(main)).modules.has("ssl_module") is False


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
    assert {identifier(name) for name in DEBIAN} == {identifier(name) for name in listed if name.endswith(".c")}


STOCK = {
    "00-base.conf": "LoadModule alias_module modules/mod_alias.so\nLoadModule unixd_module modules/mod_unixd.so\n",
    "00-dav.conf": "LoadModule dav_module modules/mod_dav.so\n",
    "00-lua.conf": "LoadModule lua_module modules/mod_lua.so\n",
    "00-mpm.conf": "#LoadModule mpm_prefork_module m.so\nLoadModule mpm_event_module modules/mod_mpm_event.so\n",
    "00-proxy.conf": "LoadModule proxy_module modules/mod_proxy.so\n",
    "01-cgi.conf": "<IfModule mpm_event_module>\n    LoadModule cgid_module modules/mod_cgid.so\n</IfModule>\n"
    "<IfModule mpm_prefork_module>\n    LoadModule cgi_module modules/mod_cgi.so\n</IfModule>\n",
}
"""The files that httpd's package puts into conf.modules.d, in the form that it gives them."""

RED_HAT_MAIN = """\
ServerRoot "/etc/httpd"
Listen 80
Include conf.modules.d/*.conf
<IfModule mime_magic_module>
    MIMEMagicFile conf/magic
</IfModule>
IncludeOptional conf.d/*.conf
"""


def red_hat(folder: Path, *, text: str = RED_HAT_MAIN, name: str = "httpd.conf", **changed: str | None) -> Path:
    """A tree of Red Hat's layout. `changed` are files of conf.modules.d: their text, or None for a missing one."""
    for part in ("conf", "conf.d", "conf.modules.d"):
        (folder / part).mkdir()
    for file, content in {**STOCK, **changed}.items():
        if content is not None:
            (folder / "conf.modules.d" / file).write_text(content)
    (folder / "conf.d" / "a.conf").write_text("SSLEngine On\nRedirect /a /b\n")
    (folder / "conf" / name).write_text(text)
    return folder / "conf" / name


def test_red_hats_modules_are_all_known(tmp_path: Path) -> None:
    modules = load(str(red_hat(tmp_path))).modules
    assert modules.complete
    wanted = {
        "alias_module": True, "mod_so.c": True, "cgid_module": True, "mpm_event_module": True,
        "cgi_module": False, "ssl_module": False, "mod_version.c": False, "mpm_prefork_module": False,
    }  # fmt: skip
    assert {name: modules.has(name) for name in wanted} == wanted


def test_a_directive_of_a_module_that_red_hat_has_not_installed_is_an_error(tmp_path: Path) -> None:
    (refused,) = names.not_loaded(load(str(red_hat(tmp_path))))
    assert refused.node.name == "SSLEngine"


def test_a_module_that_another_package_brings_is_loaded(tmp_path: Path) -> None:
    main = red_hat(tmp_path, **{"00-ssl.conf": "LoadModule ssl_module modules/mod_ssl.so\n"})
    assert not list(names.not_loaded(load(str(main))))


@pytest.mark.parametrize(("name", "text"), [("apache2.conf", MAIN), ("httpd.conf", RED_HAT_MAIN)])
def test_a_checkout_without_the_folder_tells_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert load(str(tmp_path / name)).modules.has("ssl_module") is None


def test_its_conditionals_are_decided(tmp_path: Path) -> None:
    conditions = load(str(red_hat(tmp_path))).conditions
    assert [condition.verdict for condition in conditions] == [True, False, False]


@pytest.mark.parametrize(
    "change",
    [
        *({file: None} for file in STOCK),
        {"00-mpm.conf": "#LoadModule mpm_event_module modules/mod_mpm_event.so\n"},
        {"00-base.conf": "LoadModule alias_module modules/mod_alias.so\n"},
        {"text": RED_HAT_MAIN.replace("/etc/httpd", "/usr/local/apache2")},
        {"text": RED_HAT_MAIN.replace("Include conf.modules.d", "#Include conf.modules.d")},
        {"name": "other.conf"},
    ],
    ids=str,
)
def test_what_red_hat_has_not_told_is_unknown(tmp_path: Path, change: dict[str, str]) -> None:
    assert load(str(red_hat(tmp_path, **change))).modules.has("ssl_module") is None


def test_a_file_of_modules_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    main = red_hat(tmp_path, **{"00-mpm.conf": None})
    (tmp_path / "conf.modules.d" / "00-mpm.conf").mkdir()
    assert not load(str(main)).modules.complete


def test_a_template_may_load_more(tmp_path: Path) -> None:
    main = red_hat(tmp_path, text=RED_HAT_MAIN + "{% for m in modules %}\nLoadModule {{ m }} m.so\n{% endfor %}\n")
    configuration = load(str(main))
    assert configuration.templates
    assert not list(names.not_loaded(configuration))


@pytest.mark.parametrize("root", ["/etc/httpd", '"/opt/rh/httpd24/root/etc/httpd/"'])
def test_collections_have_the_layout_below_a_folder_of_their_own(tmp_path: Path, root: str) -> None:
    text = RED_HAT_MAIN.replace('"/etc/httpd"', root)
    assert load(str(red_hat(tmp_path, text=text))).modules.complete
