"""Command tables read from built files; `test_httpd` holds them against what httpd lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.facts.make import elf


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        (128, {"RSRC_CONF"}),
        (31, {"OR_ALL"}),
        (31 | 256, {"OR_ALL", "EXEC_ON_READ"}),
        (128 | 64 | 2048, {"RSRC_CONF", "ACCESS_CONF", "PROXY_CONF"}),
        (8 | 1, {"OR_AUTHCFG", "OR_LIMIT"}),
        (0, {"OR_NONE"}),
    ],
)
def test_flags(mask: int, names: set[str]) -> None:
    assert elf.flags(mask) == names


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(58), b"\x7fELF\x02\x02" + bytes(58)])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "mod_some.so"
    file.write_bytes(data)
    with pytest.raises(ValueError, match="not a built module"):
        elf.of_file(file)


@pytest.mark.httpd
def test_a_file_that_ends_too_early_is_refused(tmp_path: Path, httpd: str) -> None:
    file = tmp_path / "mod_some.so"
    file.write_bytes(Path(httpd).resolve().read_bytes()[:5000])
    with pytest.raises(ValueError, match="not a built module"):
        elf.of_file(file)
