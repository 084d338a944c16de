"""One configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf import limits
from hpatch.lint.engine.part import part_of
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from hpatch.text import Source


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


@pytest.mark.parametrize(("most", "lines"), [(3, [1, 2, 3]), (2, [1, 2, 3, 1])])
def test_findings_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, lines: list[int]) -> None:
    """hpatch stops, and does not take the configuration for one that it has looked at."""
    monkeypatch.setattr(limits, "FINDINGS", most)
    (tmp_path / "a.conf").write_text("KeepAliv On\n" * 3)
    known = tuple(rule for rule in rules() if rule.name == "directive-unknown")
    part = part_of(Root(str(tmp_path / "a.conf")), LintTask(rules=known, ignored=frozenset({"CF001"})))
    assert sorted(one.place.line for one in part.findings) == sorted(lines)
    stopped = ["more than 2 findings: hpatch stops linting here"] if most == 2 else []
    assert [one.message for one in part.findings if one.rule.name == "file-unreadable"] == stopped
    assert [one.message for one in part.unread] == stopped


@pytest.mark.parametrize(("text", "part"), [("a,b\n1,2\n", None), ("ProxyPass / http://b/\n", "a.conf")])
def test_a_foreign_file_is_no_part(text: str, part: str | None) -> None:
    assert part_of(Root("a.conf", source=Source("a.conf", text)), LintTask(rules=())).part == part
