"""What a FastCGI backend does with a request that stops on its way, seen at the responder."""

from __future__ import annotations

import pytest

from hpatch.errors import ToolError
from hpatch.lab.backends.responder import responder
from hpatch.lab.model import Address, Scheme
from hpatch.lab.probe import Stopped, probe


def test_one_that_closes_early(address: Address) -> None:
    with responder(address, "fcgi", "early"):
        found = probe(address)
    assert found.after_variables.told == found.after_body.told == "answers and closes"
    assert found.after_variables == Stopped(answered_early=True, closed_early=True, closed=True)


def test_one_that_waits_for_the_end(address: Address) -> None:
    with responder(address, "fcgi", "waits"):
        found = probe(address)
    assert found.after_variables == found.after_body == Stopped(False, False, True)
    assert found.after_body.told == "waits for the rest"


def test_one_that_is_not_there(address: Address) -> None:
    with pytest.raises(ToolError, match="does not accept a connection"):
        probe(address)


@pytest.mark.parametrize(("scheme", "fault"), [("fcgi", "silent"), ("scgi", "sound")])
def test_one_that_gives_no_answer(scheme: Scheme, fault: str, address: Address) -> None:
    with responder(address, scheme, fault), pytest.raises(ToolError, match="does not answer a whole"):
        probe(address)
