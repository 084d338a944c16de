"""Open proposals against the branch as it is."""

from __future__ import annotations

import pytest

from hpatch.backport.check.standing import proposals
from hpatch.backport.history.revisions import Revisions
from hpatch.backport.status.file import read
from hpatch.backport.status.repository import History
from hpatch.text import Source
from tests.support.backport.mirror import Mirror

pytestmark = pytest.mark.git


def test_how_proposals_stand(story: Mirror, history: Revisions) -> None:
    status = History(str(story.folder)).head()
    found = [(one.entry.title, one.state, one.reason) for one in proposals(history, status)]
    assert found == [
        ("mod_a: Take an argument.", "applies", ""),
        ("mod_a: A long one.", "stale", ""),
        ("mod_a: A long one, adapted.", "own", ""),
        ("mod_b: Merged long ago.", "merged", ""),
        ("mod_c: Nobody knows.", "unknown", found[-1][2]),
    ]
    assert "r1999999 is not in the history of trunk or 2.4.x" in found[-1][2]


def test_a_showstopper_counts_when_it_names_revisions(history: Revisions) -> None:
    text = """RELEASE SHOWSTOPPERS:

  *) mod_a: Take an argument.
     Trunk version of patch:
        https://svn.apache.org/r1800003

  *) Somebody must look at the build.
     +1: one
"""
    status = read(Source("STATUS", text))
    assert len(status.entries) == 2
    assert [one.entry.title for one in proposals(history, status)] == ["mod_a: Take an argument."]
