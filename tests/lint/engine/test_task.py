"""What is reported."""

from __future__ import annotations

from hpatch.conf.load import load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules

TEXT = 'ProxyPass "/app/" "http://127.0.0.1:8080"\nProxyPass /b http://b/\n'


def severities(task: LintTask) -> set[str]:
    return {one.severity for one in lint_configuration(load_text(TEXT), task).findings}


def test_least_severity() -> None:
    assert severities(LintTask(rules(), severity="error")) == {"error"}
    assert "warning" in severities(LintTask(rules()))
