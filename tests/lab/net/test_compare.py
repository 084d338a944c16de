"""The comparison of two sides, on an installed httpd."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from hpatch.lab.gateways import httpd, modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.net import compare as comparing
from hpatch.lab.net import figures
from hpatch.lab.net.model import Bench, Difference, Facts, Figure, LargeTrial, NetResult, NetTrial, Way
from hpatch.lab.net.side import NetSide, Play
from hpatch.lab.net.trials import configured, trials
from hpatch.lab.net.ways import Ways
from tests.support.patience import PATIENCE

WAY = Way("fcgi", "tcp")


def without_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the trials that every server is for: no measures, no places, nothing at the end."""
    for name in ("last", "restarting"):
        monkeypatch.setattr(comparing.trials, name, lambda way: ())
    monkeypatch.setattr(comparing.trials, "configured", lambda way, *, balances: ())
    for name in ("measure", "memory"):
        monkeypatch.setattr(figures, name, lambda *_: iter(()))


def test_every_trial_has_a_name_of_its_own() -> None:
    names = [f"{one.group}: {one.name}" for one in (*trials(WAY), *configured(WAY, balances=True))]
    assert len(set(names)) == len(names) > 120


def test_balancers_are_tried_where_they_are() -> None:
    groups = {balances: {one.group for one in configured(WAY, balances=balances)} for balances in (True, False)}
    assert groups == {True: {"settings", "balancers"}, False: {"settings"}}
    assert configured(Way("http", "tcp", "HTTP/2"), balances=True) == ()


@pytest.mark.parametrize("way", [WAY, Way("ws", "tcp", "WebSocket"), Way("http", "tcp", "HTTP/2")])
def test_what_moves_megabytes_is_large(way: Way) -> None:
    large = {one.name for one in trials(way) if isinstance(one, LargeTrial)}
    assert large == {one.name for one in trials(way) if re.search(r"\d,\d{3},\d{3} bytes", one.name)} != set()


@pytest.mark.httpd
def test_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials that are the same, one that differs by side, and one that is chance."""
    known: list[NetSide] = []
    throws = iter(range(2, 1000))

    class Known(NetSide):
        def __init__(self, *rest: Any) -> None:
            super().__init__(*rest)
            known.append(self)

    monkeypatch.setattr(comparing, "NetSide", Known)

    def by_side(bench: Bench) -> Facts:
        return {"side": str(known.index(cast(Play, bench)._side))}

    def chance(bench: Bench) -> Facts:
        return {"chance": str(next(throws) // 3 % 2)}

    few = [one for one in trials(WAY) if one.group == "methods"][:12]
    some = (*few, NetTrial("own", "by side", by_side), NetTrial("own", "by chance", chance))
    monkeypatch.setattr(
        comparing, "lookup", lambda *_: Ways(ways=(WAY,), untried=(), modules={}, settings=(), keeping={})
    )
    monkeypatch.setattr(comparing.trials, "trials", lambda way: some)
    without_the_rest(monkeypatch)
    net = comparing.compare(GatewaySpec("httpd"), GatewaySpec("httpd"))
    assert net.trials == len(some)
    assert [(one.name, one.fact, one.before, one.after) for one in net.differences] == [
        ("own: by side", "side", "0", "1")
    ]
    assert net.unsteady == ("fcgi tcp: by chance",)


@pytest.mark.parametrize("again", [True, False])
def test_what_is_slower_counts_if_another_pair_of_servers_says_so(again: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def slower(worse: bool) -> Figure:
        return Figure("median of fcgi tcp", unit="ms", before=1, after=5 if worse else 1, worse=worse)

    rest = Figure("processor time at rest", unit="s a second", before=0, after=0, worse=False)
    restless = rest._replace(after=1, worse=True)
    asked: list[Any] = []

    def measure(*arguments: Any) -> list[Figure]:
        asked.append(arguments[:3])
        return [restless, slower(again)]

    monkeypatch.setattr(figures, "measure", measure)

    def first(name: str) -> list[Any]:
        asked.append(name)
        return []

    monkeypatch.setattr(figures, "memory", lambda *arguments: first("memory"))
    monkeypatch.setattr(comparing, "each", lambda *arguments, compared: first("exchanges"))
    subject = comparing.NetSubject(
        title="a server",
        ways=(Way("http", "tcp"), WAY),
        untried=(),
        before=lambda session, running: cast(NetSide, "another before"),
        after=lambda session, running: cast(NetSide, "another after"),
        errors=lambda text: (),
    )
    assert list(comparing._confirmed(subject, [rest, slower(False)], print)) == [rest, slower(False)]
    assert asked == []
    assert list(comparing._confirmed(subject, [rest, slower(True)], print)) == [rest, slower(again)]
    assert asked == ["memory", "exchanges", ("another before", "another after", [WAY])]
    assert list(comparing._confirmed(subject, [restless, slower(False)], print)) == [restless, slower(False)]
    assert asked[-1] == ("another before", "another after", [*subject.ways])


@pytest.mark.httpd
def test_what_does_not_start_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = GatewaySpec("httpd", modules={"proxy_fcgi": Path("/dev/null")})
    net = comparing.compare(GatewaySpec("httpd"), broken, ("tcp",))
    assert net.unexpected() == ("start: httpd starts",)


@pytest.mark.httpd
def test_each_side_loads_its_own_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also those that only some ways take: a broken one of the second side is not hidden by the first side's."""
    monkeypatch.setattr(comparing.trials, "trials", lambda way: ())
    without_the_rest(monkeypatch)
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
        return {"side": str(cast(Play, bench)._side)}

    names = [f"{group} {at}" for group in ("first", "second") for at in range(40)]
    all_of_them = [NetTrial(name.split()[0], name, partial(broken, name)) for name in names]
    sides = cast(NetSide, "before"), cast(NetSide, "after")
    ((_, differences, _),) = comparing.each(*sides, [WAY], lambda way: all_of_them)
    assert Counter(one.group for one in differences) == {"first": 12, "second": 12}
    assert {plays[one.trial] for one in differences} == {16}, "eight plays on each side decide"
    plays.clear()
    assert comparing.each(*sides, [WAY], lambda way: all_of_them, compared=False)[0].differences == []
    assert plays == dict.fromkeys(names, 2), "where nothing is compared, once on each side is enough"


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

    many = [NetTrial("own", str(at), slow) for at in range(5000)]
    side = cast(NetSide, None)
    with pytest.raises(KeyboardInterrupt):
        comparing.each(side, side, [Way("fcgi", "tcp"), Way("http", "tcp")], lambda way: many)
    assert len(played) < 5000


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
    comparing.each(side, side, [WAY], lambda way: [NetTrial("own", str(at), play) for at in range(4)])
    assert waits == [5.0] * 4 + [0.5] * 4


@pytest.mark.parametrize(("at_once", "later"), [(1, [True, True]), (None, [False, False])])
def test_what_neither_side_does_in_time_is_not_waited_for_by_each_way(at_once: int | None, later: list[bool]) -> None:
    """Where one way is tried after the other: an httpd that cannot serve a crowd cannot do so by any."""
    waits: dict[str, list[bool]] = {}

    def play(bench: Bench) -> Facts:
        own = cast(Play, bench)
        waits.setdefault(own.way.scheme, []).append(own._again)
        own.missed = True
        return {}

    side = cast(NetSide, None)
    ways = [Way("http", "tcp"), Way("fcgi", "tcp")]
    comparing.each(side, side, ways, lambda way: [NetTrial("own", "crowd", play)], at_once)
    assert waits == {"http": [False, False], "fcgi": later}


def test_both_sides_are_asked_at_once() -> None:
    """Each waits for the other one: one after the other, neither would come."""
    met = threading.Barrier(2, timeout=PATIENCE)

    def play(bench: Bench) -> Facts:
        return {"met": str(met.wait() >= 0)}

    side = cast(NetSide, None)
    ((played, differences, _),) = comparing.each(side, side, [WAY], lambda way: [NetTrial("own", "both", play)] * 3)
    assert (played, differences) == (3, [])


def test_few_large_trials_are_played_at_once() -> None:
    """All at once would take a busy machine longer than their clients wait."""
    ways = [Way(scheme, "tcp") for scheme in ("http", "fcgi", "scgi", "uwsgi", "ajp")]
    lock, at_work, most = threading.Lock(), Counter[str](), 0
    two = threading.Event()

    def play(bench: Bench) -> Facts:
        nonlocal most
        with lock:
            at_work[bench.way.scheme] += 1
            most = max(most, sum(count > 0 for count in at_work.values()))
            if most >= 2:
                two.set()
        two.wait(PATIENCE)
        time.sleep(0.02)
        with lock:
            at_work[bench.way.scheme] -= 1
        return {}

    side = cast(NetSide, None)
    comparing.each(side, side, ways, lambda way: [LargeTrial("own", str(at), play) for at in range(3)])
    assert most == 2
