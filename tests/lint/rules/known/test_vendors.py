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


def found(verdict: Verdict, number: str = "2.4.53") -> list[Finding]:
    configuration = load_text('ProxyPass "/a/" "ajp://a.internal:8009/"\n', Options(version=Version.parse(number)))
    answer = ProblemAnswer(
        problem=ID, verdict=verdict, because="The vendor tells.", reference="https://example.com/x", fixed="2.4.53-3"
    )
    context = Context(configuration, build(configuration), build=Build("Debian's apache2 2.4.53-2", {ID: answer}))
    rule = by_code()["KP001"]
    findings = [Finding.of(rule, one) for one in rule.check(context)]
    return [one for one in findings if f" {ID} " in one.message]


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
