"""hpatch called as from a shell, in this process."""

from __future__ import annotations

import gc
import sys
from typing import NamedTuple
from unittest.mock import patch

import pytest

from hpatch.cli.main import main


class Answer(NamedTuple):
    """What a run gave."""

    code: int
    out: str
    err: str


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """Run hpatch with arguments."""
    code = 0
    with patch.object(sys, "argv", ["hpatch", *map(str, arguments)]):
        try:
            main()
        except SystemExit as exit:
            code = int(exit.code or 0)
        finally:
            gc.enable()
    return Answer(code, *capsys.readouterr())
