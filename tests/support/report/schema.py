"""The documented schemas of what hpatch answers to programs, in docs/schema."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[3] / "docs" / "schema"


def valid(name: str, text: str) -> Any:
    """The data of a JSON text. Raises ValidationError where a schema (`lint-1`) forbids it or lacks a key of it."""
    data = json.loads(text)
    _validator(name).validate(data)
    return data


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(_closed(json.loads((FOLDER / f"{name}.json").read_text())))


def _closed(schema: Any) -> Any:
    """The schema without room for other keys: users' copies of it have room for those of newer versions."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: value if key == "if" else _closed(value) for key, value in schema.items()}
    return {**found, "additionalProperties": False} if "properties" in found else found
