"""What a tree's code says where its number does not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from hpatch.advise.advice import HttpdEvidence, advise
from hpatch.advise.cures import Cure, CureState, CureTrial
from hpatch.advise.httpd import TargetHttpd
from hpatch.advise.uwsgi import TargetUwsgi, build
from hpatch.lint.answers import Verdict
from hpatch.lint.engine.root import Root
from hpatch.versions import Version
from tests.support.advise.known import known, only


class FakeTrial:
    def __init__(self, state: CureState) -> None:
        self.state = state

    def cure(self, id: str) -> Cure:
        return Cure(id, self.state, "why")

    def together(self, ids: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        return tuple(ids), ""


@pytest.mark.parametrize(
    ("state", "verdict", "sets"),
    [
        ("applies", "affected", ("a",)),
        ("there", "not affected", ()),
        ("blocked", "unknown", ()),
        ("unknown", "unknown", ()),
    ],
)
def test_the_code_of_a_tree_on_the_way_to_the_release_that_differs_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: CureState, verdict: Verdict, sets: tuple[str, ...]
) -> None:
    only(monkeypatch, known(sets=("a",)))
    path = tmp_path / "httpd.conf"
    path.write_text('ProxyPass "/a/" "fcgi://a:9000/"\n')
    httpd = TargetHttpd(version=Version(2, 4, 10), source="a tree", development=True)
    found = advise([Root(str(path))], HttpdEvidence(httpd, trial=cast(CureTrial, FakeTrial(state))))
    (one,) = (*found.here, *found.unknown, *found.gone)
    assert one.answer.verdict == verdict
    assert found.sets == sets


def test_a_set_that_applies_goes_before_one_that_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Mixed(FakeTrial):
        def cure(self, id: str) -> Cure:
            return Cure(id, "applies" if id == "b" else "blocked")

    only(monkeypatch, known(sets=("a", "b")))
    path = tmp_path / "httpd.conf"
    path.write_text('ProxyPass "/a/" "fcgi://a:9000/"\n')
    httpd = TargetHttpd(version=Version(2, 4, 9), source="a tree")
    found = advise([Root(str(path))], HttpdEvidence(httpd, trial=cast(CureTrial, Mixed("applies"))))
    assert found.asked == ("b",)
    assert [cure.set for cure in found.here[0].cures] == ["b", "a"]


@pytest.mark.parametrize(("version", "places"), [("2.0.28", "here"), ("2.0.31", "gone"), ("2.0.28-debian", "unknown")])
def test_the_uwsgi_behind_httpd_is_judged_by_its_version(tmp_path: Path, version: str, places: str) -> None:
    path = tmp_path / "httpd.conf"
    path.write_text('ProxyPass "/a/" "uwsgi://a:9000/"\n')
    behind = TargetUwsgi(Version.parse(version), build(version))
    found = advise(
        [Root(str(path))], HttpdEvidence(TargetHttpd(version=Version(2, 4, 71), source="given"), uwsgi=behind)
    )
    assert found.uwsgi is not None
    assert "issue 1412" in [one.problem.id for one in getattr(found.uwsgi, places)]
    assert found.ok == (places != "here")
    assert {one.problem.product for one in (*found.here, *found.unknown, *found.gone)} == {"httpd"}


@pytest.mark.parametrize(
    ("state", "verdict", "sets"),
    [("applies", "affected", ("uwsgi-lingering-close",)), ("there", "affected", ()), ("blocked", "affected", ())],
)
def test_a_tree_of_uwsgi_is_tried_and_its_set_changes_nothing_without_its_option(
    tmp_path: Path, state: CureState, verdict: Verdict, sets: tuple[str, ...]
) -> None:
    path, ini = tmp_path / "httpd.conf", tmp_path / "app.ini"
    path.write_text('ProxyPass "/a/" "uwsgi://127.0.0.1:9000/"\n')
    ini.write_text("[uwsgi]\nsocket = 127.0.0.1:9000\n")
    trial = cast(CureTrial, FakeTrial(state))
    evidence = HttpdEvidence(
        TargetHttpd(version=Version(2, 4, 71), source="given"),
        uwsgi=TargetUwsgi(Version(2, 0, 31)),
        uwsgi_trial=trial,
    )
    found = advise([Root(str(path), uwsgi=(str(ini),))], evidence)
    assert found.uwsgi is not None
    (one,) = found.uwsgi.here
    assert (one.problem.id, one.answer.verdict) == ("issue 614", verdict)
    assert (found.sets, found.asked, found.project) == (sets, sets, "uwsgi")
    assert [known.problem.id for known in found.curable] == ["issue 614"] * len(sets)
    assert ("until lingering-close is set" in one.answer.because) == (state == "there")
    ini.write_text("[uwsgi]\nsocket = 127.0.0.1:9000\nlingering-close = 5\n")
    assert advise([Root(str(path), uwsgi=(str(ini),))], evidence).ok


def test_what_a_tree_of_uwsgi_has_is_no_problem_whatever_its_number_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, ini = tmp_path / "httpd.conf", tmp_path / "app.ini"
    path.write_text('ProxyPass "/a/" "fcgi://127.0.0.1:9000/"\n')
    ini.write_text("[uwsgi]\nfastcgi-socket = 127.0.0.1:9000\n")
    evidence = HttpdEvidence(
        TargetHttpd(version=Version(2, 4, 71), source="given"),
        uwsgi=TargetUwsgi(Version(2, 0, 4)),
        uwsgi_trial=cast(CureTrial, FakeTrial("there")),
    )
    found = advise([Root(str(path), uwsgi=(str(ini),))], evidence)
    assert found.uwsgi is not None
    assert "uwsgi-fcgi-parser" in [one.problem.id for one in found.uwsgi.gone]


def test_without_its_version_nothing_is_said_of_uwsgi(tmp_path: Path) -> None:
    path = tmp_path / "httpd.conf"
    path.write_text('ProxyPass "/a/" "uwsgi://a:9000/"\n')
    assert (
        advise([Root(str(path))], HttpdEvidence(TargetHttpd(version=Version(2, 4, 71), source="given"))).uwsgi is None
    )
