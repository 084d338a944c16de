"""What differs between two builds, by their files."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hpatch.build.reproducible import OtherFile, SecondBuild, compare, prefix_map, sections

NOW = datetime(2026, 11, 9, tzinfo=UTC)
ID = ".note.gnu.build-id"
FOLDERS = (Path("/build/one"), Path("/build/again"))


def elf(content: Mapping[str, bytes], *, wide: bool = True, order: str = "<") -> bytes:
    """An ELF file with these sections and nothing else."""
    named = {"": b"", **content, ".shstrtab": b""}
    labels = b"".join(name.encode() + b"\0" for name in named)
    named[".shstrtab"] = labels
    head = 64 if wide else 52
    body, table, at = b"", b"", 0
    for name, data in named.items():
        kind = 0 if not name else 1
        form = f"{order}IIQQQQIIQQ" if wide else f"{order}IIIIIIIIII"
        table += struct.pack(form, at, kind, 0, 0, head + len(body), len(data), 0, 0, 0, 0)
        at += len(name) + 1
        body += data
    sizes = (head, 0, 0, struct.calcsize(form), len(named), len(named) - 1)
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    offsets = "QQQ" if wide else "III"
    start = struct.pack(f"{order}HHI{offsets}I6H", 3, 62, 1, 0, 0, head + len(body), 0, *sizes)
    return ident + start + body + table


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_sections(wide: bool, order: str) -> None:
    one = sections(elf({".text": b"a", ".data": b"b"}, wide=wide, order=order))
    other = sections(elf({".text": b"a", ".data": b"c"}, wide=wide, order=order))
    assert set(one) == {".text", ".data", ".shstrtab"}
    assert [name for name in one if one[name] != other[name]] == [".data"]


def test_a_damaged_file_has_no_sections() -> None:
    whole = elf({".text": b"a"})
    for cut in range(len(whole)):
        assert set(sections(whole[:cut])) <= {".text", ".shstrtab"}
    assert sections(whole[:40] + b"\xff" * 24 + whole[64:]) == {}
    assert sections(b"text") == {}


def made(folder: Path, files: Mapping[str, bytes]) -> dict[str, Path]:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in files}


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        (elf({".text": b"a"}), elf({".text": b"a"}), None),
        (elf({".text": b"a"}), elf({".text": b"b"}), (".text",)),
        (
            elf({".text": b"a", ".note.gnu.build-id": b"1"}),
            elf({".text": b"b", ".note.gnu.build-id": b"2"}),
            (".text",),
        ),
        (elf({ID: b"1"}), elf({ID: b"2"}), (ID,)),
        (
            elf({".debug_str": b"in /build/one/a.c", ".debug_line": b"a"}),
            elf({".debug_str": b"in /build/again/a.c", ".debug_line": b"b"}),
            ("debug information", "the build's folder"),
        ),
        (elf({".rodata": b"Nov  9 2026 10:00"}), elf({".rodata": b"Nov  9 2026 10:01"}), (".rodata", "the date")),
        (b"text one", b"text two", ("content",)),
    ],
)
def test_what_differs(tmp_path: Path, first: bytes, second: bytes, kinds: tuple[str, ...] | None) -> None:
    one, other = made(tmp_path / "1", {"a.so": first, "b": b""}), made(tmp_path / "2", {"a.so": second, "b": b""})
    found = compare(one, other, FOLDERS, NOW)
    assert found == SecondBuild(2, () if kinds is None else (OtherFile("a.so", kinds),))
    assert found.same == (kinds is None)


def test_a_file_of_one_build_only_differs_and_no_files_are_not_the_same(tmp_path: Path) -> None:
    one, other = made(tmp_path / "1", {"a": b""}), made(tmp_path / "2", {})
    assert compare(one, other, FOLDERS).differences == (OtherFile("a", ("there in one build only",)),)
    assert not compare({}, {}, FOLDERS).same
    assert not SecondBuild(1, failure="broken").same


def test_a_compiler_without_the_flag_gets_none(tmp_path: Path) -> None:
    for name, code in (("knows", 0), ("does-not", 1)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    assert prefix_map(Path("/b"), [str(tmp_path / "knows")]) == "-ffile-prefix-map=/b=."
    assert prefix_map(Path("/b"), [str(tmp_path / "does-not")]) is None
    assert prefix_map(Path("/b"), [str(tmp_path / "nowhere")]) is None
