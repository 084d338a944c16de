"""hpatch beside httpd's own syntax check: what joins, what is doubted."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.checked import Complaint, SyntaxCheck, Weight
from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.agreement import REFUSES
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from tests.support.gateways.httpd import check
from tests.support.lint.examples import FIRES, Example, examples, lint_example

ACCEPTED = SyntaxCheck("httpd", True, ())


def lint(text: str, checked: SyntaxCheck | None, *, main: bool | None = None, name: str = "httpd.conf") -> LintResult:
    options = Options(main=main, check_files=True)
    return lint_configuration(load_text(text, options, name), LintTask(rules()), checked=checked)


def refused(line: int, text: str = "no", file: str | None = "httpd.conf", weight: Weight = "error") -> SyntaxCheck:
    return SyntaxCheck("httpd", False, (Complaint(text=text, file=file, line=line, weight=weight),))


def names(result: LintResult) -> list[str]:
    return [finding.rule.name for finding in result.findings]


def test_one_fault_is_told_once() -> None:
    (finding,) = lint("Timeout 5\nServerNam \\\n x\n", refused(3, "Invalid command")).findings
    assert finding.rule.name == "directive-unknown"
    assert [(one.place, one.message) for one in finding.related] == [(finding.place, "httpd -t: Invalid command")]
    assert (finding.severity, finding.confidence) == ("error", "high")


def test_a_fault_without_a_line_is_known_by_what_it_names() -> None:
    text = "Timeout 5\nUser no-such\nGroup #5\n"
    (finding,) = lint(text, refused(1, "AH00543: httpd: bad user name no-such", None)).findings
    assert (finding.rule.name, finding.place.line, len(finding.related)) == ("account-missing", 2, 1)
    other = lint(text, refused(1, "AH00543: httpd: bad user name no-such2", None))
    assert sorted(names(other)) == ["account-missing", "httpd-refuses"]


@pytest.mark.parametrize("line", [1, 3])
def test_a_fault_on_another_line_stands_by_itself(line: int) -> None:
    result = lint("Timeout 5\nServerNam x\n  UseCanonicalName On\n", refused(line))
    assert sorted(names(result)) == ["directive-unknown", "httpd-refuses"]
    (finding,) = [one for one in result.findings if one.rule.name == "httpd-refuses"]
    assert finding.message == "httpd -t: no"
    assert finding.help == "hpatch reports nothing on this line."
    assert (finding.place.line, finding.place.column) == (line, 1 if line == 1 else 3)
    assert finding.severity == "error"


def test_a_finding_that_claims_nothing_about_the_start_is_not_the_same_fault() -> None:
    result = lint("ProxyPass /app/ http://127.0.0.1:8080\n", refused(1))
    assert "httpd-refuses" in names(result)
    assert len(result.findings) > 1


def test_a_fault_that_keeps_hpatch_from_reading() -> None:
    (finding,) = lint("Timeout 5\n<Location />\n", refused(2, "not closed")).findings
    assert finding.rule.name == "section-mismatch"
    assert finding.related[-1].message == "httpd -t: not closed"


@pytest.mark.parametrize("text", ["ServerNam x\n", "<Location />\n"])
def test_httpd_accepts_what_hpatch_calls_an_error(text: str) -> None:
    (finding,) = lint(text, ACCEPTED).findings
    assert (finding.severity, finding.confidence) == ("warning", "low")
    assert finding.related[-1].message == "httpd -t accepts the configuration"
    (without,) = lint(text, None).findings
    assert (without.severity, without.related) == ("error", ())


def test_other_errors_stay_errors() -> None:
    text = "Listen 80\nListen 127.0.0.1:80\nProxyPass /app/ http://127.0.0.1:8080\n"
    assert lint(text, ACCEPTED).findings == lint(text, None).findings
    others = [
        one for one in lint(text, ACCEPTED).findings if not one.rule.advice and one.rule.name != "reverse-missing"
    ]
    assert {"error"} == {one.severity for one in others}


@pytest.mark.parametrize(
    ("file", "line", "place"),
    [
        (None, 1, ("conf/httpd.conf", 1, 1)),
        ("conf/httpd.conf", 2, ("conf/httpd.conf", 2, 2)),
        ("{here}/conf/httpd.conf", 2, ("conf/httpd.conf", 2, 2)),
        ("{here}/conf/httpd.conf", 3, ("conf/httpd.conf", 3, 3)),
        ("{here}/conf/httpd.conf", 99, ("conf/httpd.conf", 1, 1)),
        ("/elsewhere.conf", 7, ("/elsewhere.conf", 7, 1)),
    ],
)
def test_the_place(
    file: str | None, line: int, place: tuple[str, int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    checked = refused(line, file=None if file is None else file.format(here=tmp_path))
    (finding,) = lint("Timeout 5\n KeepAlive on\n  # comment\n", checked, name="conf/httpd.conf").findings
    assert finding.place[:3] == place


def test_the_lines_of_a_macro_are_counted_by_themselves() -> None:
    """httpd names the line that uses the macro, and so a file's line never means one that a macro brings."""
    text = "<Macro m>\n  KeepAlive on\n</Macro>\nUse m\n"
    (finding,) = lint(text, refused(1)).findings
    assert finding.place[:3] == ("httpd.conf", 1, 1)
    (finding,) = lint(text, refused(4)).findings
    assert finding.place[:3] == ("httpd.conf", 4, 1)


def test_a_part_is_refused_for_what_it_lacks() -> None:
    (finding,) = lint("Timeout 5\n", refused(1, "No MPM loaded."), main=False, name="part.conf").findings
    assert finding.severity == "info"
    assert "refuses this part by itself" in finding.message


@pytest.mark.parametrize("checked", [ACCEPTED, refused(1)])
def test_a_copy_is_not_what_httpd_read(checked: SyntaxCheck) -> None:
    result = lint_configuration(load_text("ServerNam x\n", name="httpd.conf"), LintTask(rules()), checked=checked)
    assert sorted((one.rule.name, one.severity) for one in result.findings) == [
        ("directive-unknown", "error"),
        ("httpd-refuses", "info"),
    ]


@pytest.mark.parametrize(("weight", "severity"), [("warning", "warning"), ("info", "info")])
@pytest.mark.parametrize("accepted", [True, False])
def test_a_warning(weight: Weight, severity: str, accepted: bool) -> None:
    checked = refused(1, "AH1: hm", weight=weight)._replace(accepted=accepted)
    (finding,) = lint("Timeout 5\n", checked).findings
    assert (finding.rule.name, finding.severity) == ("httpd-warns", severity)
    assert finding.message == "httpd -t: AH1: hm"


CLAIMS = [
    (rule.name, number, example)
    for rule in rules()
    for number, example in enumerate(examples(rule, FIRES))
    if "--modules" not in example.options and "--httpd-version" not in example.options
]


@pytest.mark.httpd
@pytest.mark.parametrize(("name", "number", "example"), CLAIMS, ids=[f"{name}-{n}" for name, n, _ in CLAIMS])
def test_httpd_refuses_where_a_message_says_so(
    httpd: str, name: str, number: int, example: Example, tmp_path: Path
) -> None:
    found = [one for one in lint_example(example, tmp_path).findings if one.rule.name == name]
    if any(REFUSES in one.message and one.severity == "error" for one in found):
        accepted, _ = check(httpd, tmp_path, example.text)
        assert not accepted
