"""What building takes, and what is said where it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd import toolchain
from hpatch.errors import ToolError

PROGRAMS = {"make", "cc", "apr-1-config", "apu-1-config", "pcre2-config", "pcre-config", "autoconf", "autoheader"}


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with these programs, each as good as it needs to be."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        program = folder / name
        program.write_text(f'#!/bin/sh\n[ "$1" != --installbuilddir ] || echo {tmp_path}\n')
        program.chmod(0o755)
    (tmp_path / "find_apu.m4").touch()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CC", raising=False)
    return folder


def test_all_is_there(only: Path) -> None:
    tools = toolchain.find(pcre2=True, buildconf=False)
    assert tools.pcre == str(only / "pcre2-config")
    assert tools.apr is not None and tools.apr.build == only.parent
    assert tools.ccache is None
    assert toolchain.find(pcre2=False, buildconf=False).pcre == str(only / "pcre-config")


def test_pcre1_serves_a_tree_that_knows_both(only: Path) -> None:
    (only / "pcre2-config").unlink()
    assert toolchain.find(pcre2=True, buildconf=False).pcre == str(only / "pcre-config")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (("make",), r"needs make; on Debian: apt-get install make$"),
        (("cc",), r"needs cc; on Debian: apt-get install gcc$"),
        (("apr-1-config", "apu-1-config"), r"apr-1-config and apu-1-config; .* libapr1-dev libaprutil1-dev$"),
        (("pcre2-config", "pcre-config"), r"needs pcre2-config; .* libpcre2-dev$"),
        (("autoconf", "autoheader"), r"needs autoconf and autoheader; .*install autoconf$"),
    ],
)
def test_what_is_missing_is_named_with_its_packages(only: Path, missing: tuple[str, ...], said: str) -> None:
    for name in missing:
        (only / name).unlink()
    with pytest.raises(ToolError, match=said):
        toolchain.find(pcre2=True, buildconf=True)


def test_a_compiler_without_headers(only: Path) -> None:
    (only / "cc").write_text("#!/bin/sh\necho '<stdin>:1:10: fatal error: stdlib.h: No such file' >&2\nexit 1\n")
    with pytest.raises(ToolError, match=r"needs stdlib\.h; on Debian: apt-get install libc6-dev$"):
        toolchain.find(pcre2=True, buildconf=False)


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (
            "echo 'cc: error: -foo is unknown' >&2; exit 1",
            r"the C compiler does not work: \S+/cc -E -: cc: error: -foo",
        ),
        ("exit 3", r"the C compiler does not work: \S+/cc -E - ended with 3$"),
    ],
)
def test_a_compiler_that_does_not_work(only: Path, does: str, said: str) -> None:
    (only / "cc").write_text(f"#!/bin/sh\n{does}\n")
    with pytest.raises(ToolError, match=said):
        toolchain.find(pcre2=True, buildconf=False)


def test_apr_utils_m4_file_is_apr_utils(only: Path, tmp_path: Path) -> None:
    (tmp_path / "find_apu.m4").unlink()
    with pytest.raises(ToolError, match=r"needs find_apu\.m4; on Debian: apt-get install libaprutil1-dev$"):
        toolchain.find(pcre2=True, buildconf=True)


def test_what_the_user_gives_is_not_looked_for(only: Path) -> None:
    for name in ("apr-1-config", "apu-1-config", "pcre2-config", "pcre-config"):
        (only / name).unlink()
    arguments = ["--with-apr=/a", "--with-apr-util=/b", "--with-pcre=/c"]
    assert toolchain.find(pcre2=True, buildconf=False, arguments=arguments)[:3] == (None, None, None)
