"""Users and groups that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from tests.support.gateways.starting import start

TASK = LintTask(tuple(rule for rule in rules() if rule.name in ("account-missing", "directive-value")))
REFUSED = [
    ("User no-such", 'no user "no-such"'),
    ("Group no-such", 'no group "no-such"'),
    ("User 12345", 'no user "12345"'),
    ("User root", "any user but root"),
    ("User #none", "any user but root"),
]
ACCEPTED = ["User nobody", "User #12345", "Group #12345", "Group root"]


def find(text: str, *, check_files: bool = True) -> list[str]:
    found = lint_configuration(load_text(text, Options(check_files=check_files)), TASK).findings
    return [f"{one.severity} {one.message}" for one in found]


@pytest.mark.parametrize(("text", "says"), [*REFUSED, ("SuexecUserGroup nobody no-such", 'no group "no-such"')])
def test_refused(text: str, says: str) -> None:
    (found,) = find(text)
    assert found.startswith("error ")
    assert says in found
    assert "httpd refuses to start" in found
    assert len(find(text, check_files=False)) == ("but root" in says)


@pytest.mark.parametrize("text", [*ACCEPTED, "User ${X}", "User", "<IfDefine X>\nUser no-such\n</IfDefine>"])
def test_accepted(text: str) -> None:
    assert find(text) == []


@pytest.mark.httpd
@pytest.mark.proof
def test_httpd_agrees(tmp_path: Path, httpd: str) -> None:
    for text in (*(text for text, _ in REFUSED), ACCEPTED[0]):
        assert start(httpd, tmp_path, text).syntax_ok is (text in ACCEPTED), text
