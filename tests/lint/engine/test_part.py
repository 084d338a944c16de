"""One configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.lint.engine.part import part_of
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules


def test_a_run_is_given_up_between_two_rules(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("ProxyPass /a/ http://a\n")
    calls = []

    def between() -> None:
        calls.append(len(calls))
        if len(calls) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        part_of(Root(str(tmp_path / "a.conf")), LintTask(rules=rules()), between)
    assert calls == [0, 1]
