"""What was fetched is checked when it comes and at every reading, and is enough without the source."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hpatch.errors import ToolError
from hpatch.patch.diff.blob import blob_id
from hpatch.patch.diff.fingerprint import fingerprint
from hpatch.patch.diff.read import DiffError
from hpatch.patch.sources import cache as module
from hpatch.patch.sources.cache import Cache, Checked, checked, folder
from hpatch.patch.sources.fetch import Fetched, Unavailable, fetch
from hpatch.patch.sources.model import MismatchError, NotKnownError
from tests.support.patch.repositories import BEFORE, DIFF, Make, Told, as_checked

OTHER = DIFF.replace(b"+line ten", b"+line 10; system()")


@pytest.fixture
def kept(cache: Path) -> Cache:
    return Cache(folder())


def test_the_folder_is_the_users_alone(cache: Path) -> None:
    assert folder() == cache
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    cache.chmod(0o755)
    folder()
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ToolError, match="the cache cannot be used"):
        folder()


def test_a_relative_folder_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder() == tmp_path / ".cache" / "hpatch"


def test_what_was_fetched_once_is_there_without_the_source(kept: Cache, revision: Make) -> None:
    source = Told()
    first = Checked(source, kept)
    assert first.diff(revision()) == as_checked(DIFF)
    assert first.before(revision(), "modules/a.c") == BEFORE
    assert source.asked == 2
    for again in (Checked(source, kept), Checked(None, kept)):
        assert again.diff(revision()) == as_checked(DIFF)
        assert again.before(revision(), "modules/a.c") == BEFORE
    assert source.asked == 2


def test_a_source_that_is_not_named(kept: Cache, revision: Make) -> None:
    with pytest.raises(NotKnownError, match="r5 is not in the cache; name a source: --git DIR"):
        Checked(None, kept).diff(revision())
    assert Checked(None, kept).before(revision(), "modules/a.c") is None


def test_another_change_is_refused_with_both_values(kept: Cache, revision: Make) -> None:
    source = Checked(Told(OTHER), kept)
    with pytest.raises(MismatchError) as caught:
        source.diff(revision())
    assert fingerprint(as_checked(OTHER)) in str(caught.value)
    assert revision().patch_id in str(caught.value)
    assert "r5 from told" in str(caught.value)
    assert not list(kept.path.rglob("*.diff"))


@pytest.mark.parametrize("diff", [b"", b"<html>busy</html>", DIFF[:-10]])
def test_what_is_no_diff_is_refused(kept: Cache, revision: Make, diff: bytes) -> None:
    with pytest.raises(DiffError, match="r5 from told"):
        Checked(Told(diff), kept).diff(revision())
    assert not list(kept.path.rglob("*.diff"))


def test_subversions_own_fingerprint_will_do(revision: Make) -> None:
    other = fingerprint(as_checked(OTHER))
    assert checked(OTHER, revision(patch_id_svn=other), "x") == as_checked(OTHER)
    assert checked(DIFF, revision(patch_id_svn=other), "x") == as_checked(DIFF)


def test_another_file_before_is_refused_with_both_values(kept: Cache, revision: Make) -> None:
    source = Checked(Told(before=b"other\n"), kept)
    with pytest.raises(
        MismatchError, match=f"{blob_id(b'other' + bytes([10]))}, but the catalogue has {blob_id(BEFORE)}"
    ):
        source.before(revision(), "modules/a.c")
    assert Checked(None, kept).before(revision(), "modules/a.c") is None


def test_a_file_that_nothing_is_known_of(kept: Cache, revision: Make) -> None:
    assert Checked(Told(), kept).before(revision(blobs=()), "modules/a.c") == BEFORE
    assert Checked(Told(), kept).before(revision(blobs=(None,)), "modules/a.c") is None
    assert not (kept.path / "files").exists()


@pytest.mark.parametrize("content", [OTHER, b"", DIFF[:-10]])
def test_a_diff_that_was_damaged_in_the_cache(kept: Cache, revision: Make, content: bytes) -> None:
    Checked(Told(), kept).diff(revision())
    (file,) = kept.path.rglob("*.diff")
    file.write_bytes(content)
    with pytest.raises((MismatchError, DiffError), match=file.name):
        Checked(None, kept).diff(revision())
    assert Checked(Told(), kept).diff(revision()) == as_checked(DIFF)
    assert Checked(None, kept).diff(revision()) == as_checked(DIFF)


def test_a_file_that_was_damaged_in_the_cache(kept: Cache, revision: Make) -> None:
    Checked(Told(), kept).before(revision(), "modules/a.c")
    (kept.path / "files" / blob_id(BEFORE)).write_bytes(b"other")
    assert Checked(None, kept).before(revision(), "modules/a.c") is None
    assert Checked(Told(), kept).before(revision(), "modules/a.c") == BEFORE


def test_a_write_that_fails_leaves_nothing(kept: Cache, revision: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(ToolError, match="cannot be written: No space left"):
        Checked(Told(), kept).diff(revision())
    assert not [path for path in kept.path.rglob("*") if path.is_file()]


def test_a_diff_that_is_too_large(revision: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", len(DIFF) - 1)
    with pytest.raises(Exception, match="larger than"):
        checked(DIFF, revision(), "x")


def test_fetching(kept: Cache, revision: Make) -> None:
    size = len(DIFF)
    first, second = fetch([revision(), revision(number=6, patch_id="ab" * 20)], Checked(Told(), kept))
    assert first == Fetched(revision=revision(), size=size, kept=False, files=1, wanted=1)
    assert isinstance(second, Unavailable)
    assert isinstance(second.error, MismatchError)
    assert list(fetch([revision()], Checked(None, kept))) == [
        Fetched(revision=revision(), size=size, kept=True, files=1, wanted=1)
    ]


def test_fetching_from_a_source_without_files(kept: Cache, revision: Make) -> None:
    (one,) = fetch([revision()], Checked(Told(before=None), kept))
    assert isinstance(one, Fetched)
    assert (one.files, one.wanted) == (0, 1)
