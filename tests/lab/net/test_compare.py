"""The comparison of two sides, on an installed httpd."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.net import compare as comparing
from hpatch.lab.net import figures
from hpatch.lab.net.model import Bench, Difference, Facts, Figure, NetResult, NetTrial, Way
from hpatch.lab.net.side import NetSide, Play
from hpatch.lab.net.trials import trials
from hpatch.lab.net.ways import Ways

WAY = Way("fcgi", "tcp")


def test_every_trial_has_a_name_of_its_own() -> None:
    names = [f"{one.group}: {one.name}" for one in trials(WAY)]
    assert len(set(names)) == len(names) > 80


@pytest.mark.httpd
def test_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials that are the same, one that differs by side, and one that is chance."""
    plays, throws = iter(range(1000)), iter(range(2, 1000))

    def by_side(bench: Bench) -> Facts:
        return {"side": str(next(plays) % 2)}

    def chance(bench: Bench) -> Facts:
        return {"chance": str(next(throws) // 3 % 2)}

    few = [one for one in trials(WAY) if one.group == "methods"][:12]
    some = (*few, NetTrial("own", "by side", by_side), NetTrial("own", "by chance", chance))
    monkeypatch.setattr(
        comparing, "lookup", lambda *_: Ways(ways=(WAY,), untried=(), modules={}, settings=(), keeping={})
    )
    monkeypatch.setattr(comparing.trials, "trials", lambda way: some)
    monkeypatch.setattr(comparing.trials, "last", lambda way: ())
    monkeypatch.setattr(figures, "measure", lambda *_: iter(()))
    monkeypatch.setattr(figures, "memory", lambda *_: iter(()))
    net = comparing.compare(GatewaySpec("httpd"), GatewaySpec("httpd"))
    assert net.trials == len(some)
    assert [(one.name, one.fact, one.before, one.after) for one in net.differences] == [
        ("own: by side", "side", "0", "1")
    ]
    assert net.unsteady == ("fcgi tcp: by chance",)


@pytest.mark.httpd
def test_what_does_not_start_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = GatewaySpec("httpd", modules={"proxy_fcgi": Path("/dev/null")})
    net = comparing.compare(GatewaySpec("httpd"), broken, ("tcp",))
    assert net.unexpected() == ("start: httpd starts",)


@pytest.mark.httpd
def test_each_side_loads_its_own_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also those that only some ways take: a broken one of the second side is not hidden by the first side's."""
    for name in ("trials", "last"):
        monkeypatch.setattr(comparing.trials, name, lambda way: ())
    for name in ("measure", "memory"):
        monkeypatch.setattr(figures, name, lambda *_: iter(()))
    installed = httpd.program_of(GatewaySpec("httpd"))
    program, own = tmp_path / "bin" / installed.name, tmp_path / "modules"
    program.parent.mkdir()
    shutil.copy(installed, program)
    own.mkdir()
    for file in cast(Path, modules.folder(installed)).glob("mod_*.so"):
        (own / file.name).symlink_to(file)
    before, after = GatewaySpec("httpd"), GatewaySpec("httpd", program)
    assert comparing.compare(before, after, ("tcp",)).unexpected() == ()
    (own / "mod_proxy_ajp.so").unlink()
    (own / "mod_proxy_ajp.so").write_text("no module")
    assert comparing.compare(before, after, ("tcp",)).unexpected() == ("start: httpd starts",)


def test_what_a_set_names_is_expected() -> None:
    difference = Difference("fcgi tcp", "faults", "an early response", "status", "503", "200")
    figure = Figure("median of fcgi tcp", "ms", 1.0, 2.0, True)
    net = NetResult(
        ways=("fcgi tcp",), trials=9, differences=(difference,), figures=(figure,), unsteady=(), seconds=1.0
    )
    assert net.unexpected() == ("faults: an early response", "median of fcgi tcp")
    assert net.unexpected(("faults: *",)) == ("median of fcgi tcp",)
    assert net.unexpected(("faults: an early response", "median of *")) == ()


def test_a_group_that_is_broken_does_not_hide_another(monkeypatch: pytest.MonkeyPatch) -> None:
    plays: Counter[str] = Counter()

    def broken(name: str, bench: Bench) -> Facts:
        plays[name] += 1
        return {"side": str(plays[name] % 2)}

    names = [f"{group} {at}" for group in ("first", "second") for at in range(40)]
    all_of_them = [NetTrial(name.split()[0], name, partial(broken, name)) for name in names]
    side = cast(NetSide, None)
    ((_, differences, _),) = comparing._each(side, side, [WAY], lambda way: all_of_them)
    assert Counter(one.group for one in differences) == {"first": 12, "second": 12}
    assert {plays[one.trial] for one in differences} == {16}, "eight plays on each side decide"


def test_where_one_way_breaks_off_the_others_end() -> None:
    """As at an interrupt: the trial that is being played is the last one."""
    played = []
    begun = threading.Event()

    def slow(bench: Bench) -> Facts:
        if bench.way.scheme == "fcgi":
            begun.wait()
            raise KeyboardInterrupt
        begun.set()
        played.append(time.sleep(0.01))
        return {}

    many = [NetTrial("own", str(at), slow) for at in range(200)]
    side = cast(NetSide, None)
    with pytest.raises(KeyboardInterrupt):
        comparing._each(side, side, [Way("fcgi", "tcp"), Way("http", "tcp")], lambda way: many)
    assert len(played) < 100


def test_waits_get_short_where_neither_backend_saw_what_it_was_to_see() -> None:
    """One side alone may be slow, or what the change broke."""
    waits: list[float] = []
    misses = iter((True, False, True, True, False, False, False, False))

    def play(bench: Bench) -> Facts:
        own = cast(Play, bench)
        waits.append(own._patience)
        own.missed = next(misses)
        return {}

    side = cast(NetSide, None)
    comparing._each(side, side, [WAY], lambda way: [NetTrial("own", str(at), play) for at in range(4)])
    assert waits == [5.0] * 4 + [0.5] * 4
