"""Answers of hpatch backport in the width that there is, in colour or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.backport.check import explain, missing, standing
from hpatch.backport.check.check import check
from hpatch.backport.history.revisions import Revisions
from hpatch.backport.status.repository import History
from hpatch.report.backport.check import CheckReport
from hpatch.report.backport.explain import ExplanationReport
from hpatch.report.backport.missing import MissingReport
from hpatch.report.backport.standing import StandingReport
from hpatch.report.common.renderer import Renderer
from tests.support.backport.story import tell
from tests.support.report.shown import shown

pytestmark = pytest.mark.git
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tell(tmp_path_factory.mktemp("story") / "mirror.git").folder


def answers(folder: Path, width: int | None, color: bool) -> Iterator[str]:
    for report in reports(folder):
        yield shown(report, width=width, color=color)


def reports(folder: Path) -> Iterator[Renderer]:
    history = Revisions(str(folder))
    for word in ("r1000101", "r1000102", "r1000107", "r1000108", "r1000111"):
        chosen = history.find([word])
        yield CheckReport(check(history, chosen))
        yield ExplanationReport(history=history, answer=explain.explain(history, chosen[0]))
    yield MissingReport(history=history, found=missing.find(history))
    status = History(str(folder)).head()
    yield StandingReport(status=status, proposals=tuple(standing.proposals(history, status)))


@pytest.mark.parametrize("width", [60, 80, 160])
def test_lines_fit(folder: Path, width: int) -> None:
    for text in answers(folder, width, color=True):
        assert all(len(line) <= width for line in _COLOR.sub("", text).splitlines()), text


def test_colour_is_all_that_colour_adds(folder: Path) -> None:
    plain, painted = answers(folder, 80, color=False), answers(folder, 80, color=True)
    for one, other in zip(plain, painted, strict=True):
        assert "\x1b" not in one
        assert _COLOR.sub("", other) == one
        assert one.endswith("\n")
        assert not any(line != line.rstrip() for line in one.splitlines())
