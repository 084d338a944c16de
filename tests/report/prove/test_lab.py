"""The lab's results: as a table, for programs, as a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hpatch.errors import ToolError
from hpatch.lab.matrix import LeftOut
from hpatch.lab.model import BackendSpec, Cell, Figures, GatewaySpec, Result
from hpatch.lab.registry import scenarios
from hpatch.report.prove import plot as lab_plot
from hpatch.report.prove.lab import LabReport
from hpatch.report.prove.scenarios import ScenarioReport, ScenariosReport, left_out_line
from tests.support.report.schema import valid
from tests.support.report.shown import shown

BUILT = GatewaySpec("httpd", Path("/built/bin/httpd"), {"proxy_fcgi": Path("/other/mod_proxy_fcgi.so")})
RESULTS = (
    Result(
        scenario="stdin",
        cell=Cell(BUILT, BackendSpec("uwsgi", None, "2.0.4"), "unix", 4),
        verdict="failed",
        why="the response is lost",
        figures=Figures(
            requests=2000,
            outcomes={"full": 1800, "503": 200},
            segfaults=2,
            log={"AH01075": 200},
            cpu=0.5,
            records=(8192, 8192, 0),
            seconds=12.5,
            notes=("as ever",),
        ),
        gateway="2.4.9",
        backend="2.0.4",
    ),
    Result(
        scenario="other \x1b[31m",
        cell=Cell(GatewaySpec("nginx"), BackendSpec("responder"), "tcp"),
        verdict="cannot-run",
        why="nginx is not installed",
    ),
)


def test_the_table() -> None:
    text = shown(LabReport(results=RESULTS))
    for words in (
        "stdin           httpd 2.4.9",
        "/built/bin/httpd",
        "proxy_fcgi=/other/mod_proxy_fcgi.so",
        "uwsgi 2.0.4",
        "90.0% full",
        "10.0% 503",
        "2,000 requests, 2 crashed, 0.50 s processor time, 12.5 s, records 2 x 8192, 0, AH01075 200x; as ever",
        "other \\x1b[31m",
        "1 failed, 1 cannot-run (2,000 requests, 12.5 s)",
    ):
        assert words in text
    narrow = shown(LabReport(results=RESULTS), width=60).splitlines()
    assert max(map(len, narrow)) <= 60
    for label in ("gateway: ", "backend: ", "transport: ", "verdict: ", "outcomes: ", "what was seen: "):
        assert any(line.startswith(f"  {label}") for line in narrow), label


LEFT = (
    LeftOut("one", "gateway", "nginx", ("httpd",)),
    LeftOut("two", "gateway", "nginx", ("httpd",)),
    LeftOut("two", "transport", "tcp", ("unix",)),
)


def test_what_is_left_out() -> None:
    assert left_out_line(LEFT) == (
        "one and two with nginx, because they run with httpd only; two over tcp, because it runs over unix only"
    )


def test_for_programs() -> None:
    answer = valid("lab-1", shown(LabReport(results=RESULTS, left_out=LEFT), "json"))
    assert answer["summary"] == {"passed": 0, "failed": 1, "cannot-run": 1}
    assert answer["left_out"][2] == {"scenario": "two", "option": "transport", "value": "tcp", "runs_with": ["unix"]}
    first = answer["results"][0]["figures"]
    assert first["outcomes"] == {"full": 1800, "cut": 0, "empty": 0, "503": 200, "error": 0, "none": 0}
    assert (first["log"], first["records"], first["cpu"]) == ({"AH01075": 200}, [8192, 8192, 0], 0.5)


def test_the_scenarios() -> None:
    known = scenarios()
    assert known
    answer = valid("scenarios-1", shown(ScenariosReport(known), "json"))
    assert [one["name"] for one in answer["scenarios"]] == [one.name for one in known]
    text = shown(ScenariosReport(known))
    for one in known:
        assert one.name in text
        manual = shown(ScenarioReport(one), width=72)
        assert " ".join(one.title.split()) in " ".join(manual.split())
        assert max(map(len, manual.splitlines())) <= 72


def test_a_picture() -> None:
    picture = lab_plot.render(RESULTS, "svg")
    text = "".join(ElementTree.fromstring(picture).itertext())
    assert "stdin · httpd 2.4.9 · uwsgi 2.0.4 · unix · 4 threads" in text
    assert all(words in text for words in ("failed, 2,000", "503", "cannot-run", "no requests"))
    assert lab_plot.render(RESULTS, "svg") == picture
    assert lab_plot.render(RESULTS, "png").startswith(b"\x89PNG")


def test_a_picture_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ToolError, match=r"needs matplotlib \(No module named .*: pip install matplotlib"):
        lab_plot.check()
