"""What the tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli.tree import make


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The small tree of httpd."""
    return make(tmp_path)
