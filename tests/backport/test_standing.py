"""Open proposals against the branch as it is."""

from __future__ import annotations

import pytest
from mirror import Mirror

from hpatch.backport.history import History
from hpatch.backport.revisions import Revisions
from hpatch.backport.standing import proposals

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
