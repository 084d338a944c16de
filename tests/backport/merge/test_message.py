"""The message of a merge."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.backport.history.revisions import Revisions
from hpatch.backport.merge.message import message
from hpatch.backport.status import file as status_file
from hpatch.text import Source
from tests.support.backport import accepted, two_lines
from tests.support.backport.status_text import entry, read

pytestmark = pytest.mark.git
GIT = os.environ.get("HPATCH_HTTPD_GIT", "")


def test_what_a_log_says_of_trunk_alone_is_left_out(tmp_path: Path) -> None:
    said = "mod_a: Fix it. [skip ci]\n\nGithub: closes #7\nIt closes files, too.\n"
    commits = (*accepted.HISTORY[:2], two_lines.Commit("trunk", 1900001, said, {accepted.A: b"x\n"}))
    history = Revisions(str(two_lines.build(tmp_path / "repository", commits)))
    status = read()
    made = message(history, history.find(["r1900001"]), entry("mod_a", status), "")
    assert made == (
        "Merge r1900001 from trunk: [CTR]\n\nmod_a: Fix it.\n\n\nIt closes files, too.\n\n"
        "Submitted by: Ann Example\nReviewed by: ann, bob, cid\n"
    )


@pytest.mark.httpd_git
@pytest.mark.proof
def test_a_message_of_a_committer(tmp_path: Path) -> None:
    """r1920981, to the last letter."""
    history = Revisions(GIT, cache=tmp_path)
    merge = history.named("r1920981")
    text = history.git.run("cat-file", "blob", f"{merge.commit}~1:STATUS").decode("utf-8", "surrogateescape")
    status = status_file.read(Source("STATUS", text))
    (one,) = (each for each in status.entries if 1918823 in each.trunk)
    assert (
        message(history, history.find([f"r{number}" for number in one.trunk]), one, None).strip()
        == merge.message.strip()
    )
