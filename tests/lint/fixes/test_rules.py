"""The fix of each rule that has one, on the rule's own examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.lint.engine.result import LintResult
from hpatch.lint.finding import Finding
from hpatch.lint.fixes.passes import Fixing, fix
from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from tests.support.gateways.httpd import check, load
from tests.support.lint.examples import FIRES, INSTEAD, NAME, Example, examples, lint_example

FIXING = [rule for rule in rules() if rule.fix is not None]

_BACKEND = """\
Listen 80
SSLProxyEngine Off
<VirtualHost *:80>
    ServerName a.example
    <Location "/a/">
        ProxyPass "https://localhost:8443/"
        ProxyPassReverse "https://localhost:8443/"
    </Location>
</VirtualHost>
"""
OTHERS = {
    "CF011": Example(FIRES, "", 'ProxyPass "/" "http://10.0.0.5:8080/" timeout=5 # slow\n', {}, {}),
    "CF031": Example(FIRES, "", "Listen 8080\nListen 8443\nListen 8080\n", {}, {}),
    "MP015": Example(FIRES, "", 'ProxyPass "/app" "http://10.0.0.5/" interpolate\n', {}, {}),
    # Of a target on another machine, the fix would bring TL002, which asks for SSLProxyVerify.
    "TL001": Example(FIRES, "", _BACKEND, {}, {}),
    "WK015": Example(
        FIRES,
        "",
        'ProxyPassMatch "^/n(\\d)/" "http://n$1.example.org/" enablereuse=on\n',
        {"--httpd-version": "2.4.62"},
        {},
    ),
}
"""Examples for rules whose own ones have another fault than the one that can be mended, or mended safely."""

ANOTHER_CURE = {
    "AC001", "AC036", "AC041", "CF011", "CF012", "CF014", "CF018", "CF031", "HD003", "MP076",
    "RW005", "TL001", "TL003", "TL012", "WK001", "WK007", "WK009", "WK013", "WK041", "WK049",
}  # fmt: skip
"""Rules that show more, less or another cure in their manual than what their fix makes of their examples."""


def mended(rule: Rule, example: Example, folder: Path) -> Fixing:
    """An example with the fixes of one rule."""

    def run(texts: object) -> LintResult:
        return lint_example(example._replace(text=dict(texts).get(NAME, example.text)), folder)  # type: ignore[call-overload]

    def others(result: LintResult) -> frozenset[Finding]:
        return frozenset(finding for finding in result.findings if finding.rule is not rule)

    return fix(run, unsafe=True, bar=lambda _: None, hidden=others, texts=frozenset({NAME}))


def firing(rule: Rule) -> list[Example]:
    return examples(rule, FIRES) + ([OTHERS[rule.code]] if rule.code in OTHERS else [])


@pytest.mark.parametrize("rule", FIXING, ids=lambda rule: rule.code)
def test_the_fix_mends_what_the_rule_fires_on(rule: Rule, tmp_path: Path) -> None:
    texts = []
    for example in firing(rule):
        before = lint_example(example, tmp_path)
        fixing = mended(rule, example, tmp_path)
        if not fixing.files:
            continue
        text = fixing.files[0].after
        texts.append(text)
        after = lint_example(example._replace(text=text), tmp_path)
        fixable = [one for one in before.findings if one.rule is rule and one.fix is not None]
        left = [one for one in after.findings if one.rule is rule]
        assert len(left) == sum(one.rule is rule for one in before.findings) - len(fixable)
        assert not after.unread
        grave = {one.rule.code for one in after.findings if one.severity != "info"}
        assert grave <= {one.rule.code for one in before.findings}
        # A second run finds nothing to do.
        assert not mended(rule, example._replace(text=text), tmp_path).files
    assert texts
    shown = [example.text for example in examples(rule, INSTEAD)]
    assert any(text in shown for text in texts) is (rule.code not in ANOTHER_CURE)


@pytest.mark.proof
def test_rules_say_that_they_have_fixes_and_which(tmp_path: Path) -> None:
    for rule in rules():
        kinds = {
            one.fix.safe
            for example in firing(rule)
            for one in lint_example(example, tmp_path).findings
            if one.rule is rule and one.fix is not None
        }
        assert rule.fix == ("safe" if True in kinds else "unsafe" if kinds else None), rule


@pytest.mark.httpd
@pytest.mark.proof
@pytest.mark.parametrize("rule", FIXING, ids=lambda rule: rule.code)
def test_httpd_takes_the_fixed_text(rule: Rule, httpd: str, tmp_path: Path) -> None:
    for example in firing(rule):
        fixing = mended(rule, example, tmp_path)
        for file in fixing.files:
            accepted, said = check(httpd, tmp_path, MORE + file.after)
            # The certificate of an example is not on this machine.
            assert accepted or "does not exist or is empty" in said, said


MORE = load("filter", "headers", "ssl", "socache_shmcb", "alias", "status", "autoindex", "env", "setenvif", "dir")
