"""`hpatch backport propose --build`: a real merge, built and tried as it was just before."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hpatch.backport.history.revisions import Revisions
from hpatch.backport.proposal.evidence import Evidence
from hpatch.cli.backport.building import tried
from tests.support.cli.call import call

GIT = os.environ.get("HPATCH_HTTPD_GIT", "")
pytestmark = [
    pytest.mark.git,
    pytest.mark.httpd,
    pytest.mark.proof,
    pytest.mark.httpd_git,
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_sockets_for_scgi(capsys: pytest.CaptureFixture[str]) -> None:
    merge = Revisions(GIT).number(1593004)
    assert merge is not None
    options = ("--onto", f"{merge.commit}^", "--style", "2014", "--build", "--format", "json")
    answer = json.loads(call(capsys, "backport", "propose", "r1592529", "--repo", GIT, *options).out)
    shown = {one["what"]: (one["result"], one["text"]) for one in answer["evidence"]}
    assert shown["builds"] == ("yes", "it builds without the change and with it")
    assert shown["works"][0] == "yes"
    assert shown["scenario"][0] == "yes"
    assert shown["scenario"][1].startswith("scgi-unix (unix) fails without the change, passes with it")


def test_there_is_nothing_to_build_with_a_conflict() -> None:
    from hpatch.backport.proposal.proposal import Wish, make

    history = Revisions(GIT, "178155b80363eb32e79a0bc350bc1d92624b1f9e^")
    proposal = make(history, history.find(["r1592037"]), Wish())
    assert tried(history, proposal) == [Evidence("builds", "unknown", "not tried: there is no patch to build with")]
