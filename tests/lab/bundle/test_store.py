"""Bundles on disk: whole or not there, and refused in one line where they are not what they claim to be."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from hpatch.errors import InputError, ToolError, UsageError
from hpatch.lab.bundle import store
from tests.support.lab.proofs import kept


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    return kept(tmp_path)


@pytest.mark.parametrize("name", ["proof", "proof.tar"])
def test_what_is_written_is_read(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    store.check(target)
    store.write(target, files)
    found = store.read(target)
    assert found.data == json.loads(files["proof.json"])
    assert found.bundle.outcome == "proved"
    assert found.bundle.proof is not None and found.bundle.proof.ok
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["sets", "tree", name])


def test_the_data_alone_is_enough(files: dict[str, bytes], tmp_path: Path) -> None:
    alone = tmp_path / "any name"
    alone.write_bytes(files["proof.json"])
    assert store.read(alone).bundle.outcome == "proved"


@pytest.mark.parametrize("name", ["proof", "proof.tar"])
def test_a_diff_that_was_changed_is_refused(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    store.write(target, {**files, "changes.diff": files["changes.diff"] + b"x\n"})
    with pytest.raises(InputError) as refused:
        store.read(target)
    said = "is damaged: its changes.diff is not the one that its proof.json tells of"
    assert str(refused.value) == f"{target}: {said}"


def test_a_tar_file_has_a_folder_and_nothing_that_changes_by_itself(files: dict[str, bytes], tmp_path: Path) -> None:
    store.write(tmp_path / "a.tar", files)
    with tarfile.open(tmp_path / "a.tar") as tar:
        members = tar.getmembers()
    assert [one.name for one in members] == ["a/proof.json", "a/proof.html", "a/changes.diff"]
    assert {(one.mtime, one.uid, one.uname) for one in members} == {(0, 0, "")}


@pytest.mark.parametrize("name", ["proof", "proof.tar"])
def test_what_is_there_is_not_overwritten(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_text("mine")
    with pytest.raises(UsageError, match="exists already; choose another name"):
        store.check(target)
    with pytest.raises(ToolError, match="cannot be written: File exists"):
        store.write(target, files)  # it came after it was looked for
    assert target.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["sets", "tree", name])


@pytest.mark.parametrize("name", ["proof", "proof.tar"])
def test_a_bundle_that_cannot_be_finished_is_not_there(
    files: dict[str, bytes], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ToolError, match=f"{name}: the bundle cannot be written: No space left on device"):
        store.write(tmp_path / name, files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sets", "tree"]


def test_where_nothing_can_be_written_is_found_out_before(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="is not a folder"):
        store.check(tmp_path / "nowhere" / "proof")
    with pytest.raises(UsageError, match=r"a bundle is a folder or a \.tar file"):
        store.check(tmp_path / "proof.tar.gz")


def _refused(path: Path) -> str:
    with pytest.raises(InputError) as found:
        store.read(path)
    text = str(found.value)
    assert text.startswith(f"{path}: ") and "\n" not in text
    return text.removeprefix(f"{path}: ")


def test_a_bundle_cut_anywhere_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    data = files["proof.json"]
    store.write(tmp_path / "a.tar", files)
    whole = (tmp_path / "a.tar").read_bytes()
    for number, (text, start) in enumerate(((data, 0), (whole, 300))):
        for share in range(10):
            cut = tmp_path / f"{number}-{share}"
            cut.write_bytes(text[: start + (min(len(text), len(data)) - start) * share // 10])
            assert "is not a bundle" in (said := _refused(cut)) or "cut off" in said or "whole tar" in said


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert _refused(file) == "there is no such bundle"
    (tmp_path / "empty").mkdir()
    assert _refused(tmp_path / "empty") == "has no proof.json"
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "proof.json").symlink_to("/etc/passwd")
    assert _refused(tmp_path / "linked") == "its proof.json is not a regular file"
    os.mkfifo(tmp_path / "pipe")
    assert _refused(tmp_path / "pipe") == "is not a file"
    for text in ("", "{", "\0\x1b", "[" * 100_000, '{"schema": NaN}', '{"schema": ' + "9" * 5000 + "}"):
        file.write_text(text)
        assert _refused(file).startswith("is not a bundle: proof.json is not JSON, or was cut off")
    for text in ("[]", "{}", '{"schema": 1}', '{"schema": "hpatch.proof/1"}'):
        file.write_text(text)
        assert _refused(file) == "is not a bundle: its schema is not hpatch.bundle/1"
    file.write_text('{"schema": "hpatch.bundle/2"}')
    assert _refused(file).startswith("has the form hpatch.bundle/2, which this hpatch does not know")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"machine": 1}, "machine: not an object"),
        ({"steps": [{"name": "a"}]}, "steps[0].seconds: missing"),
        ({"outcome": "interrupted"}, "outcome: 'interrupted', but there is a proof"),
        ({"outcome": "not-proved"}, "outcome: 'not-proved', but the proof does not say so"),
        ({"proof": None}, "outcome: 'proved', but the proof does not say so"),
        ({"proof": []}, "proof: not an object"),
        ({"proof": {}}, "proof.tree: missing"),
    ],
)
def test_a_damaged_bundle_is_refused_by_the_place(
    files: dict[str, bytes], tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    file = tmp_path / "file"
    file.write_text(json.dumps({**json.loads(files["proof.json"]), **change}))
    assert _refused(file) == f"is damaged: {said}"


def test_a_proof_that_claims_more_than_it_shows_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    file = tmp_path / "file"

    def said(change: Callable[[Any], object]) -> str:
        data = json.loads(files["proof.json"])
        change(data["proof"])
        file.write_text(json.dumps(data))
        return _refused(file)

    row = "is damaged: proof.rows[0]: 'proved', but its verdicts say otherwise"
    assert said(lambda proof: proof["rows"][0]["after"].update(verdict="failed")) == row
    assert said(lambda proof: proof["rows"][0].update(worse=True)) == row
    check = "is damaged: proof.checks[0]: its verdicts say otherwise"
    assert said(lambda proof: proof["checks"][0]["after"].update(verdict="failed")) == check
    all_of_it = "is damaged: proof.ok: the proof is said to hold, but its results say otherwise"
    assert said(lambda proof: proof["sets"][0].update(proved=False)) == all_of_it


@pytest.mark.parametrize("name", ["a", "a.tar"])
def test_a_bundle_without_its_diff_is_not_whole(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    store.write(tmp_path / name, {one: content for one, content in files.items() if one != "changes.diff"})
    assert _refused(tmp_path / name).startswith("is not whole: its changes.diff is missing; give proof.json itself")


def test_nothing_of_a_tar_file_is_followed_or_unpacked(files: dict[str, bytes], tmp_path: Path) -> None:
    def tar(*members: tuple[tarfile.TarInfo, bytes]) -> Path:
        path = tmp_path / "evil.tar"
        with tarfile.open(path, "w") as out:
            for member, content in members:
                member.size = len(content)
                out.addfile(member, BytesIO(content))
        return path

    link = tarfile.TarInfo("a/proof.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    assert _refused(tar((link, b""))) == "has no proof.json, or was cut off"
    outside = tarfile.TarInfo("../../proof.json")
    diff = tarfile.TarInfo("../../changes.diff"), files["changes.diff"]
    assert store.read(tar((outside, files["proof.json"]), diff)).bundle.outcome == "proved"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.tar", "sets", "tree"]


def test_a_bundle_that_is_too_large_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as stream:
        stream.truncate(store.LIMIT + 1)
    assert _refused(large) == "is larger than the 64 MiB that hpatch reads"
