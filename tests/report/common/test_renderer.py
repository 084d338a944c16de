"""What every answer has: text, data, and a schema that is written down."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import hpatch.report
from hpatch.report.common.renderer import FORMS, Page


def answers() -> dict[str, Any]:
    """The classes of all answers, by name."""
    names = [found.name for found in pkgutil.walk_packages(hpatch.report.__path__, "hpatch.report.")]
    return {
        name: one
        for module in names
        for name, one in vars(import_module(module)).items()
        if isinstance(one, type) and name.endswith("Report") and one.__module__ == module
    }


ANSWERS = answers()


@pytest.mark.parametrize("name", ANSWERS)
def test_every_schema_is_in_a_file_and_described(name: str, root: Path) -> None:
    schema = ANSWERS[name].schema
    file = root / "docs" / "schema" / f"{schema.removeprefix('hpatch.').replace('/', '-')}.json"
    assert json.loads(file.read_text())["properties"]["schema"] == {"const": schema}
    assert schema in (root / "docs" / "output.md").read_text()


def test_every_answer_has_its_text_and_its_data() -> None:
    assert len(ANSWERS) > 20
    assert all(callable(one.text) and callable(one.data) for one in ANSWERS.values())


class Said:
    """An answer."""

    schema = "hpatch.said/1"

    def text(self, page: Page) -> list[str]:
        return ["one", "two" * (page.width or 1)]

    def data(self) -> dict[str, Any]:
        return {"said": 1}


def test_the_forms_of_all() -> None:
    assert list(FORMS["text"](Said(), Page(2))) == ["one\ntwotwo\n"]
    text = "".join(FORMS["json"](Said(), Page()))
    assert isinstance(text, str)
    assert (text[:1], text[-2:], list(json.loads(text))) == ("{", "}\n", ["schema", "said"])
