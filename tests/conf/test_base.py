"""Where paths start: ServerRoot, a copy of it, and a folder that stands for the root."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.base import Base, Surroundings, first, of_part, settle, tree_of
from hpatch.conf.load import DEFAULTS, Options, load
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Configuration
from hpatch.conf.view import MACHINE, Rooted


def write(folder: Path, **texts: str) -> None:
    """Files with their texts; `__` in a name stands for a slash, `_` for a dot."""
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(configuration: Configuration) -> list[str]:
    """The directives of the whole configuration."""
    return [node.name for node in configuration.walk()]


def kinds(configuration: Configuration) -> list[str]:
    return [problem.kind for problem in configuration.problems]


@pytest.mark.parametrize(
    ("main", "server_root"),
    [("etc/apache2/apache2.conf", "/etc/apache2"), ("usr/local/apache2/conf/httpd.conf", "/usr/local/apache2/")],
)
@pytest.mark.parametrize("given", ["", "./", "absolute"])
def test_the_root_of_a_copy_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, server_root: str, given: str
) -> None:
    folder = main.partition("/conf/")[0].removesuffix("/apache2.conf")
    text = f'ServerRoot "{server_root}"\nInclude own/*.conf\nInclude {server_root}/own\nInclude /opt/x.conf\n'
    write(tmp_path / "co", **{main: text, f"{folder}/own/a.conf": "Own\n", "opt/x.conf": "Opt\n"})
    monkeypatch.chdir(tmp_path)
    start = f"{tmp_path}/" if given == "absolute" else given
    found = load(f"{start}co/{main}")
    assert (names(found), kinds(found)) == (["Own", "Own", "Opt"], [])
    assert list(found.sources) == [f"{start}co/{main}", f"{start}co/{folder}/own/a.conf", f"{start}co/opt/x.conf"]
    assert found.whole


def test_debians_server_root_needs_no_directive(tmp_path: Path) -> None:
    write(tmp_path, etc__apache2__apache2_conf="Include /opt/x.conf\nInclude ports.conf\n", opt__x_conf="Opt\n",
          etc__apache2__ports_conf="Listen 80\n")  # fmt: skip
    assert names(load(str(tmp_path / "etc/apache2/apache2.conf"))) == ["Opt", "Listen"]
    write(tmp_path, apache2__apache2_conf="Include /opt/no-such-file.conf\n")
    assert kinds(load(str(tmp_path / "apache2/apache2.conf"))) == ["unreadable"]
    assert names(load(str(tmp_path / "apache2/apache2.conf"))) == []


SUSE = "Include /etc/apache2/uid.conf\nInclude /etc/apache2/vhosts.d/*.conf\n"
"""SUSE's main file sets no ServerRoot and names each file from /."""

ALPINE = "ServerRoot /no-such-folder/www\nInclude /etc/apache2/uid.conf\nIncludeOptional /etc/apache2/vhosts.d/*.conf\n"
"""Alpine's ServerRoot is a folder that a copy of the configuration does not have."""


@pytest.mark.parametrize(("main", "said"), [(SUSE, []), (ALPINE, ["include"])], ids=["SUSE", "Alpine"])
@pytest.mark.parametrize("given", ["", "./", "absolute"])
def test_the_folder_etc_apache2_shows_the_root_of_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, said: list[str], given: str
) -> None:
    write(tmp_path, etc__apache2__httpd_conf=main, etc__apache2__uid_conf="User a\n",
          **{"etc/apache2/vhosts.d/a.conf": "Own\n"})  # fmt: skip
    monkeypatch.chdir(tmp_path / "etc")
    start = f"{tmp_path}/etc/" if given == "absolute" else given
    found = load(f"{start}apache2/httpd.conf")
    assert (names(found), kinds(found)) == (["User", "Own"], said)
    assert f"{start}apache2/vhosts.d/a.conf" in found.sources
    if said and given != "absolute":
        assert found.problems[0].message == 'the ServerRoot "/no-such-folder/www" is not a directory below ".."'


@pytest.mark.parametrize("main", ["etc/apache2/other.conf", "apache2/httpd.conf"])
def test_another_file_or_folder_shows_no_root(tmp_path: Path, main: str) -> None:
    write(tmp_path, **{main: "Include /etc/apache2/no-such-file.conf\n", "etc/apache2/no-such-file.conf": "Own\n"})
    assert names(load(str(tmp_path / main))) == []


@pytest.mark.parametrize("server_root", ["none", "machine", "given"])
def test_absolute_paths_below_the_server_root_of_a_copy_are_in_the_copy(tmp_path: Path, server_root: str) -> None:
    """Whether this machine has that folder or not, and whether ServerRoot or the user names it."""
    named = "none" if server_root == "given" else server_root
    folder = f"{tmp_path}/{named}"
    text = f'ServerRoot "{folder}/"\nInclude {folder}/own/*.conf\nInclude {folder}-2/b.conf\n'
    text += f"<IfFile {folder}/own>\nC\n</IfFile>\n"
    write(tmp_path, copy__conf__httpd_conf=text, copy__own__a_conf="Copy\n", machine__own__a_conf="Machine\n")
    write(tmp_path, **{f"{named}-2/b.conf": "Beside\n"})
    options = Options(server_root=f"{tmp_path}/copy") if server_root == "given" else DEFAULTS
    found = load(str(tmp_path / "copy/conf/httpd.conf"), options)
    assert names(found) == ["Copy", "Beside", "C"]
    assert f"{tmp_path}/copy/own/a.conf" in found.sources
    assert [problem.kind for problem in found.problems if problem.fatal] == []


@pytest.mark.parametrize("main", ["co/Apache24/conf/httpd.conf", "co/conf/httpd.conf"])
def test_a_server_root_of_windows(tmp_path: Path, main: str) -> None:
    text = (
        'Define SRVROOT "c:/Apache24"\r\nServerRoot "${SRVROOT}"\r\n'
        'Include conf\\a.conf\r\nInclude "${SRVROOT}/conf/b.conf"\r\n'
        'Include "C:\\Apache24\\conf\\c*.conf"\r\n'
    )
    folder = main.removesuffix("/httpd.conf")
    write(tmp_path, **{main: text, **{f"{folder}/{name}.conf": f"{name.upper()}\n" for name in "abc"}})
    found = load(str(tmp_path / main))
    assert names(found) == ["A", "B", "C"]
    assert list(found.sources) == [f"{tmp_path}/{folder}/{name}.conf" for name in ("httpd", "a", "b", "c")]
    write(tmp_path, **{"unix/httpd.conf": "Include a\\b.conf\n", "unix/a\\b.conf": "D\n"})
    assert names(load(str(tmp_path / "unix/httpd.conf"))) == ["D"]


def test_a_link_of_a_copy_is_read_within_it(tmp_path: Path) -> None:
    write(tmp_path, etc__apache2__apache2_conf="Include sites-enabled/*.conf\n", etc__apache2__available__a_conf="A\n")
    (tmp_path / "etc/apache2/sites-enabled").mkdir()
    (tmp_path / "etc/apache2/sites-enabled/a.conf").symlink_to("/etc/apache2/available/a.conf")
    found = load(str(tmp_path / "etc/apache2/apache2.conf"))
    assert names(found) == ["A"]
    assert [(file.name, file.link) for file in found.files][1:] == [
        (f"{tmp_path}/etc/apache2/available/a.conf", f"{tmp_path}/etc/apache2/sites-enabled/a.conf")
    ]
    place = found.files[1].named_at
    assert place is not None
    assert place[:3] == (f"{tmp_path}/etc/apache2/apache2.conf", 1, 1)


def test_a_copy_is_read_before_this_machine(tmp_path: Path) -> None:
    write(tmp_path, machine__sites__a_conf="Machine\n", machine__mods__m_conf="Mod\n", copy__sites__b_conf="Copy\n")
    write(tmp_path, copy__httpd_conf=f"ServerRoot {tmp_path}/machine\nInclude sites/*.conf\nInclude mods/*.conf\n")
    found = load(str(tmp_path / "copy/httpd.conf"))
    assert names(found) == ["Copy", "Mod"]
    assert kinds(found) == ["outside"]
    assert found.whole
    assert found.problems[0].message == (
        f'"{tmp_path}/machine/mods/m.conf" is outside "{tmp_path}/copy": hpatch read it from this machine'
    )


def test_nothing_outside_is_read(tmp_path: Path) -> None:
    write(tmp_path, other__a_conf="A\n", other__b_conf="B\n")
    write(tmp_path, copy__httpd_conf=f"Own\nInclude {tmp_path}/other/*.conf\n")
    found = load(str(tmp_path / "copy/httpd.conf"), Options(given=Surroundings(outside=False)))
    assert names(found) == ["Own"]
    assert [(one.kind, one.fatal, one.place.line) for one in found.problems] == [("outside", True, 2)]
    assert "(and 1 more) is outside" in found.problems[0].message
    assert not found.whole


def test_this_machines_own_configuration_may_include_anything(tmp_path: Path) -> None:
    write(tmp_path, other__a_conf="A\n", server__conf__d_conf="D\n")
    write(tmp_path, server__conf__httpd_conf=f"ServerRoot {tmp_path}/server\nInclude {tmp_path}/other/a.conf\n")
    (tmp_path / "link").symlink_to("server")
    for folder in ("server", "link"):
        assert kinds(load(str(tmp_path / folder / "conf/httpd.conf"))) == []


def test_a_checkout_is_one_tree(tmp_path: Path) -> None:
    write(tmp_path, common__a_conf="A\n", env__prod__httpd_conf="Include ../../common/a.conf\n")
    main = str(tmp_path / "env/prod/httpd.conf")
    assert kinds(load(main)) == ["outside"]
    assert kinds(load(main, Options(given=Surroundings(tree=str(tmp_path))))) == []


def test_version_control_marks_a_checkout(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, common__a_conf="A\n", env__prod__httpd_conf="Include ../../common/a.conf\n")
    assert kinds(load(str(tmp_path / "env/prod/httpd.conf"))) == []


def test_a_root_is_given(tmp_path: Path) -> None:
    write(tmp_path, etc__httpd__conf__httpd_conf="ServerRoot /etc/httpd\nInclude sites/*.conf\n", srv__x_conf="X\n",
          etc__httpd__sites__a_conf="Include /srv/x.conf\nInclude ../../../../../../../../etc/passwd\n")  # fmt: skip
    found = load(str(tmp_path / "etc/httpd/conf/httpd.conf"), Options(given=Surroundings(root=str(tmp_path))))
    assert names(found) == ["X"]
    assert [one.message for one in found.problems] == [
        f'cannot read "{tmp_path}/etc/passwd": No such file or directory'
    ]


def test_a_file_of_this_machine_decides_nothing_for_a_copy(tmp_path: Path) -> None:
    write(tmp_path, other__a="", copy__a="",
          copy__httpd_conf=f"<IfFile {tmp_path}/other/a>\nX\n</IfFile>\n<IfFile a>\n</IfFile>\n")  # fmt: skip
    found = load(str(tmp_path / "copy/httpd.conf"))
    assert [condition.verdict for condition in found.conditions] == [None, True]
    checked = load(str(tmp_path / "copy/httpd.conf"), Options(check_files=True))
    assert [condition.verdict for condition in checked.conditions] == [True, True]


@pytest.mark.parametrize("server_root", ["", 'ServerRoot "/etc/httpd"\n'])
def test_a_part_has_the_server_root_of_its_main_file(tmp_path: Path, server_root: str) -> None:
    write(tmp_path, etc__httpd__apache2_conf=server_root, etc__httpd__sites__a_conf="Include own/b.conf\n",
          etc__httpd__own__b_conf="B\n")  # fmt: skip
    part = str(tmp_path / "etc/httpd/sites/a.conf")
    home = str(tmp_path / "etc/httpd/apache2.conf")
    assert kinds(load(part, DEFAULTS)) == ["unreadable"]
    found = load(part, Options(given=Surroundings(home=home)))
    assert (names(found), kinds(found)) == (["B"], [])


def test_a_server_root_of_everything_is_no_server_root(tmp_path: Path) -> None:
    write(tmp_path, **{"other/a.conf": "A\n", "copy/httpd.conf": f"ServerRoot /\nInclude {tmp_path}/other/a.conf\n"})
    assert kinds(load(str(tmp_path / "copy/httpd.conf"))) == ["outside"]


def test_a_given_server_root_is_part_of_what_was_given(tmp_path: Path) -> None:
    write(tmp_path, **{"server/a.conf": "A\n", "copy/site.conf": "Include a.conf\n"})
    found = load(str(tmp_path / "copy/site.conf"), Options(server_root=str(tmp_path / "server")))
    assert (names(found), kinds(found)) == (["A"], [])


def test_nothing_is_known_of_files_that_a_copy_lacks(tmp_path: Path) -> None:
    write(tmp_path, **{"etc/apache2/apache2.conf": "<IfFile /none>\n</IfFile>\nLoadModule ssl_module none.so\n"})
    modules = Modules(complete=True, static=["mod_so.c"])
    found = load(str(tmp_path / "etc/apache2/apache2.conf"), Options(check_files=True, modules=modules))
    assert [condition.verdict for condition in found.conditions] == [None]
    assert kinds(found) == []


@pytest.mark.parametrize(
    ("main", "tree"),
    [
        ("/dev/stdin", ""),
        ("/dev/fd/63", ""),
        ("/proc/self/fd/0", ""),
        ("/dev/shm/site/httpd.conf", "/dev/shm/site"),
        ("/dev/shm/conf/httpd.conf", "/dev/shm"),
    ],
)
def test_a_pipe_has_no_folder_and_a_file_in_memory_has_one(
    main: str, tree: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tree_of(main, None) == tree


ABOVE = "the parent of the main file's folder"
FOLDER = "the folder of the main file"


def told(base: Base) -> tuple[str, str, str, bool, str]:
    return base.view.root, base.server_root, base.machine, base.live, base.missing


@pytest.mark.parametrize(
    ("main", "server_root", "check_files", "expected"),
    [
        # this machine's own, also by a link
        ("{t}/srv/conf/httpd.conf", "{t}/srv", False, ("", "{t}/srv", "", True, "")),
        ("{t}/srv/httpd.conf", "{t}/srv/", True, ("", "{t}/srv/", "", True, "")),
        ("srv/conf/httpd.conf", "{t}/srv", False, ("", "{t}/srv", "", True, "")),
        ("{t}/link/conf/httpd.conf", "{t}/srv", False, ("", "{t}/srv", "", True, "")),
        ("{t}/srv/conf/httpd.conf", "{t}/link", False, ("", "{t}/link", "", True, "")),
        ("{t}/srv/out/httpd.conf", "{t}/srv", False, ("", "{t}/srv", "", True, "")),
        # from a copy of a whole root
        ("{t}/co/opt/web/conf/httpd.conf", "/opt/web", False, ("{t}/co", "/opt/web", "", False, "")),
        ("{t}/co/opt/web/conf/d/httpd.conf", "/opt/web/", True, ("{t}/co", "/opt/web", "", False, "")),
        ("co/opt/web/httpd.conf", "/opt/./web", False, ("co", "/opt/web", "", False, "")),
        # another folder of this machine
        ("{t}/other/httpd.conf", "{t}/srv", False, ("", "{t}/other", "{t}/srv", False, "")),
        ("{t}/other/conf/httpd.conf", "{t}/srv", False, ("", "{t}/other", "{t}/srv", False, "")),
        ("{t}/other/httpd.conf", "{t}/srv", True, ("", "{t}/srv", "", False, "")),
        ("{t}/other/httpd.conf", "/", True, ("", "/", "", False, "")),
        ("{t}/other/httpd.conf", "/", False, ("", "{t}/other", "/", False, "")),
        # a folder that is not here
        ("{t}/other/httpd.conf", "{t}/none", False, ("", "{t}/other", "", False, FOLDER)),
        ("{t}/other/conf/httpd.conf", "{t}/none", True, ("", "{t}/other", "", False, ABOVE)),
        ("conf/httpd.conf", "{t}/none", True, ("", "", "", False, ABOVE)),
        ("httpd.conf", "{t}/none", True, ("", "", "", False, FOLDER)),
        # relative to the current folder, which only httpd on this machine has
        ("{t}/other/httpd.conf", "srv", False, ("", "srv", "", False, "")),
        ("{t}/other/httpd.conf", "none", False, ("", "{t}/other", "", False, FOLDER)),
        ("{t}/other/httpd.conf", "srv", True, ("", "{t}/srv", "", False, "")),
        ("{t}/srv/httpd.conf", "srv", True, ("", "{t}/srv", "", True, "")),
    ],
)
def test_what_a_server_root_means(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    main: str,
    server_root: str,
    check_files: bool,
    expected: tuple[str, str, str, bool, str],
) -> None:
    for folder in ("srv/conf", "co/opt/web/conf/d", "other/conf"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "link").symlink_to("srv")
    (tmp_path / "srv/out").symlink_to("../other")
    monkeypatch.chdir(tmp_path)
    top = str(tmp_path)
    found = settle(main.format(t=top), server_root.format(t=top), MACHINE, check_files=check_files)
    assert told(found) == tuple(part.format(t=top) if isinstance(part, str) else part for part in expected)


def test_below_a_given_root_only_its_folders_count(tmp_path: Path) -> None:
    (tmp_path / "etc/httpd").mkdir(parents=True)
    view = Rooted(str(tmp_path))
    for check_files in (True, False):
        here = settle("/etc/httpd/httpd.conf", "/etc/httpd", view, check_files=check_files)
        assert told(here) == (str(tmp_path), "/etc/httpd", "", False, "")
        none = settle("/etc/httpd/httpd.conf", str(tmp_path), view, check_files=check_files)
        assert told(none) == (str(tmp_path), "/etc/httpd", "", False, FOLDER)


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        ("co/etc/apache2/apache2.conf", ("co", "/etc/apache2", "", False, "")),
        ("co/etc/apache2/httpd.conf", ("co", "/etc/apache2", "", False, "")),
        ("{t}/co/etc/apache2/httpd.conf", ("{t}/co", "/etc/apache2", "", False, "")),
        ("co/usr/local/etc/apache24/httpd.conf", ("co", "/usr/local/etc/apache24", "", False, "")),
        ("co/usr/local/etc/httpd/httpd.conf", ("co", "/usr/local/etc/httpd", "", False, "")),
        ("co/opt/homebrew/etc/httpd/httpd.conf", ("co", "/opt/homebrew/etc/httpd", "", False, "")),
        ("co/etc/httpd/httpd.conf", ("", "co/etc/httpd", "", False, "")),
        ("/etc/apache2/httpd.conf", ("", "/etc/apache2", "", False, "")),
        ("co/apache2/httpd.conf", ("", "co/apache2", "", False, "")),
        ("co/etc/apache2/x.conf", ("", "co/etc/apache2", "", False, "")),
        ("co/apache2/apache2.conf", ("", "co/apache2", "", False, "")),
        ("co/None/httpd.conf", ("", "co/None", "", False, "")),
        ("co/conf/httpd.conf", ("", "co/conf", "", False, "")),
        ("httpd.conf", ("", "", "", False, "")),
        ("/dev/stdin", ("", "", "", False, "")),
    ],
)
def test_where_paths_start_before_a_server_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, expected: tuple[str, str, str, bool, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    found = told(first(main.format(t=tmp_path), MACHINE))
    assert found == tuple(part.format(t=tmp_path) if isinstance(part, str) else part for part in expected)


@pytest.mark.parametrize("name", ["httpd.conf", "apache2.conf"])
def test_where_paths_start_below_a_given_root(tmp_path: Path, name: str) -> None:
    (tmp_path / "srv/etc/apache2").mkdir(parents=True)
    base = first(f"/srv/etc/apache2/{name}", Rooted(str(tmp_path)))
    server_root = "/srv/etc/apache2"
    assert told(base)[:4] == (str(tmp_path), server_root, "", False)
    assert bool(base.missing) == (name == "apache2.conf")


@pytest.mark.parametrize(
    ("text", "server_root"),
    [
        ("", "{t}/web/conf"),
        ('Listen 80\n ServerRoot "{t}/a b"\n', "{t}/a b"),
        ("Listen 80\n\tserverroot\t{t}/srv \t\r\nServerRoot {t}/other\n", "{t}/srv"),
        ("# ServerRoot {t}/srv\n", "{t}/web/conf"),
        ("ServerRoot {t}/srv x\n", "{t}/web/conf"),
        ("ServerRoot ${{ROOT}}\n", "{t}/web/conf"),
        (None, "{t}/web/conf"),
    ],
)
def test_the_server_root_of_a_part(tmp_path: Path, text: str | None, server_root: str) -> None:
    for folder in ("web/conf", "a b", "srv", "other"):
        (tmp_path / folder).mkdir(parents=True)
    main = tmp_path / "web/conf/httpd.conf"
    if text is not None:
        main.write_bytes(text.format(t=tmp_path).encode())
    found = of_part(str(main), MACHINE, check_files=True)
    assert told(found) == ("", server_root.format(t=tmp_path), "", False, "")


def test_the_server_root_of_a_part_below_a_given_root(tmp_path: Path) -> None:
    write(tmp_path, **{"etc/httpd/conf/httpd.conf": "ServerRoot /etc/httpd\n", "etc/httpd.conf": "ServerRoot /srv\n"})
    view = Rooted(str(tmp_path / "etc"))
    assert of_part(f"{tmp_path}/etc/httpd/conf/httpd.conf", Rooted(str(tmp_path)), check_files=False).server_root == (
        "/etc/httpd"
    )
    assert of_part(f"{tmp_path}/etc/httpd.conf", view, check_files=False).missing == FOLDER
    outside = of_part(f"{tmp_path}/httpd.conf", view, check_files=False)
    assert told(outside) == (f"{tmp_path}/etc", str(tmp_path), "", False, "")


def test_a_main_file_whose_name_no_file_can_have() -> None:
    assert told(of_part("web/ht\0pd.conf", MACHINE, check_files=True)) == ("", "web", "", False, "")


@pytest.mark.parametrize(
    ("main", "given", "tree"),
    [
        ("httpd.conf", None, ""),
        ("conf/httpd.conf", None, ""),
        ("web/conf/httpd.conf", None, "web"),
        ("web/a/httpd.conf", None, "web/a"),
        ("web/a/httpd.conf", "web", "web"),
        ("web/conf/httpd.conf", "web/conf", "web/conf"),
        ("web/conf/httpd.conf", ".", "."),
        ("web/a/httpd.conf", "/", "/"),
        ("web/a/httpd.conf", "other", "web/a"),
        ("website/httpd.conf", "web", "website"),
        # a checkout
        ("co/a/b/httpd.conf", None, "co"),
        ("co/a/conf/httpd.conf", "co/a", "co"),
        ("co/httpd.conf", "co", "co"),
        ("co/a/httpd.conf", "web", "co"),
        ("co/a/httpd.conf", ".", "."),
        ("{t}/co/a/httpd.conf", None, "{t}/co"),
    ],
)
def test_the_folder_that_a_main_file_is_given_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, given: str | None, tree: str
) -> None:
    (tmp_path / "co/.hg").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert tree_of(main.format(t=tmp_path), given) == tree.format(t=tmp_path)


@pytest.mark.parametrize("given", ["{t}/etc/httpd", "/etc/httpd"])
def test_a_given_server_root_may_be_written_with_the_given_root_or_without(tmp_path: Path, given: str) -> None:
    write(tmp_path, etc__httpd__conf__httpd_conf="Include sites/a.conf\n", etc__httpd__sites__a_conf="A\n")
    options = Options(server_root=given.format(t=tmp_path), given=Surroundings(root=str(tmp_path)))
    found = load(str(tmp_path / "etc/httpd/conf/httpd.conf"), options)
    assert (names(found), found.server_root) == (["A"], "/etc/httpd")


def test_a_part_that_the_copy_of_its_server_does_not_have(tmp_path: Path) -> None:
    write(tmp_path, co__etc__httpd__conf__httpd_conf="ServerRoot /etc/httpd\n", other__site_conf="A\n")
    given = Surroundings(home=str(tmp_path / "co/etc/httpd/conf/httpd.conf"))
    found = load(str(tmp_path / "other/site.conf"), Options(given=given))
    assert [one.message for one in found.problems] == [
        f'cannot read "{tmp_path}/other/site.conf": No such file or directory'
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(check_files=True), ["srv/extra.conf"]),
        (Options(server_root="{t}/srv"), ["third/x.conf"]),
    ],
    ids=["in the configuration", "given"],
)
def test_the_files_of_a_given_server_root_are_given(tmp_path: Path, options: Options, said: list[str]) -> None:
    write(tmp_path, srv__extra_conf="A\n", third__x_conf="B\n")
    third = "" if options.server_root is None else f"Include {tmp_path}/third/x.conf\n"
    write(tmp_path, other__httpd_conf=f"ServerRoot {tmp_path}/srv\nInclude extra.conf\n{third}")
    root = options.server_root and options.server_root.format(t=tmp_path)
    found = load(str(tmp_path / "other/httpd.conf"), options._replace(server_root=root))
    assert names(found)[0] == "A"
    assert [one.message.split('"')[1] for one in found.problems if one.kind == "outside"] == [
        f"{tmp_path}/{name}" for name in said
    ]


def test_a_root_that_holds_a_folder_of_its_own_name(tmp_path: Path) -> None:
    root = tmp_path / "root"
    main = Path(f"{root}{root}/etc/httpd.conf")
    main.parent.mkdir(parents=True)
    main.write_text(f'ServerRoot "{root}/etc"\nInclude a.conf\n')
    (main.parent / "a.conf").write_text("Listen 80\n")
    found = load(str(main), Options(given=Surroundings(root=str(root))))
    assert [file.name for file in found.files] == [str(main), str(main.parent / "a.conf")]
    assert found.problems == []


def test_texts_stand_for_files_of_a_copy_too(tmp_path: Path) -> None:
    """Also where the layout shows the copy's root, and paths are then those below it."""
    folder = tmp_path / "copy/etc/apache2"
    folder.mkdir(parents=True)
    (folder / "apache2.conf").write_text("Include /etc/apache2/ports.conf\n")
    (folder / "ports.conf").write_text("Listen 80\n")
    found = load(f"{folder}/apache2.conf", Options(texts={f"{folder}/ports.conf": "Listen 8080\n"}))
    assert [node.args for node in found.walk()] == ["8080"]
