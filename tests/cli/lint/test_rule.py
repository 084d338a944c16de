"""`hpatch rule` as a user calls it."""

from __future__ import annotations

import json

import pytest

from hpatch.lint.registry import rules
from tests.support.cli.call import call

Capture = pytest.CaptureFixture[str]


def test_the_table_has_every_rule(capsys: Capture) -> None:
    code, out, err = call(capsys, "rule")
    assert (code, err) == (0, "")
    assert all(rule.code in out and rule.name in out for rule in rules())


@pytest.mark.parametrize("word", ["WK001", "wk001", "uds-worker-collision"])
def test_a_manual(capsys: Capture, word: str) -> None:
    out = call(capsys, "rule", word).out
    assert out.startswith("WK001 uds-worker-collision")
    assert "Fires on:" in out
    assert "MP001" not in out


def test_a_family(capsys: Capture) -> None:
    out = call(capsys, "rule", "CF").out
    assert "CF001" in out
    assert "MP001" not in out


def test_json(capsys: Capture) -> None:
    answer = json.loads(call(capsys, "rule", "--format", "json").out)
    assert [one["rule"] for one in answer["rules"]] == [rule.code for rule in rules()]
    (one,) = json.loads(call(capsys, "rule", "MP001", "-f", "json").out)["rules"]
    assert one["name"] == "slash-target-missing"
