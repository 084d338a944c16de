"""The net notices what is wrong, and nothing where nothing is: httpd's modules of Debian's source, some sabotaged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from hpatch.lab.model import GatewaySpec, Transport
from hpatch.lab.net import compare as comparing
from hpatch.lab.net.compare import compare
from hpatch.lab.net.ways import Ways, ways
from tests.support.build.debian_source import debian_source
from tests.support.lab.sabotage import SABOTAGES, Sabotage, gateway, rounds

pytestmark = [pytest.mark.proof, pytest.mark.httpd, pytest.mark.apxs]


_EVERYWHERE = ("errors", "crashed", "interface")
"""What is told of the whole httpd."""


@pytest.fixture(scope="module")
def tree() -> Path:
    return debian_source()


@pytest.fixture(scope="module")
def sound(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> GatewaySpec:
    return gateway(tree, tmp_path_factory.mktemp("sound"))


@pytest.mark.measured
@pytest.mark.parametrize("time", range(3))
def test_nothing_is_said_to_what_is_the_same(sound: GatewaySpec, time: int) -> None:
    net = compare(sound, sound)
    assert net.unexpected() == ()
    assert net.trials > 1700
    assert net.untried == ()


def test_there_are_enough() -> None:
    assert len(SABOTAGES) >= 90


@pytest.mark.waiting
@pytest.mark.parametrize("sabotages", rounds(), ids=lambda ones: ", ".join(one.name for one in ones)[:80])
def test_every_sabotage_is_found(
    tree: Path, sound: GatewaySpec, sabotages: Sequence[Sabotage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the ways that it concerns: the others are the same, and would only take time."""

    def concerned(spec: GatewaySpec, transports: Sequence[Transport]) -> Ways:
        found = ways(spec, transports)
        return found._replace(ways=tuple(way for way in found.ways if any(one.concerns(way.name) for one in sabotages)))

    monkeypatch.setattr(comparing, "lookup", concerned)
    monkeypatch.setattr(comparing, "_ENOUGH", len(sabotages) * comparing._ENOUGH)
    net = compare(sound, gateway(tree, tmp_path, sabotages, sound))
    said = [(one.way, one.name) for one in net.differences]
    said += [(one.name, one.name) for one in net.figures if one.worse]
    for one in sabotages:
        own = [
            name for where, name in said if one.concerns(where) or name.startswith(("errors", "crashed", "interface"))
        ]
        if not any(re.search(one.says, name) for name in own):
            pytest.fail(f"{one.module}: {one.name}: nothing says {one.says!r}, only: {', '.join(own)}", pytrace=False)
