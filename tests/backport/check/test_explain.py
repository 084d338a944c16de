"""A revision's story."""

from __future__ import annotations

import os

import pytest

from hpatch.backport.check.explain import Explanation, Touched, explain
from hpatch.backport.history.revisions import Revisions
from tests.support.backport.mirror import Mirror

pytestmark = pytest.mark.git
GIT = os.environ.get("HPATCH_HTTPD_GIT", "")


def story_of(history: Revisions, word: str) -> Explanation:
    (one,) = history.find([word], side=None)
    return explain(history, one)


def test_what_it_changed_and_where_it_went(history: Revisions) -> None:
    found = story_of(history, "r1000108")
    assert (found.side, found.touched) == ("trunk", (Touched("modules/b.c", 1, 1),))
    (went,) = found.went
    # A release candidate is no release, and 2.4.10 is after 2.4.3.
    assert (went.merge.revision.name, went.merge.undone, went.release) == ("r1000151", None, "2.4.3")
    assert found.release is None


def test_what_was_taken_back(history: Revisions) -> None:
    (went,) = story_of(history, "r1000109").went
    assert went.merge.undone is not None
    assert (went.merge.undone.name, went.release) == ("r1000154", "2.4.10")


def test_what_never_went(history: Revisions) -> None:
    found = story_of(history, "r1000101")
    assert (found.went, found.same, found.recorded, found.release) == ((), None, False, None)
    assert [(one.revision.name, one.said) for one in found.followups] == [("r1000102", "follow-up")]


def test_the_same_change_by_another_name(history: Revisions) -> None:
    found = story_of(history, "r1000111")
    assert found.same is not None
    assert (found.same.name, found.shipped) == ("r1000155", None)


def test_a_revision_of_the_branch(history: Revisions) -> None:
    found = story_of(history, "r1000151")
    assert (found.side, [one.name for one in found.brought], found.release) == ("branch", ["r1000108"], "2.4.3")


def test_a_revision_older_than_the_branch(history: Revisions) -> None:
    found = story_of(history, "r1000100")
    assert (found.side, found.release) == ("both", "2.4.3")


def test_what_subversion_records(story: Mirror) -> None:
    assert story_of(Revisions(str(story.folder), mergeinfo={1000101}), "r1000101").recorded


@pytest.mark.httpd_git
def test_a_real_revision(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = story_of(Revisions(GIT, cache=tmp_path_factory.mktemp("cache")), "r1592037")
    assert [(one.merge.revision.name, one.release) for one in found.went] == [("r1605639", "2.4.10")]
