"""Knowing what was built with sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from hpatch.build.sanitize import Sanitizer, flags, used
from hpatch.errors import ToolError
from tests.support.patience import PATIENCE

_TEXT = "int many(int *all, int at) { return all[at] + at; }\n"


@pytest.mark.apxs
@pytest.mark.parametrize("sanitizers", [(), ("address",), ("undefined",), ("address", "undefined")], ids=str)
def test_a_module_is_known_by_what_it_calls(tmp_path: Path, sanitizers: Sequence[Sanitizer]) -> None:
    (tmp_path / "a.c").write_text(_TEXT)
    command = ("gcc", "-shared", "-fPIC", *flags(sanitizers), "a.c", "-o", "a.so")
    subprocess.run(command, cwd=tmp_path, check=True, timeout=PATIENCE)
    assert used([tmp_path / "a.so"]) == sanitizers


def test_a_module_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"none\.so: No such file"):
        used([tmp_path / "none.so"])
