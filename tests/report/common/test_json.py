"""The form of JSON answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hpatch.report.common.json import compact, dump, pieces
from hpatch.report.common.renderer import FORMS, Page

ITEM = {"message": 'é "x"\udc80', "line": 1, "fix": None, "related": [{"line": 2}]}


@pytest.mark.parametrize("count", [0, 1, 1_000, 1_001, 1_100])
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


@pytest.mark.parametrize("count", [0, 1, 1_100])
def test_an_answer_for_programs_has_a_line_an_item(count: int) -> None:
    data = {"files": 2, "findings": [ITEM] * count, "summary": {"error": [1]}, "none": []}
    text = "".join(compact(data))
    assert json.loads(text) == data
    assert len(text.splitlines()) == 6 + (count and count + 1)


@pytest.mark.parametrize(
    "items",
    [
        [{"a": [{"a": 1}, {"a": 2}]}, {"a": 3}],
        [{"a": 1}, {"b": [{"a": 1}, {"a": 2}]}, {"a": 2}],
        [{"a": '}, {"a": '}, {"a": '}, {\\"a": '}],
        [{"a": 1}, 2, [], {}, {"a": 3}],
        [{}, {"a": 1}],
        [{'"': 1}, {'"': 2}],
    ],
)
def test_each_item_has_a_line_whatever_is_in_it(items: list[Any]) -> None:
    lines = "".join(compact({"items": items})).splitlines()
    assert [json.loads(line.removesuffix(",")) for line in lines[2:-2]] == items


def test_an_answer_is_indented_on_a_terminal_only() -> None:
    answer = Numbers()
    assert "".join(FORMS["json"](answer, Page(80))).startswith('{\n  "schema": "a/1",\n  "n": [\n    1,')  # type: ignore[arg-type]
    assert "".join(FORMS["json"](answer, Page())).startswith('{\n"schema": "a/1",\n"n": [\n1,\n2')  # type: ignore[arg-type]


class Numbers:
    """An answer with numbers."""

    schema = "a/1"

    def text(self, page: Page) -> list[str]:
        return []

    def data(self) -> dict[str, Any]:
        return {"n": [1, 2]}


def test_very_many_items_come_in_pieces() -> None:
    data = {"findings": [ITEM] * 5_000, "files": 1}
    found = list(pieces(data))
    assert "".join(found) == dump(data)
    assert max(map(len, found)) < len(dump(data)) / 10


@pytest.mark.parametrize("data", [[1] * 2_000, "a", None])
def test_an_answer_may_be_anything(data: Any) -> None:
    assert json.loads(dump(data)) == data
