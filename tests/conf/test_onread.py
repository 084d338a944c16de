"""The directives that httpd executes while it reads, on what the comparison with httpd cannot show: options, files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options, load, load_text
from hpatch.conf.modules import Modules
from hpatch.conf.onread import MAX_INCLUDE_DEPTH
from tests.support.conf.brief import messages, names


@pytest.mark.parametrize(
    "line",
    [
        "Define a", "UnDefine a", "Include a.conf", "IncludeOptional a.conf", "ServerRoot /",
        "LoadModule a_module a.so", "LoadFile a.so", "DefaultRuntimeDir /",
    ],
)  # fmt: skip
def test_what_a_htaccess_file_may_not_have(line: str) -> None:
    found = load_text(f"{line}\nA\n", name=".htaccess")
    name = line.partition(" ")[0]
    assert messages(found) == [(1, f"{name} is not allowed in a .htaccess file")]
    assert found.defines == {}
    assert found.modules.loaded_at == {}
    assert load_text(f"{line}\n", Options(main=True), name="a.conf").problems[:1] != found.problems


def test_what_a_htaccess_file_may_have() -> None:
    found = load_text("<IfModule core.c>\nA\n</IfModule>\n<Macro m>\nB\n</Macro>\nUse m\n", name=".htaccess")
    assert (names(found), messages(found)) == (["A", "B"], [])


def test_the_files_of_an_include_after_a_loop_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/1.conf").write_text(f"A\nInclude {tmp_path}/d/1.conf\n")
    (tmp_path / "d/2.conf").write_text("B\n")
    (tmp_path / "plain.conf").write_text("C\n")
    (tmp_path / "httpd.conf").write_text(
        "Include plain.conf\nInclude plain.conf\nInclude d/*.conf\nD\nInclude plain.conf\n"
    )
    found = load(str(tmp_path / "httpd.conf"))
    assert names(found) == ["C", "C", *["A"] * MAX_INCLUDE_DEPTH, "D"]
    assert messages(found) == [
        (2, f"Includes are nested more than {MAX_INCLUDE_DEPTH} levels deep: a file includes itself")
    ]


def test_many_includes_one_after_the_other_are_not_nested(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("A\n")
    (tmp_path / "httpd.conf").write_text("Include a.conf\n" * (MAX_INCLUDE_DEPTH + 2))
    assert messages(load(str(tmp_path / "httpd.conf"))) == []


def test_without_another_server_root_no_file_of_the_current_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "a.conf").write_text("A\n")
    (tmp_path / "copy/httpd.conf").write_text("Include a.conf\n")
    monkeypatch.chdir(tmp_path)
    found = load("copy/httpd.conf")
    assert names(found) == []
    assert messages(found) == [(1, 'cannot read "copy/a.conf": No such file or directory')]


def test_a_file_that_neither_the_copy_nor_this_machine_has(tmp_path: Path) -> None:
    for folder in ("copy", "machine"):
        (tmp_path / folder).mkdir()
    (tmp_path / "copy/httpd.conf").write_text(f"ServerRoot {tmp_path}/machine\nInclude a.conf\n")
    found = load(str(tmp_path / "copy/httpd.conf"))
    assert messages(found) == [(2, f'cannot read "{tmp_path}/copy/a.conf": No such file or directory')]


SO = Modules(complete=True, static=["mod_so.c"])
LOAD = "LoadModule own_module none.so\nA\n"


@pytest.mark.parametrize(
    ("text", "modules", "check_files", "read"),
    [
        (LOAD, SO, True, "the file"),
        (LOAD, SO, False, ""),
        (LOAD, Modules(), True, ""),
        (LOAD, Modules(["own_module"], complete=True, static=["mod_so.c"]), True, ""),
        (LOAD, Modules(complete=True, static=["mod_so.c", "mod_own.c"]), True, "is compiled into httpd"),
        (LOAD, Modules(complete=True, static=["mod_so.c", "mod_own.c"]), False, ""),
        ("LoadModule own_module {t}/a.so\n" + LOAD, SO, True, ""),
        ("LoadModule own_module a.so\n" + LOAD, SO, True, ""),
        ("LoadModule core_module none.so\n", Modules(complete=True, static=["mod_so.c", "core.c"]), True, "the file"),
        (
            "LoadModule http_module none.so\n",
            Modules(complete=True, static=["mod_so.c", "http_core.c"]),
            True,
            "the file",
        ),
        (
            "LoadModule mpm_event_module none.so\n",
            Modules(complete=True, static=["mod_so.c", "event.c"]),
            True,
            "the file",
        ),
        ("LoadModule mpm_event_module a.so\n", Modules(complete=True, static=["mod_so.c", "event.c"]), True, ""),
        ("LoadFile none.so\nA\n", SO, True, "the file"),
        ("LoadFile a.so {t}/a.so none.so\nA\n", SO, True, "the file"),
        ("LoadFile a.so {t}/a.so\nA\n", SO, True, ""),
        ("LoadFile none.so\nA\n", SO, False, ""),
        ("LoadFile none.so\nA\n", Modules(), True, ""),
        ("DefaultRuntimeDir none\nA\n", Modules(), False, ""),
        ("DefaultRuntimeDir none\nA\n", Modules(), True, "the DefaultRuntimeDir"),
        ("DefaultRuntimeDir a.so\nA\n", Modules(), True, "the DefaultRuntimeDir"),
        ("DefaultRuntimeDir {t}\nA\n", Modules(), True, ""),
    ],
)
def test_files_to_load_are_looked_for_if_the_modules_are_known(
    tmp_path: Path, text: str, modules: Modules, check_files: bool, read: str
) -> None:
    (tmp_path / "a.so").touch()
    main = tmp_path / "httpd.conf"
    main.write_text(text.format(t=tmp_path))
    found = load(str(main), Options(modules=modules, check_files=check_files, server_root=str(tmp_path)))
    assert [read in message for _, message in messages(found)] == ([True] if read else [])
    assert names(found) == (["A"] if "\nA\n" in text else [])


@pytest.mark.parametrize(
    ("text", "given", "mpm"),
    [
        ("LoadModule mpm_event_module a.so\n", None, "event"),
        ("LoadModule mpm_worker_module a.so\nLoadModule mpm_event_module b.so\n", None, "worker"),
        ("LoadModule mpm_event_module a.so\n", "prefork", "prefork"),
        ("LoadModule ssl_module a.so\n", None, None),
        ("<IfDefine X>\nLoadModule mpm_event_module a.so\n</IfDefine>\n", None, None),
        (
            "<IfDefine X>\nLoadModule mpm_event_module a.so\n</IfDefine>\nLoadModule mpm_worker_module b.so\n",
            None,
            "worker",
        ),
    ],
)
def test_the_mpm_is_the_first_that_is_loaded(text: str, given: str | None, mpm: str | None) -> None:
    assert load_text(text, Options(mpm=mpm if given else None)).mpm == mpm


def test_a_directive_is_known_from_its_modules_line_on() -> None:
    text = "proxypass / !\nLoadModule proxy_module a.so\nproxypass / !\n"
    found = load_text(text, Options(modules=SO))
    assert names(found) == ["proxypass", "ProxyPass"]


@pytest.mark.parametrize(
    ("modules", "verdict"),
    [
        (Modules(["mod_proxy.c"]), True),
        (Modules(["mod_ssl.c"], complete=True), False),
        (Modules(["mod_ssl.c"]), None),
    ],
)
def test_whether_a_directive_exists_is_a_matter_of_its_modules(modules: Modules, verdict: bool | None) -> None:
    text = "".join(f"<IfDirective {name}>\n</IfDirective>\n" for name in ("ProxyPass", "ServerName", "None"))
    found = load_text(text, Options(modules=modules))
    unknown = False if modules.complete else None
    assert [condition.verdict for condition in found.conditions] == [verdict, True, unknown]


LUA = "function h(r)\n<Location /a>\nDefine x\n</LuaHookLog>\n-- </LuaQuickHandler>\n"


@pytest.mark.parametrize("closer", ["</LuaQuickHandler>", "  </luaQUICKhandler> x"])
def test_lua_code_is_no_configuration(closer: str) -> None:
    found = load_text(f"<LuaQuickHandler h>\n{LUA}{closer}\nA\n")
    assert (names(found), messages(found), found.defines) == (["A"], [], {})


@pytest.mark.parametrize("closer", ["", "</LuaQuickHandler", "</LuaQuickHandlers>", "</uaQuickHandler>"])
def test_lua_code_that_is_never_closed(closer: str) -> None:
    found = load_text(f"B\n<LuaQuickHandler h>\n{LUA}{closer}\nA\n")
    assert (names(found), messages(found)) == (["B"], [(2, "<LuaQuickHandler> is never closed")])


def test_lua_code_whose_section_has_no_end() -> None:
    found = load_text(f"<LuaHookFixups h\n{LUA}</LuaHookFixups>\nA\n")
    assert (names(found), messages(found)) == (["A"], [(1, '<LuaHookFixups> has no closing ">"')])


def test_a_macro_and_lua_code_lose_no_last_line() -> None:
    for text in ("<Macro m>\nx\\\n", "<LuaQuickHandler h>\nx\\\n"):
        assert [line for line, _ in messages(load_text(text))] == [1]


def test_a_provider_of_lua_is_known_by_its_name() -> None:
    assert load_text("LuaAuthzProvider a b c\nLuaAuthzProvider d e\n").registered == ["a"]
