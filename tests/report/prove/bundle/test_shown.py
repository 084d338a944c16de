"""A bundle's data, how it is shown, and its page: the same facts, and nothing of them is more than text."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hpatch.lab.bundle import store
from hpatch.lab.diary import Diary
from hpatch.lab.sanitizers import Reported
from hpatch.lab.suite.model import SuiteChange, SuiteRun
from hpatch.report.common.renderer import TICKET_FORMS
from hpatch.report.prove.bundle.document import Ending
from hpatch.report.prove.bundle.shown import BundleReport
from hpatch.report.prove.proof import ProofReport
from tests.support.cli.tree import MODULE
from tests.support.lab.proofs import GATEWAY, HOSTILE, bundle, kept, plan, proof, result
from tests.support.report.schema import FOLDER, valid
from tests.support.report.shown import shown


def report(files: dict[str, bytes]) -> BundleReport:
    return BundleReport(store.parse(files["proof.json"], "proof.json"))


def words(text: str) -> str:
    return " ".join(text.split())


def test_what_was_kept_is_shown_as_verify_shows_it(tmp_path: Path) -> None:
    made = plan(tmp_path)
    answer = ProofReport(proof=proof(made), how="httpd with the MPM event")
    found = report(bundle(made, Ending(report=answer)))
    for width in (None, 60, 120):
        assert shown(found, width=width).startswith(shown(answer, width=width))
    ticket = shown(answer, "markdown", forms=TICKET_FORMS)
    assert shown(found, "markdown", forms=TICKET_FORMS).startswith(ticket)


def test_the_facts(tmp_path: Path) -> None:
    files = kept(tmp_path)
    text = words(shown(report(files)))
    for told in (
        "sets one: The set one tree",
        "tree httpd 2.4.9, 3 files before ",
        "change 1 file, 1 line added, 1 removed changes.diff " + sha256(files["changes.diff"]).hexdigest(),
        "httpd 2.4.9 (built as a whole), MPM event compiler gcc 12.2.0 flags CC=gcc CFLAGS=-g -O2",
        "configure ./configure --prefix=/p",
        "To repeat it: hpatch verify one --tree TREE",
    ):
        assert told in text
    (changed,) = json.loads(files["proof.json"])["change"]["files"]
    module = (tmp_path / "tree" / MODULE).read_bytes()
    assert (changed["path"], changed["before"]) == (MODULE, sha256(module).hexdigest())


@pytest.mark.parametrize("worse", [False, True])
def test_data_is_valid_by_its_schemas(tmp_path: Path, worse: bool) -> None:
    files = kept(tmp_path, worse=worse, why=HOSTILE)
    data = valid("bundle-1", files["proof.json"].decode())
    assert data["outcome"] == ("not-proved" if worse else "proved")
    valid("proof-1", json.dumps(data["proof"]))
    assert json.loads(shown(report(files), "json")) == data


def test_a_proof_without_a_verdict_says_what_was_done(tmp_path: Path) -> None:
    diary = Diary()
    diary.begin("build before")
    diary.begin("before", "1 of 2: fcgi-stdin-eof, unix")
    diary.kept("before", GATEWAY)
    diary.results["before"] = [result("failed", "lost")]
    diary.log(
        GATEWAY, "[Sun Nov 29 10:00:00 2026] [core:notice] [pid 7:tid 8] AH00051: child pid 9 exit signal Fault\n"
    )
    diary.build_log = ("gcc -c a.c", f"a.c: {HOSTILE}")
    for outcome, why in (("interrupted", None), ("failed", "make failed")):
        files = bundle(plan(tmp_path / outcome), Ending(outcome=outcome, why=why), diary)  # type: ignore[arg-type]
        data = valid("bundle-1", files["proof.json"].decode())
        assert (data["outcome"], data["why"], data["proof"]) == (outcome, why, None)
        text = shown(report(files))
        assert re.search(r" before: \d+\.\d s, not ended \(1 of 2: fcgi-stdin-eof, unix\)", text)
        assert "fcgi-stdin-eof, unix" in text and "failed: lost" in text
        assert "1x notice: AH00051: child pid 9 exit signal Fault" in text
        assert "The end of the build's log:\n  gcc -c a.c\n" in text
        assert report(files).kept.bundle.exit_code == 4
    assert "There is no verdict: hpatch could not go on: make failed" in text
    assert "make failed" in files["proof.html"].decode()


def test_what_both_httpds_logged_is_counted_on_a_terminal_and_told_on_the_page(tmp_path: Path) -> None:
    made, diary = plan(tmp_path), Diary()
    after = GATEWAY._replace(program=Path("/other/httpd"))
    diary.begin("net")
    diary.kept("before", GATEWAY)
    diary.kept("after", after)
    head = "[Sun Nov 29 10:00:00 2026] [proxy:error] [pid 7:tid 8] AH0000"
    diary.log(GATEWAY, f"{head}1: on both sides\n{head}2: only before\n")
    diary.log(after, f"{head}1: on both sides\n")
    files = bundle(made, Ending(report=ProofReport(proof=proof(made), how="how")), diary)
    text = words(shown(report(files)))
    assert "net before 1x error: AH00002: only before and 1 message that the httpd after logged, too" in text
    assert "net after and 1 message that the httpd before logged, too" in text
    assert Parsed(files["proof.html"].decode()).text.count("1x error: AH00001: on both sides") == 2


class Parsed(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("why", ["seen", HOSTILE])
def test_the_page_is_whole_and_loads_nothing(tmp_path: Path, why: str) -> None:
    files = kept(tmp_path, worse=True, why=why)
    text = files["proof.html"].decode()
    page = Parsed(text)
    assert page.open == []
    assert set(page.tags) <= set(
        "html head meta title style body main h1 h2 p ul li table thead tbody tr th td pre details summary span".split()
    )
    assert not {"src", "href", "style", "onload"} & {name for name, _ in page.attributes}
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'") in (
        page.attributes
    )
    assert not re.search(r"https?://|url\(|@import", text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "The proof does not hold" in page.text and "CHANGED" in page.text and "-line 5" in page.text
    if why == HOSTILE:
        assert "a \\x1b[31m|*_<script>alert(1)</script>\\u202e\\xff" in page.text


def test_what_sanitizers_report_is_on_the_page(tmp_path: Path) -> None:
    made = plan(tmp_path)
    for reports, said in (
        ((Reported(HOSTILE, before=1, after=2, new=False, text=f"{HOSTILE}\n#0 f"),), "What sanitizers report"),
        ((), "The sanitizers reported nothing"),
    ):
        found = proof(made)._replace(reports=reports)
        files = bundle(made, Ending(report=ProofReport(proof=found, how="how")))
        page = Parsed(files["proof.html"].decode())
        assert said in page.text and "script" not in page.tags
        assert ("\\u202e\\xff\n#0 f" in page.text) == bool(reports)
        assert said.lower() in shown(report(files)).lower()


@pytest.mark.parametrize("changes", [(), (SuiteChange("x::y", "skipped", "passed", worse=False, reason=""),)])
def test_the_trees_own_tests_are_on_the_page(tmp_path: Path, changes: tuple[SuiteChange, ...]) -> None:
    made = plan(tmp_path)
    suite = SuiteRun(paths=("modules",), before={"passed": 3}, after={"passed": 3}, changes=changes, seconds=1.0)
    files = bundle(made, Ending(report=ProofReport(proof=proof(made)._replace(suite=suite), how="how")))
    text = Parsed(files["proof.html"].decode()).text
    assert "httpd's own tests (modules): 3 passed, 0 failed, 0 skipped before; 3 passed" in text
    assert ("Tests of httpd" in text) == bool(changes)


def test_the_schema_of_results_is_that_of_a_proof() -> None:
    one, other = (json.loads((FOLDER / f"{name}-1.json").read_text())["$defs"] for name in ("bundle", "proof"))
    assert one["result"] == other["result"]


def test_what_is_hostile_reaches_no_terminal(tmp_path: Path) -> None:
    found = report(kept(tmp_path, worse=True, why=HOSTILE))
    for format in ("text", "json", "markdown"):
        text = shown(found, format, forms=TICKET_FORMS)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\udcff]", text)


def test_nothing_of_the_machine_is_told(tmp_path: Path) -> None:
    for content in kept(tmp_path, why=f"in {tmp_path}/tree/modules").values():
        assert str(tmp_path).encode() not in content


def test_a_server_that_is_not_httpd_is_named(tmp_path: Path) -> None:
    data = json.loads(kept(tmp_path)["proof.json"])
    data["build"].update(server="uwsgi 2.0.31", httpd=None, mpm=None, compiled=[], configure=["python3", "run.py"])
    valid("bundle-1", json.dumps(data))
    text = words(shown(BundleReport(store.parse(json.dumps(data).encode(), "x"))))
    assert "server uwsgi 2.0.31 (built as a whole) compiler gcc 12.2.0" in text
    assert "command python3 run.py" in text
    assert "MPM" not in text and "compiled in" not in text
