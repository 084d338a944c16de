"""Known problems of an httpd that a vendor built."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.answers import Build, ProblemAnswer, Verdict
from hpatch.lint.context import Context
from hpatch.lint.finding import Finding
from hpatch.lint.registry import by_code
from hpatch.proxy.build import build
from hpatch.versions import Version

ID = "CVE-2022-26377"
"""Of mod_proxy_ajp before 2.4.54; it is an error."""
AJP = 'ProxyPass "/a/" "ajp://a.internal:8009/"\n'


def check(code: str, text: str, number: str, problem: str, verdict: Verdict | None) -> list[Finding]:
    """What a rule finds on Debian's build, of which the vendor tells one thing."""
    configuration = load_text(text, Options(version=Version.parse(number)))
    answers = {}
    if verdict is not None:
        answers[problem] = ProblemAnswer(
            problem=problem, verdict=verdict, because="The vendor tells.", reference="https://example.com/x"
        )
    context = Context(configuration, build(configuration), build=Build("Debian's apache2 2.4.53-2", answers))
    rule = by_code()[code]
    return [Finding.of(rule, one) for one in rule.check(context)]


def found(verdict: Verdict, number: str = "2.4.53") -> list[Finding]:
    return [one for one in check("KP001", AJP, number, ID, verdict) if f" {ID} " in one.message]


def test_what_nobody_tells_may_be_there() -> None:
    (finding,) = found("unknown")
    assert finding.message.startswith(f"Debian's apache2 2.4.53-2 may have {ID} here: ")
    assert (finding.severity, finding.confidence) == ("info", "low")
    assert finding.help is not None
    assert finding.help.startswith("The vendor tells. The first release without it is 2.4.54.")
    assert finding.help.endswith("See https://example.com/x")


def test_what_the_vendor_says_is_there() -> None:
    (finding,) = found("affected")
    assert finding.message.startswith(f"Debian's apache2 2.4.53-2 has {ID} here: ")
    assert (finding.severity, finding.confidence) == ("error", "medium")
    assert finding.help == "The vendor tells. See https://example.com/x"


@pytest.mark.parametrize("verdict", ["not affected", "fixed by the vendor", "vendor says no"])
def test_what_is_not_there_is_not_reported(verdict: Verdict) -> None:
    assert found(verdict) == []


def test_the_vendors_word_counts_for_more_than_the_number() -> None:
    assert len(found("affected", "2.4.62")) == 1
    assert found("unknown", "2.4.62") == []


OWN = pytest.mark.parametrize(
    ("code", "text", "number", "problem"),
    [
        ("AC042", "AddType application/x-httpd-php .php\n", "2.4.61", "CVE-2024-40725"),
        ("MP056", 'RewriteEngine On\nRewriteRule "^/a/(.*)" "http://b/?$1" [P]\n', "2.4.54", "CVE-2023-25690"),
    ],
)


@OWN
@pytest.mark.parametrize("verdict", ["unknown", None])
def test_rules_of_their_own_may_not_be_sure_either(
    code: str, text: str, number: str, problem: str, verdict: Verdict | None
) -> None:
    findings = [one for one in check(code, text, number, problem, verdict) if problem in one.message]
    assert {(one.severity, one.confidence) for one in findings} == {("info", "low")}
    assert all(one.message.startswith("unless Debian's apache2 2.4.53-2 has the fix: httpd ") for one in findings)


@OWN
def test_rules_of_their_own_believe_the_vendor(code: str, text: str, number: str, problem: str) -> None:
    (finding,) = [one for one in check(code, text, number, problem, "affected") if problem in one.message]
    assert finding.severity == "error"
    assert finding.message.startswith("httpd ")
    assert not [one for one in check(code, text, number, problem, "fixed by the vendor") if problem in one.message]


@pytest.mark.parametrize(("verdict", "codes"), [("affected", ["BE002"]), ("not affected", ["BE001"])])
def test_what_a_patch_brings_counts_whatever_the_number(verdict: Verdict, codes: list[str]) -> None:
    text = 'ProxyPass "/a/" "fcgi://a:9000/" iobuffersize=16384\n'
    found = [check(code, text, "2.4.9", "r1591508", verdict) for code in ("BE001", "BE002")]
    assert [one.rule.code for each in found for one in each] == codes
