"""The files that a configuration sees, on this machine and below a root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.conf.paths import NoMatchError, included
from hpatch.conf.view import MACHINE, GivenFolder, Rooted


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
