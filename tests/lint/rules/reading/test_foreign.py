"""Files that are not httpd's, and templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from tests.support.gateways.httpd import check
from tests.support.lint.find import find


def test_a_foreign_file_is_one_finding() -> None:
    (finding,) = find("file-foreign", "server {\n  listen 80;\n  root /srv;\n}\n")
    assert finding.place.line == 1
    assert "nginx" in finding.message


def test_template_code_in_another_file_is_an_error() -> None:
    (finding,) = find("template-code", "Listen 80\n{% if x %}\nSSLEngine on\n{% endif %}\n")
    assert (finding.place.line, finding.severity) == (2, "error")


def test_a_word_to_fill_in_is_a_warning() -> None:
    (finding,) = find("template-code", "ServerName {{name}}\n")
    assert finding.severity == "warning"


def test_a_message_quotes_the_template_as_it_is_written() -> None:
    text = 'ProxyPass "/a/" "http://{{ backend }}:80"\n'
    result = lint_configuration(load_text(text, name="a.conf.j2"), LintTask(rules()))
    (finding,) = (finding for finding in result.findings if finding.rule.name == "slash-target-missing")
    assert "http://{{ backend }}:80" in finding.message
    assert finding.fix is not None
    assert not finding.fix.safe
    assert not any("\U000f0000" in edit.replacement for edit in finding.fix.edits)
    assert result.templates["a.conf.j2"].unjudged == 0


@pytest.mark.httpd
def test_httpd_refuses_template_code_and_takes_words_as_they_are(httpd: str, tmp_path: Path) -> None:
    accepted, told = check(httpd, tmp_path, "{% if x %}\nServerName y\n{% endif %}\n")
    assert not accepted
    assert "Invalid command '{%'" in told
    accepted, _ = check(httpd, tmp_path, "ServerAdmin @ADMIN@\n")
    assert accepted
