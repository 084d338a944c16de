"""The repository that several tests read."""

from __future__ import annotations

import pytest

from hpatch.backport.history.revisions import Revisions
from tests.support.backport.mirror import Mirror
from tests.support.backport.story import tell


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    """The shared story as a mirror of Subversion; read only."""
    return tell(tmp_path_factory.mktemp("story") / "mirror.git")


@pytest.fixture(scope="session")
def commits(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    """The same without numbers: a repository of git's own."""
    return tell(tmp_path_factory.mktemp("story") / "plain.git", numbered=False)


@pytest.fixture(scope="session")
def history(story: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Revisions:
    """The story's revisions."""
    return Revisions(str(story.folder), cache=tmp_path_factory.mktemp("cache"))
