"""What the lab's tests share."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from hpatch.lab.model import Address
from hpatch.lab.ports import Ports


@pytest.fixture(params=["unix", "tcp"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """A free address of each kind."""
    if request.param == "unix":
        return Address(path=tmp_path / "sock")
    with closing(Ports()) as ports:
        return Address(port=ports.reserve())
