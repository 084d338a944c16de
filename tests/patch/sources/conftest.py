"""What the tests of sources share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.patch.repositories import Make, Repository, make


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty git repository."""
    return Repository(tmp_path / "mirror")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """hpatch's folder in the user's cache, private to the test; not made yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hpatch"


@pytest.fixture
def revision() -> Make:
    """Makes revisions."""
    return make
