"""What is written, and when nothing is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.errors import HpatchError
from hpatch.lint.engine.root import Root
from hpatch.lint.fixes.passes import Mended
from hpatch.lint.fixes.reach import Reach
from hpatch.lint.fixes.write import write


def mended(path: Path, before: str, after: str) -> Mended:
    return Mended(name=path.name, path=str(path), before=before, after=after)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("a.conf", "b.conf"):
        (tmp_path / name).write_bytes(b"old \xff\r\n")
    return tmp_path


def reach(*paths: Path) -> Reach:
    return Reach(map(str, paths), [], ())


def test_bytes_modes_and_owners_are_kept(site: Path) -> None:
    (site / "a.conf").chmod(0o604)
    if os.geteuid() == 0:
        os.chown(site / "a.conf", 65534, 65534)
    before = (site / "a.conf").stat()
    write([mended(site / "a.conf", "old \udcff\r\n", "new \udcff\r\n")], reach(site))
    after = (site / "a.conf").stat()
    assert (site / "a.conf").read_bytes() == b"new \xff\r\n"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert sorted(path.name for path in site.iterdir()) == ["a.conf", "b.conf"]


def test_a_file_that_changed_meanwhile_keeps_all_from_being_written(site: Path) -> None:
    (site / "b.conf").write_text("edited\n")
    files = [mended(site / name, "old \udcff\r\n", "new\n") for name in ("a.conf", "b.conf")]
    with pytest.raises(HpatchError, match=r"b\.conf: the file changed"):
        write(files, reach(site))
    assert (site / "a.conf").read_bytes() == b"old \xff\r\n"
    assert (site / "b.conf").read_text() == "edited\n"


def test_files_given_one_by_one_in_one_folder_are_written_together(site: Path) -> None:
    (site / "b.conf").write_text("edited\n")
    files = [mended(site / name, "old \udcff\r\n", "new\n") for name in ("a.conf", "b.conf")]
    with pytest.raises(HpatchError):
        write(files, reach(site / "a.conf", site / "b.conf"))
    assert (site / "a.conf").read_bytes() == b"old \xff\r\n"


def test_a_folder_within_another_is_written_with_it(site: Path) -> None:
    (site / "in").mkdir()
    (site / "in/c.conf").write_text("c\n")
    both = reach(site / "in", site)
    assert both.top(str(site / "in/c.conf")) == str(site)
    assert both.top("/etc/passwd") is None


def test_a_main_file_stands_for_its_folder_and_a_part_for_itself(site: Path) -> None:
    (site / "conf").mkdir()
    main = site / "conf/httpd.conf"
    main.write_text("")
    roots = [Root(str(main)), Root(str(site / "a.conf"))]
    whole = Reach([str(main)], roots, ())
    assert whole.bar(str(site / "b.conf")) is None
    part = Reach([str(site / "a.conf")], roots, [str(site / "a.conf")])
    assert part.bar(str(site / "a.conf")) is None
    assert part.bar(str(site / "b.conf")) == "the file is outside the given paths"
    assert part.bar(str(site / "none.conf")) == "it is not a regular file"
