"""What a path stands for."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hpatch.conf.base import Surroundings
from hpatch.conf.load import Options
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Configuration
from hpatch.errors import InputError, UsageError
from hpatch.lint.engine.root import read
from hpatch.lint.roots import in_tree, instances, located, not_read, roots

INI = "[uwsgi]\nsocket = /run/a.sock\n"


def tree(folder: Path, *files: str, **texts: str) -> None:
    """Files by name, empty or with a text; `__` in a name stands for a slash, `_` for a dot."""
    for name in files:
        texts[name] = ""
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(folder: Path) -> list[str]:
    return [str(Path(root.path).relative_to(folder)) for root in roots(str(folder), Options())]


def test_a_file_is_itself_whatever_it_is_called(tmp_path: Path) -> None:
    tree(tmp_path, "notes_txt")
    assert [root.path for root in roots(str(tmp_path / "notes.txt"), Options())] == [str(tmp_path / "notes.txt")]


def test_what_is_not_there_is_a_root_that_cannot_be_read() -> None:
    assert [root.path for root in roots("no/such.conf", Options())] == ["no/such.conf"]


def test_main_files_at_any_depth(tmp_path: Path) -> None:
    tree(tmp_path, "b__conf__httpd_conf", "a__apache2_conf", "a__sites__one_conf", "_git__httpd_conf")
    assert names(tmp_path) == ["a/apache2.conf", "b/conf/httpd.conf"]


def test_a_main_file_that_another_includes_is_none(tmp_path: Path) -> None:
    tree(tmp_path, "httpd_conf", apache2_conf="Include httpd.conf\n")
    assert names(tmp_path) == ["apache2.conf"]


def test_without_a_main_file_all_that_no_other_includes(tmp_path: Path) -> None:
    tree(tmp_path, "a_conf", "parts__p_conf", "_htaccess", "readme_txt", z_conf="  include parts/*.conf\n")
    assert names(tmp_path) == [".htaccess", "a.conf", "z.conf"]


def test_files_that_include_each_other(tmp_path: Path) -> None:
    tree(tmp_path, a_conf="Include b.conf\n", b_conf="Include a.conf\n", c_conf="Include c.conf\n")
    assert names(tmp_path) == ["a.conf", "c.conf"]


def test_links_count_once(tmp_path: Path) -> None:
    tree(tmp_path, "a_conf")
    (tmp_path / "b.conf").symlink_to("a.conf")
    assert names(tmp_path) == ["a.conf"]


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no configuration in this folder"):
        roots(str(tmp_path), Options())


def test_envvars_beside_the_main_file(tmp_path: Path) -> None:
    tree(tmp_path, "a__apache2_conf", "b__apache2_conf", a__envvars="export A=1\n")
    found = roots(str(tmp_path), Options())
    assert [root.options.environment for root in found] == [{"A": "1"}, {}]
    (direct,) = roots(str(tmp_path / "a/apache2.conf"), Options())
    assert direct.options.environment == {"A": "1"}
    (without,) = roots(str(tmp_path / "a/apache2.conf"), Options(), environment=False)
    assert without.options.environment == {}


def test_uwsgi_goes_with_the_nearest_configuration(tmp_path: Path) -> None:
    tree(
        tmp_path, "a__apache2__apache2_conf", "b__httpd_conf", a__uwsgi__x_ini=INI, b__y_ini=INI,
        b__php_ini="[PHP]\n", top_ini=INI,
    )  # fmt: skip
    found = {Path(root.path).name: [Path(file).name for file in root.uwsgi] for root in roots(str(tmp_path), Options())}
    assert found == {"apache2.conf": ["top.ini", "x.ini"], "httpd.conf": ["top.ini", "y.ini"]}


def test_uwsgi_in_every_format(tmp_path: Path) -> None:
    big = " " * (1 << 18) + "[uwsgi]\n"
    tree(
        tmp_path, "httpd_conf", a_yaml="uwsgi:\n  socket: /run/a.sock\n", b_yml="services:\n  uwsgi:\n    socket: 1\n",
        c_json='{"uwsgi": {}}', d_xml="<uwsgi/>", e_xml="<uwsgi></uwsgi>", f_ini=big,
    )  # fmt: skip
    (root,) = roots(str(tmp_path), Options())
    assert [Path(file).name for file in root.uwsgi] == ["a.yaml", "c.json", "e.xml"]


def test_instances(tmp_path: Path) -> None:
    tree(tmp_path, "empty__x_ini", vassals__a_ini=INI, vassals__b_ini="[other]\n")
    assert instances(str(tmp_path / "vassals")) == [str(tmp_path / "vassals/a.ini")]
    assert instances("any/file") == ["any/file"]
    with pytest.raises(InputError, match="no file of uWSGI"):
        instances(str(tmp_path / "empty"))


def _closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a folder be one that this process may not look into; a mode would not do, as root reads all."""
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)


@pytest.mark.parametrize("closed", ["", "a", "a/b"])
def test_a_folder_that_cannot_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str) -> None:
    tree(tmp_path, "x_conf", "a__b__y_conf", "h__httpd_conf")
    _closed(tmp_path / closed, monkeypatch)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        roots(str(tmp_path), Options())
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        instances(str(tmp_path))


@pytest.mark.parametrize("closed", ["h/private", "h/ssl/private"])
def test_a_closed_folder_of_a_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str) -> None:
    tree(tmp_path, "h__httpd_conf", "h__private__key_pem", "h__ssl__private__key_pem")
    _closed(tmp_path / closed, monkeypatch)
    assert names(tmp_path) == ["h/httpd.conf"]


PART = "<VirtualHost *:80>\n</VirtualHost>\n"


def test_a_virtual_hosts_file_that_no_main_file_includes(tmp_path: Path) -> None:
    tree(tmp_path, "modules_conf", httpd_conf="Include sites/a.conf\n", sites__a_conf=PART, sites__b_conf=PART,
         sites__c_conf="ProxyPass / http://c/\nInclude sites/d.conf\n", sites__d_conf=PART)  # fmt: skip
    assert names(tmp_path) == ["httpd.conf", "sites/b.conf", "sites/c.conf"]
    main, b, _ = roots(str(tmp_path), Options())
    assert main.configuration is not None
    assert b.configuration is None
    assert b.options.given.home == str(tmp_path / "httpd.conf")
    assert [root.path for root in roots(str(tmp_path), Options(), parts=False)] == [str(tmp_path / "httpd.conf")]


def test_a_main_file_in_a_folder_of_its_own_is_home(tmp_path: Path) -> None:
    tree(tmp_path, "etc__conf__httpd_conf", "conf__x_conf", etc__conf_d__b_conf=PART)
    tree(tmp_path, "etc/sites/deep/er/c.conf")
    found = {
        root.path: root.options.given.home for root in roots(str(tmp_path / "etc/sites/deep/er/c.conf"), Options())
    }
    assert found == {str(tmp_path / "etc/sites/deep/er/c.conf"): None}
    (part,) = roots(str(tmp_path / "etc/sites/deep/c.conf"), Options())
    assert part.options.given.home == str(tmp_path / "etc/conf/httpd.conf")


def test_a_part_has_the_environment_of_its_main_file(tmp_path: Path) -> None:
    tree(tmp_path, "apache2_conf", envvars="export A=1\n", sites__a_conf=PART)
    assert [root.options.environment for root in roots(str(tmp_path), Options())] == [{"A": "1"}] * 2
    (alone,) = roots(str(tmp_path / "sites/a.conf"), Options())
    assert alone.options.environment == {"A": "1"}


@pytest.mark.parametrize(
    "name",
    ["a.conf.dpkg-old", "a.conf.dpkg-dist", "a.conf.rpmnew", "a.conf.rpmsave", "a.conf~", "a.conf.bak", "a.conf.orig",
     "a.bak.conf", "conf/original/httpd.conf", "conf/original/extra.conf", ".hidden/a.conf"],
)  # fmt: skip
def test_leftovers_are_no_roots(tmp_path: Path, name: str) -> None:
    for file in ("site.conf", name):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(PART)
    assert names(tmp_path) == ["site.conf"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("b.conf", ["a.conf", "old/c.conf"]),
        ("old", ["a.conf", "b.conf"]),
        ("[ab].conf", ["old/c.conf"]),
        ("FOLDER/old", ["a.conf", "b.conf"]),
        ("FOLDER/*.conf", []),
        ("FOLDER/old/c.conf", ["a.conf", "b.conf"]),
        ("other/*", ["a.conf", "b.conf", "old/c.conf"]),
    ],
)
def test_exclude(tmp_path: Path, pattern: str, left: list[str]) -> None:
    tree(tmp_path, "a_conf", "b_conf", "old__c_conf")
    exclude = (pattern.replace("FOLDER", str(tmp_path)),)
    if not left:
        with pytest.raises(InputError, match="no configuration"):
            roots(str(tmp_path), Options(), exclude=exclude)
        return
    found = roots(str(tmp_path), Options(), exclude=exclude)
    assert [str(Path(root.path).relative_to(tmp_path)) for root in found] == left


def test_paths_below_a_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "rootfs__etc__httpd_conf")
    monkeypatch.chdir(tmp_path)
    assert located("/etc", None) == "/etc"
    assert located("/etc", "rootfs") == "rootfs/etc"
    assert located("rootfs/etc/httpd.conf", "rootfs") == "rootfs/etc/httpd.conf"
    with pytest.raises(UsageError, match="is not below the root"):
        located("other/httpd.conf", "rootfs")
    (tmp_path / "rootfs/a").symlink_to("/a")
    with pytest.raises(InputError, match="symbolic links"):
        located("/a/b", "rootfs")


def test_a_configmap(tmp_path: Path) -> None:
    values = "  httpd.conf: |\n    Include conf.d/*.conf\n  a.conf: |\n    ServerName a\n  x: |\n    server {}\n"
    tree(tmp_path, "plain_yaml", web_yaml=f"kind: ConfigMap\ndata:\n{values}")
    tree(tmp_path, other_yml="kind: ConfigMap\ndata:\n  nginx.conf: |\n    server {}\n")
    assert names(tmp_path) == ["web.yaml/httpd.conf"]
    (root,) = roots(str(tmp_path / "web.yaml"), Options())
    assert root.path == str(tmp_path / "web.yaml/httpd.conf")
    assert [root.path for root in roots(str(tmp_path / "plain.yaml"), Options())] == [str(tmp_path / "plain.yaml")]
    tree(tmp_path, "httpd_conf")
    assert names(tmp_path) == ["httpd.conf", "web.yaml/httpd.conf"]


def test_no_link_leads_out_of_a_root(tmp_path: Path) -> None:
    tree(tmp_path, "apache2_conf", envvars="export A=outside\n", part_conf=PART)
    tree(tmp_path / "root", "etc__httpd_conf", "etc__apache2_conf")
    for name in ("envvars", "part.conf"):
        (tmp_path / "root/etc" / name).symlink_to(tmp_path / name)
    options = Options(given=Surroundings(root=str(tmp_path / "root")))
    found = roots(str(tmp_path / "root"), options)
    assert [Path(root.path).name for root in found] == ["apache2.conf", "httpd.conf"]
    assert [root.options.environment for root in found] == [{}, {}]
    (tmp_path / "root/etc/envvars").unlink()
    (tmp_path / "root/etc/envvars").symlink_to("/etc/vars")
    (tmp_path / "root/etc/vars").write_text("export A=inside\n")
    assert [root.options.environment for root in roots(str(tmp_path / "root"), options)] == [{"A": "inside"}] * 2


@pytest.mark.parametrize("name", ["a.conf", "a.ini", "a.yaml", "envvars"])
def test_a_link_to_a_file_of_the_kernel_is_not_read(tmp_path: Path, name: str) -> None:
    tree(tmp_path, "apache2_conf")
    (tmp_path / name).symlink_to("/proc/kmsg")
    if name == "envvars":
        with pytest.raises(InputError, match="a file of the kernel"):
            roots(str(tmp_path), Options())
    else:
        assert names(tmp_path) == ["apache2.conf"]


@pytest.mark.parametrize("name", ["a.conf.j2", "vhost.erb", "a.conf.epp", "site.tmpl", "httpd.conf.in", "a.gotmpl"])
def test_templates_are_found_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<VirtualHost *:80>\nServerName {{ a }}\n</VirtualHost>\n")
    (tmp_path / f"nginx-{name}").write_text("server {\n  listen 80;\n  server_name {{ a }};\n}\n")
    (tmp_path / f"{name}.bak").write_text("<VirtualHost *:80>\n</VirtualHost>\n")
    assert [Path(root.path).name for root in roots(str(tmp_path), Options())] == [name]
    with pytest.raises(InputError, match="no configuration"):
        roots(str(tmp_path), Options(), exclude=[name])
    (tmp_path / "apache2.conf").write_text("Listen 80\n")
    assert {Path(root.path).name for root in roots(str(tmp_path), Options())} == {"apache2.conf", name}


def test_the_current_folder_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, httpd_conf="Include a/*.conf\n", a__x_conf="Listen 80\n", a__uwsgi__x_ini=INI, y_ini=INI,
         b__z_conf="Timeout 60\n")  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (root,) = roots(".", Options())
    assert (root.path, root.uwsgi) == ("httpd.conf", ("y.ini", "a/uwsgi/x.ini"))
    assert list(read(root).sources) == ["httpd.conf", "a/x.conf"]
    assert [one.name for one in not_read(".", ["httpd.conf", "a/x.conf"])] == ["b/z.conf"]
    assert [root.path for root in roots("./", Options())] == ["./httpd.conf"]


@pytest.mark.parametrize(("name", "readable"), [("a", True), ("a/b", True), ("", False)])
def test_a_folder_in_the_current_one_that_cannot_be_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, readable: bool
) -> None:
    tree(tmp_path, "httpd_conf")
    monkeypatch.chdir(tmp_path)
    walk = os.walk

    def refuse(top: str, onerror: Callable[[OSError], None]) -> Iterator[tuple[str, list[str], list[str]]]:
        onerror(PermissionError(errno.EACCES, "Permission denied", f"{top}/{name}" if name else top))
        if name:
            yield from walk(top)

    monkeypatch.setattr(os, "walk", refuse)
    if readable:
        assert [root.path for root in roots(".", Options())] == ["httpd.conf"]
        return
    with pytest.raises(InputError, match=r"^\.: cannot be read: Permission denied$"):
        roots(".", Options())


def test_what_was_not_read(tmp_path: Path) -> None:
    tree(tmp_path, "apache2_conf", a__x_conf="Timeout 60\n", b__y_conf="Timeout 60\n")
    (tmp_path / "b/absolute.conf").symlink_to("/etc/no-such-folder/x.conf")
    read = [str(tmp_path / name) for name in ("apache2.conf", "a/x.conf", "b/absolute.conf")]
    assert [one.name for one in not_read(str(tmp_path), read)] == [str(tmp_path / "b/y.conf")]
    assert not_read(str(tmp_path / "apache2.conf"), []) == []


BUILT = Options(modules=Modules(complete=True, static=["core.c", "mod_so.c"]))
LOADS = "Listen 80\nLoadModule mpm_event_module e.so\nLoadModule alias_module a.so\n"


def known(path: Path, own: str = "", mains: dict[str, Configuration] | None = None) -> bool | None:
    """What a part knows of mod_ssl with an httpd that was asked."""
    (root,) = roots(str(path), BUILT)
    return read(in_tree(root, own, {} if mains is None else mains)).modules.has("ssl_module")


def test_a_part_that_its_main_file_reads_has_the_modules_of_this_one(tmp_path: Path) -> None:
    tree(tmp_path, httpd_conf=f'ServerRoot "{tmp_path}"\n{LOADS}Include on/*.conf\n', on__a_conf="", off__b_conf="")
    (tmp_path / "on" / "c.conf").symlink_to("../off/c.conf")
    tree(tmp_path, off__c_conf="")
    assert known(tmp_path / "on" / "a.conf") is False
    assert known(tmp_path / "on" / "c.conf") is False
    assert known(tmp_path / "off" / "c.conf") is False, "by its link"
    assert known(tmp_path / "off" / "b.conf") is None, "what enables it may load more"


def test_a_part_that_the_program_reads_of_its_own(tmp_path: Path) -> None:
    part = tmp_path / "hosts" / "a.conf"
    tree(tmp_path, hosts__a_conf="", etc__main_conf=f'ServerRoot "{tmp_path}"\n{LOADS}Include {part}\n')
    own = str(tmp_path / "etc" / "main.conf")
    mains: dict[str, Configuration] = {}
    assert known(part, own, mains) is False
    assert list(mains) == [own]
    assert known(part) is None
    assert known(part, str(tmp_path / "nothing.conf")) is None


@pytest.mark.parametrize(
    "more", ["Include missing.conf", "<IfFile /x>\nLoadModule ssl_module s.so\n</IfFile>"], ids=["unread", "undecided"]
)
def test_a_main_file_that_does_not_tell_all_modules(tmp_path: Path, more: str) -> None:
    tree(tmp_path, httpd_conf=f'ServerRoot "{tmp_path}"\n{LOADS}{more}\nInclude on/*.conf\n', on__a_conf="")
    assert known(tmp_path / "on" / "a.conf") is None
