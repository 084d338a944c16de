"""Each known problem of httpd with a configuration that has what triggers it, and one that has not (pairs/)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.facts.problems import everything
from hpatch.lint.context import Context
from hpatch.lint.rules._shared.triggers import met
from hpatch.proxy.build import build

_FOLDER = Path(__file__).with_name("pairs")
PAIRS: dict[str, dict[str, Any]] = {
    name: pair
    for path in sorted(_FOLDER.glob("*.toml"))
    for name, pair in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
TRIGGERS = {known.id: known.triggers for known in everything() if known.triggers}


def test_every_problem_has_its_pair() -> None:
    wanted = {known.id for known in everything() if known.triggers}
    assert PAIRS.keys() == wanted


@pytest.mark.parametrize("id", PAIRS)
def test_what_triggers_a_problem_and_what_does_not(id: str) -> None:
    pair = PAIRS[id]
    assert _met(id, pair, "on")
    assert not _met(id, pair, "off")


@pytest.mark.parametrize("id", [id for id, pair in PAIRS.items() if "modules" in pair])
def test_a_module_is_not_missed_where_the_modules_are_not_known(id: str) -> None:
    assert not _met(id, {**PAIRS[id], "modules": None}, "on")


def _met(id: str, pair: dict[str, Any], which: str) -> bool:
    names = pair.get("modules")
    modules = None if names is None else Modules(names, complete=True)
    configuration = load_text(pair[which], Options(mpm=pair.get("mpm"), modules=modules))
    context = Context(configuration, build(configuration))
    return any(met(context, trigger) for trigger in TRIGGERS[id])
