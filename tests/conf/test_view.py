"""The files that a configuration sees, on this machine and below a root."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from hpatch.conf import view
from hpatch.conf.paths import NoMatchError, included
from hpatch.conf.view import MACHINE, GivenFolder, RealPaths, Rooted, view_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder to be `/`, beside a secret."""
    (tmp_path / "secret.conf").write_text("Secret\n")
    top = tmp_path / "root"
    (top / "etc/sites").mkdir(parents=True)
    (top / "etc/a.conf").write_text("A\n")
    return top


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("/etc/a.conf", "etc/a.conf"),
        ("../a.conf", "etc/a.conf"),
        ("../../../../../../etc/a.conf", "etc/a.conf"),
        ("/secret.conf", "secret.conf"),
        ("../../../secret.conf", "secret.conf"),
        ("/", ""),
    ],
)
def test_links_stay_below_the_root(root: Path, target: str, found: str) -> None:
    (root / "etc/sites/l.conf").symlink_to(target)
    assert Rooted(str(root)).host("/etc/sites/l.conf") == f"{root}/{found}"


def test_a_folder_behind_a_link(root: Path) -> None:
    (root / "etc/live").symlink_to("/etc/sites")
    (root / "etc/sites/s.conf").write_text("")
    (root / "etc/sites/up").symlink_to("..")
    view = Rooted(str(root))
    assert view.host("/etc/live/s.conf") == f"{root}/etc/sites/s.conf"
    assert view.host("/etc/live/../a.conf") == f"{root}/etc/a.conf"
    assert view.host("/etc/live/up/a.conf") == f"{root}/etc/a.conf"
    assert view.host("/../../secret.conf") == f"{root}/secret.conf"
    assert view.host("/etc/..") == f"{root}/"
    assert [*included("/etc/live/*.conf", optional=False, view=view)] == ["/etc/live/s.conf"]


def test_a_loop_of_links(root: Path) -> None:
    (root / "a").symlink_to("/b")
    (root / "b").symlink_to("/a")
    view = Rooted(str(root))
    with pytest.raises(OSError, match="symbolic links"):
        view.host("/a/x")
    assert not view.exists("/a")
    assert not view.is_folder("/a")
    assert [*included("/a", optional=True, view=view)] == []


def test_as_many_links_as_the_system_follows(root: Path) -> None:
    (root / "0").write_text("")
    for number in range(1, 42):
        (root / f"{number}").symlink_to(f"{number - 1}")
    view = Rooted(str(root))
    for follow in (os.stat, lambda path: view.stat(path.removeprefix(str(root)))):
        assert follow(f"{root}/40").st_size == 0
        with pytest.raises(OSError, match="symbolic links"):
            follow(f"{root}/41")


def test_what_there_is(root: Path) -> None:
    view = Rooted(str(root))
    assert [view.exists(path) for path in ("/etc", "/etc/a.conf", "/etc/b.conf", "/\0")] == [True, True, False, False]
    assert [view.is_folder(path) for path in ("/etc", "/etc/a.conf", "/b", "/\0")] == [True, False, False, False]
    assert view.read("/etc/a.conf", "shown").text == "A\n"
    assert [view.host(path) for path in ("/etc/", "/etc/.", "/etc/sites/..", "/", "")] == [
        *(f"{root}/etc" for _ in range(3)),
        f"{root}/",
        f"{root}/",
    ]


def test_wildcards_do_not_leave_the_root(root: Path) -> None:
    view = Rooted(str(root))
    with pytest.raises(NoMatchError):
        list(included("/../../*.conf", optional=False, view=view))
    assert [*included("/../*/*.conf", optional=False, view=view)] == ["/../etc/a.conf"]


def test_paths_below_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view = Rooted(f"{root}/")
    assert view.inner(f"{root}/etc/a.conf") == "/etc/a.conf"
    assert view.inner(str(root)) == "/"
    assert view.inner(f"{root}x") is None
    assert view.inner("/etc/a.conf") is None
    monkeypatch.chdir(root)
    assert Rooted(".").inner("etc/a.conf") == "/etc/a.conf"
    assert Rooted("/").inner("/etc/a.conf") == "/etc/a.conf"


@pytest.mark.parametrize("path", ["/dev/zero", "/proc/version", "/proc/kmsg", "/sys/kernel/notes", "/tmp"])
def test_devices_and_files_of_the_kernel_are_not_read(path: str) -> None:
    for stream in (False, True):
        with pytest.raises(OSError, match=r"not a regular file|a file of the kernel|No such file"):
            MACHINE.read(path, path, stream=stream)


def test_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("A\n")
    assert MACHINE.read(str(tmp_path / "a.conf"), "x").text == "A\n"
    assert MACHINE.read("/dev/null", "x").text == ""


def test_a_file_on_a_file_system_of_the_kernel_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.conf"
    path.write_text("A\n")
    monkeypatch.setattr("hpatch.conf.view._kernel", lambda: frozenset({path.stat().st_dev}))
    with pytest.raises(OSError, match="a file of the kernel"):
        MACHINE.read(str(path), "x", stream=True)


def test_a_folder_where_no_such_file_system_is_mounted_is_any_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: False)
    assert view._kernel.__wrapped__() == frozenset()


def test_a_socket_of_this_process_is_not_read() -> None:
    with socket.socket() as one, pytest.raises(OSError, match="not a regular file"):
        MACHINE.read(f"/dev/fd/{one.fileno()}", "x", stream=True)


def test_a_pipe_is_read_only_if_this_process_has_it_open(tmp_path: Path) -> None:
    end, other = os.pipe()
    try:
        os.write(other, b"Listen 80\n")
        os.close(other)
        assert MACHINE.read(f"/dev/fd/{end}", "x", stream=True).text == "Listen 80\n"
        with pytest.raises(OSError, match="not a regular file"):
            MACHINE.read(f"/dev/fd/{end}", "x")
    finally:
        os.close(end)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        MACHINE.read(str(tmp_path / "pipe"), "x", stream=True)


@pytest.mark.parametrize("given", ["", ".", "./", "absolute"])
def test_a_link_is_shown_as_the_file_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    (tmp_path / "sites-available").mkdir()
    (tmp_path / "sites-enabled").mkdir()
    (tmp_path / "sites-available/a.conf").write_text("")
    (tmp_path / "sites-enabled/a.conf").symlink_to("../sites-available/a.conf")
    monkeypatch.chdir(tmp_path)
    start = f"{tmp_path}/" if given == "absolute" else "./" if given == "./" else ""
    folder = GivenFolder(str(tmp_path) if given == "absolute" else given)
    assert folder.shown(f"{start}sites-enabled/a.conf") == (
        f"{start}sites-available/a.conf",
        f"{start}sites-enabled/a.conf",
    )
    assert folder.shown(f"{start}sites-available/a.conf") == (f"{start}sites-available/a.conf", None)


def test_a_given_folder_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.conf").write_text("")
    (tmp_path / "link").symlink_to("real")
    folder = GivenFolder(str(tmp_path / "link"))
    for name in ("link/a.conf", "real/a.conf"):
        assert folder.has(str(tmp_path / name))
        assert folder.shown(str(tmp_path / name)) == (str(tmp_path / name), None)
    (tmp_path / "real/out.conf").symlink_to(tmp_path / "other.conf")
    assert not folder.has(str(tmp_path / "real/out.conf"))
    assert not folder.has(str(tmp_path / "reality"))
    assert folder.shown(str(tmp_path / "real/out.conf")) == (str(tmp_path / "real/out.conf"), None)


def test_the_root_is_a_given_folder(tmp_path: Path) -> None:
    assert GivenFolder("/").has(str(tmp_path))
    assert GivenFolder("/").shown(f"{tmp_path}/a.conf") == (f"{tmp_path}/a.conf", None)


def test_the_folder_above_a_link_is_that_of_its_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b")
    real = RealPaths()
    assert real(f"{tmp_path}/link/..") == f"{tmp_path}/a"
    assert real(f"{tmp_path}/link/.") == f"{tmp_path}/a/b"
    assert real(f"{tmp_path}/link/") == f"{tmp_path}/a/b"
    assert real(f"{tmp_path}/link/x") == f"{tmp_path}/a/b/x"
    monkeypatch.chdir(tmp_path)
    assert real("link") == f"{tmp_path}/a/b"


@pytest.mark.parametrize("below", [True, False])
def test_a_text_stands_for_a_file(root: Path, below: bool) -> None:
    """Also for one that is no longer there."""
    seen = view_of(str(root) if below else None, {f"{root}/etc/a.conf": "B\n", f"{root}/etc/gone.conf": "C\n"})
    inner = "/etc" if below else f"{root}/etc"
    (root / "etc/b.conf").write_text("D\n")
    assert [seen.read(f"{inner}/{name}.conf", name).text for name in ("a", "gone", "b")] == ["B\n", "C\n", "D\n"]
