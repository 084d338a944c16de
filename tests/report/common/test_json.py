"""The form of JSON answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hpatch.report.common.json import dump

ITEM = {"message": 'é "x"\udc80', "line": 1, "fix": None, "related": [{"line": 2}]}


@pytest.mark.parametrize("count", [0, 1, 1_000, 1_001])
def test_an_answer_comes_back(count: int) -> None:
    data = {"findings": [ITEM] * count, "files": 1, "read": ["a"] * count, "summary": {"error": count}, "none": []}
    assert json.loads(dump(data)) == data


def test_an_answer_is_indented() -> None:
    assert dump({"findings": [{"line": 1}]}) == '{\n  "findings": [\n    {\n      "line": 1\n    }\n  ]\n}\n'


def test_each_of_very_many_items_has_a_line() -> None:
    lines = dump({"files": 2, "findings": [ITEM] * 1_001}).splitlines()
    assert lines[:2] == ["{", '"files": 2,']
    assert lines[-2:] == ["]", "}"]
    assert len(lines) == 3 + 1_001 + 2
    assert json.loads(lines[3].removesuffix(",")) == ITEM


@pytest.mark.parametrize("data", [[1] * 2_000, "a", None])
def test_an_answer_may_be_anything(data: Any) -> None:
    assert json.loads(dump(data)) == data
