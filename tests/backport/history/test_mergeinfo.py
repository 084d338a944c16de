"""Subversion's record of merges."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hpatch.backport.history import mergeinfo
from hpatch.errors import InputError

TEXT = """/httpd/httpd/branches/proxy-fcgi:1000000-1000900
/httpd/httpd/trunk:1201056,1201450-1201460*,1201491
"""


def test_the_record() -> None:
    record = mergeinfo.read(TEXT, "x")
    told = [
        number
        for number in (1000001, 1201056, 1201057, 1201450, 1201455, 1201460, 1201461, 1201491)
        if number in record
    ]
    assert told == [1201056, 1201450, 1201455, 1201460, 1201491]
    assert None not in record
    assert 1000001 in mergeinfo.read(TEXT, "x", "proxy-fcgi")
    assert len(mergeinfo.read("\n", "x")) == 0


def test_ranges_that_overlap() -> None:
    record = mergeinfo.read("/trunk:10-20,15,12-30,31,40-39,50", "x")
    assert [number for number in range(60) if number in record] == [*range(10, 32), 50]
    assert len(record) == 2


@pytest.mark.parametrize("text", ["no property", "/trunk:12-", "/trunk:12,x", "/trunk:1-2-3"])
def test_what_is_no_record(text: str) -> None:
    with pytest.raises(InputError, match=r"x: not a valid svn:mergeinfo"):
        mergeinfo.read(text, "x")


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "record"
    file.write_text(TEXT)
    assert 1201056 in mergeinfo.load(str(file))
    with pytest.raises(InputError, match="cannot be read"):
        mergeinfo.load(str(tmp_path / "none"))


@pytest.mark.svn
def test_a_working_copy(tmp_path: Path) -> None:
    def svn(*arguments: str | Path) -> None:
        subprocess.run(arguments, check=True, capture_output=True)

    server, copy = tmp_path / "server", tmp_path / "copy"
    svn("svnadmin", "create", server)
    svn("svn", "checkout", "--quiet", server.as_uri(), copy)
    svn("svn", "propset", "svn:mergeinfo", "/httpd/httpd/trunk:1201056", copy)
    assert 1201056 in mergeinfo.load(str(copy))
    with pytest.raises(InputError, match=str(tmp_path)):
        mergeinfo.load(str(tmp_path))
