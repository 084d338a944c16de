"""Findings in what httpd may leave out, and in macros."""

from __future__ import annotations

import textwrap

import pytest

from hpatch.conf.load import load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from hpatch.lint.selection import select

PASS = 'ProxyPass "/app/" "http://127.0.0.1:8080"\n'
TASK = LintTask(select(rules(), ["slash-target-missing"], ()))


def lint_text(text: str, task: LintTask = TASK) -> LintResult:
    return lint_configuration(load_text(textwrap.dedent(text)), task)


def test_in_an_undecided_conditional_it_is_less_sure() -> None:
    sure, less = lint_text(f"{PASS}<IfModule mod_ssl.c>\n{PASS.replace('/app/', '/b/')}</IfModule>\n").findings
    assert (sure.confidence, less.confidence) == ("high", "medium")


SMAX = "<Proxy http://h/ smax=40>\n</Proxy>\n"
MAX = "<Proxy http://h/ max=20>\n</Proxy>\n"
SCHEME = "ProxyPass / ${scheme}://h/ flushpackets=on\n"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (f"{SMAX}{MAX}", True),
        (f"{SMAX}<IfDefine !BIG>\n{MAX}</IfDefine>\n", False),
        (f"<IfDefine !BIG>\n{SMAX}{MAX}</IfDefine>\n", True),
        (f"<IfDefine !BIG>\n{SMAX}</IfDefine>\n{MAX}", True),
        (f"Define scheme http\n{SCHEME}", True),
        (f"Define scheme fcgi\n<IfDefine !FCGI>\nDefine scheme http\n</IfDefine>\n{SCHEME}", False),
    ],
)
def test_a_fix_is_not_safe_where_an_undecided_conditional_may_take_the_fault_away(text: str, safe: bool) -> None:
    (found,) = lint_text(text, LintTask(select(rules(), ["smax-gt-max", "param-inert-scheme"], ()))).findings
    assert found.fix is not None
    assert found.fix.safe is safe


def test_a_finding_in_a_macro_names_its_uses_once() -> None:
    uses = "".join(f"<VirtualHost *:{port}>\nUse app\n</VirtualHost>\n" for port in range(80, 85))
    (finding,) = lint_text(f"<Macro app>\n{PASS}</Macro>\n{uses}").findings
    assert finding.place.line == 2
    assert [(one.place.line, one.message) for one in finding.related] == [
        (5, "used here"),
        (8, "used here"),
        (11, "used here, and in 2 more places"),
    ]


def test_macros_within_macros() -> None:
    text = f"<Macro inner>\n{PASS}</Macro>\n<Macro outer>\nUse inner\n</Macro>\nUse outer\n"
    (finding,) = lint_text(text).findings
    assert [one.place.line for one in finding.related] == [5, 7]
