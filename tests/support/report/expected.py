"""Whole outputs, kept as files beside the tests."""

from __future__ import annotations

import os
import re
from pathlib import Path

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""What colours a text on a terminal."""


def assert_as_expected(path: Path, text: str) -> None:
    """Hold a text against a file; with UPDATE_EXPECTED, write the file."""
    if os.environ.get("UPDATE_EXPECTED"):
        path.write_text(text)
    assert text == path.read_text()
