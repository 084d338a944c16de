"""Main files, and files that are a part of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.base import Surroundings
from hpatch.conf.load import DEFAULTS, Options, load, load_text
from hpatch.conf.modules import Modules

MPM = "LoadModule mpm_event_module modules/mod_mpm_event.so\n"


def whole(folder: Path, text: str, name: str = "site.conf", options: Options = DEFAULTS) -> bool:
    (folder / name).write_text(text)
    return load(str(folder / name), options).whole


@pytest.mark.parametrize(
    "text",
    [
        "ServerRoot /\n",
        f"Listen 8080\n{MPM}",
        "Listen 8080\nLoadModule unixd_module modules/mod_unixd.so\n",
    ],
)
def test_a_file_that_starts_a_server_is_a_main_file(tmp_path: Path, text: str) -> None:
    assert whole(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<VirtualHost *:80>\n</VirtualHost>\n",
        "Listen 8080\n",
        MPM,
        "LoadModule ssl_module modules/mod_ssl.so\nListen 443\n",
    ],
)
def test_other_files_are_parts(tmp_path: Path, text: str) -> None:
    assert not whole(tmp_path, text)


def test_a_main_file_by_its_name_or_by_the_options(tmp_path: Path) -> None:
    assert whole(tmp_path, "", "httpd.conf")
    assert whole(tmp_path, "", "apache2.conf")
    assert whole(tmp_path, "", options=Options(main=True))
    assert not whole(tmp_path, "ServerRoot /\n", options=Options(main=False))
    assert not whole(tmp_path, "", ".htaccess")
    assert load_text("").whole
    assert not load_text("", name=".htaccess").whole
    assert not load_text("", Options(main=False)).whole


def test_a_configuration_without_one_of_its_files_is_not_whole(tmp_path: Path) -> None:
    assert not whole(tmp_path, "Include none.conf\n", "httpd.conf")
    assert not whole(tmp_path, "Include none/*.conf\n", "httpd.conf")
    assert whole(tmp_path, "ServerRoot /there/is/no/such/folder\n", "httpd.conf")


@pytest.mark.parametrize("line", ["Use site a", "UndefMacro site"])
def test_another_file_may_define_the_macros_of_a_part(tmp_path: Path, line: str) -> None:
    (tmp_path / "site.conf").write_text(f"{line}\n<Macro x $a $ab>\n</Macro>\n")
    part = load(str(tmp_path / "site.conf"))
    assert [(problem.kind, problem.fatal) for problem in part.problems] == [("elsewhere", False), ("macro", False)]
    assert part.built
    main = load(str(tmp_path / "site.conf"), Options(main=True))
    assert [(problem.kind, problem.fatal) for problem in main.problems] == [("macro", True), ("macro", False)]


def test_a_part_must_use_its_own_macros_well(tmp_path: Path) -> None:
    (tmp_path / "site.conf").write_text("<Macro x $a>\n</Macro>\nUse x\n")
    assert not load(str(tmp_path / "site.conf")).built


@pytest.mark.parametrize("line", ["Include none.conf", "Include none/*.conf", "Include *.none", "Include site.conf/x"])
def test_the_files_of_a_part_may_be_on_the_server(tmp_path: Path, line: str) -> None:
    (tmp_path / "site.conf").write_text(f"{line}\n")
    part = load(str(tmp_path / "site.conf"))
    assert [problem.fatal for problem in part.problems] == [False]
    assert part.problems[0].message.endswith("it may be on the server")
    assert not part.whole
    assert [problem.fatal for problem in load(str(tmp_path / "site.conf"), Options(main=True)).problems] == [True]


def test_on_this_machine_the_files_of_a_part_are_missing(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text(f'ServerRoot "{tmp_path}"\n')
    (tmp_path / "site.conf").write_text("Include none.conf\n")
    part = load(str(tmp_path / "site.conf"), Options(given=Surroundings(home=str(tmp_path / "httpd.conf"))))
    assert [problem.fatal for problem in part.problems] == [True]


def test_a_part_or_a_file_of_it_that_cannot_be_read(tmp_path: Path) -> None:
    assert not load(str(tmp_path / "none.conf")).built
    (tmp_path / "site.conf").write_text("Include /dev/zero\n")
    assert not load(str(tmp_path / "site.conf")).built


@pytest.mark.parametrize(
    ("text", "verdict", "name"),
    [
        ("", None, "site.conf"),
        ("", None, ".htaccess"),
        ("", False, "httpd.conf"),
        ("ServerRoot /\n", False, "site.conf"),
        ("LoadModule ssl_module a.so\n", False, "site.conf"),
        ("Timeout 5\n\tloadmodule ssl_module a.so\n", False, "site.conf"),
        ("# LoadModule\n", None, "site.conf"),
    ],
)
def test_the_modules_that_httpd_loads_are_unknown_to_a_part(
    tmp_path: Path, text: str, verdict: bool | None, name: str
) -> None:
    (tmp_path / name).write_text(f"{text}<IfModule mod_headers.c>\n</IfModule>\n")
    built_in = Modules(complete=True, static=["mod_so.c"])
    found = load(str(tmp_path / name), Options(modules=built_in))
    assert [condition.verdict for condition in found.conditions] == [verdict]
    assert found.modules.has("headers_module") is (None if name != "httpd.conf" and "ServerRoot" not in text else False)
    assert found.modules.has("mod_so.c") is True
    listed = load(str(tmp_path / name), Options(modules=Modules(["proxy_module"], complete=True)))
    assert listed.modules.has("headers_module") is False


@pytest.mark.parametrize("name", ["httpd.conf", "site.conf"])
@pytest.mark.parametrize("text", ["", "ServerRoot /\n"])
@pytest.mark.parametrize(("main", "verdict"), [(False, None), (True, False)])
def test_the_options_say_whether_a_file_is_a_part(
    tmp_path: Path, name: str, text: str, main: bool, verdict: bool | None
) -> None:
    (tmp_path / name).write_text(f"{text}<IfModule mod_headers.c>\n</IfModule>\n")
    options = Options(modules=Modules(complete=True, static=["mod_so.c"]), main=main)
    assert [condition.verdict for condition in load(str(tmp_path / name), options).conditions] == [verdict]
