"""The net itself: the same trials before a change and after it, on two running httpds at once."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, nullcontext
from functools import partial
from itertools import count

from hpatch.errors import ToolError
from hpatch.lab.model import GatewaySpec, Log, Transport
from hpatch.lab.net import figures, interface, trials
from hpatch.lab.net.model import Difference, Facts, Figure, LargeTrial, NetResult, NetTrial, Way
from hpatch.lab.net.side import NetSide, Play, PlayedSide
from hpatch.lab.net.ways import ways as lookup
from hpatch.lab.session import Session
from hpatch.lab.smoke import TRANSPORTS
from hpatch.records import NamedTuple

_PLAYS = 16
"""How often a trial is played on each side where it differs the first time."""
_LEAST = 8
"""In how many of these a value must come that the other side never has.

What is chance on both sides, as an order of two things at once, does that once in 5,000 times at most. Where a value is
so in each of the first 8 plays, no more are needed: chance does that once in 65,000 times.
"""
_ENOUGH = 12
"""With so many differences of a way in a group of trials, no more of that group are played.

The other groups are: what breaks one kind of trials must not hide what the change does to another.
"""

_LARGE = 2
"""So many large trials are played at once: all of them would take a busy machine longer than a client waits."""

_ERROR = re.compile(r"^\[[^]]*\] \[\w*:(?:emerg|alert|crit|error|warn)\] .*?\b(AH\d{5})\b", re.M)
_OFTEN = 10
"""An error that comes so often on one side and never on the other is no chance: once in 5,000 times at most."""
Tell = Callable[[str], None]
Trials = Callable[[Way], Iterable[NetTrial]]
"""What each way is tried with."""


def compare(
    before: GatewaySpec,
    after: GatewaySpec,
    transports: Sequence[Transport] = TRANSPORTS,
    tell: Tell = lambda text: None,
) -> NetResult:
    """Try both httpds. Raises ToolError where the first does not start; that the second does not is a difference."""
    known = lookup(before, transports)

    def second(session: Session, running: ExitStack) -> NetSide:
        # Each loads its own modules, of which one may be what is changed.
        return NetSide(session, running, after, known._replace(modules=lookup(after, transports).modules))

    compared = NetSubject(
        title="httpd",
        ways=known.ways,
        untried=known.untried,
        before=lambda session, running: NetSide(session, running, before, known),
        after=second,
        errors=_ERROR.findall,
        further=partial(trials.configured, balances=known.balances),
        ending=trials.restarting,
    )
    found = interface.compare(before, after)
    net = play(compared, tell)
    return net._replace(differences=(*found.differences, *net.differences), untried=(*net.untried, *found.untried))


class NetSubject(NamedTuple):
    """Two servers that are compared: what starts each with the backends behind it, and the ways through them.

    `title` is what a server is called; `errors` finds the errors in a part of a log, by name; `further` are the trials
    that only this kind of server is for, and `ending` those at the very end, by the first way alone.
    """

    title: str
    ways: tuple[Way, ...]
    untried: tuple[str, ...]
    before: Callable[[Session, ExitStack], PlayedSide]
    after: Callable[[Session, ExitStack], PlayedSide]
    errors: Callable[[str], Iterable[str]]
    further: Trials = lambda way: ()
    ending: Trials = lambda way: ()


def play(subject: NetSubject, tell: Tell) -> NetResult:
    """Play all trials with both servers, and measure them. Raises as `compare` does."""
    began = time.monotonic()
    ways = subject.ways
    names = tuple(way.name for way in ways)
    with Session() as session, ExitStack() as running:
        sides = [subject.before(session, running)]
        try:
            sides.append(subject.after(session, running))
        except ToolError as error:
            lost = not_started(subject.title, names, error, time.monotonic() - began)
            return lost._replace(untried=subject.untried)
        logs = [side.gateway.log() for side in sides]
        tell(f"{len(ways)} ways to backends")
        grown, found, measured = _tried(subject, sides[0], sides[1], ways, tell)
        tell("many requests at once")
        found += each(sides[0], sides[1], ways, trials.last, at_once=1)
        found += each(sides[0], sides[1], ways[:1], subject.ending)
        logged = tuple(_logged(logs, [side.gateway.log() for side in sides], subject.errors))
    return NetResult(
        ways=names,
        trials=sum(one.played for one in found),
        differences=tuple(difference for one in found for difference in one.differences),
        figures=(*logged, *grown, *_confirmed(subject, measured, tell)),
        unsteady=tuple(name for one in found for name in one.unsteady),
        seconds=time.monotonic() - began,
        untried=subject.untried,
    )


class _Tried(NamedTuple):
    """What the trials of a pair of servers tell: by how much memory grows, the exchanges, and what can be measured."""

    grown: tuple[Figure, ...]
    found: list[NetFound]
    measured: tuple[Figure, ...]


def _tried(
    subject: NetSubject,
    before: PlayedSide,
    after: PlayedSide,
    ways: Sequence[Way],
    tell: Tell,
    *,
    compared: bool = True,
) -> _Tried:
    """Memory first, while the servers are new; measures last, when whatever the trials may set off has begun."""
    grown = tuple(figures.memory(before, after, ways, tell))
    tell("exchanges")
    found = each(before, after, ways, lambda way: (*trials.trials(way), *subject.further(way)), compared=compared)
    return _Tried(grown, found, tuple(figures.measure(before, after, ways, tell)))


def _confirmed(subject: NetSubject, measured: Sequence[Figure], tell: Tell) -> Iterator[Figure]:
    """What is worse is measured again with another pair of servers, and counts if it is worse there, too.

    Where a process happens to run, and where its memory lies, may slow it for as long as it lives: on a busy machine
    an nginx, which serves all by one process, took five times as long as another one of the same program. The other
    pair goes through the same trials first: a server may become slow only by what it has served.
    """
    worse = [one.name for one in measured if one.worse]
    if not worse:
        yield from measured
        return
    concerned = [[way for way in subject.ways if way.name in name] for name in worse]
    # A figure that names no way is of the whole server.
    ways = [way for way in subject.ways if any(way in some or not some for some in concerned)]
    tell("what is worse, with another pair of servers")
    with Session() as session, ExitStack() as running:
        after = subject.after(session, running)
        before = subject.before(session, running)
        again = {one.name: one for one in _tried(subject, before, after, ways, tell, compared=False).measured}
    for one in measured:
        yield again.get(one.name, one) if one.worse else one


def not_started(program: str, ways: tuple[str, ...], error: ToolError, seconds: float) -> NetResult:
    """What is told where the patched program does not start: that, and nothing else."""
    lost = Difference(way="", group="start", trial=f"{program} starts", fact="start", before="yes", after=str(error))
    return NetResult(ways=ways, trials=0, differences=(lost,), figures=(), unsteady=(), seconds=seconds)


_numbers = count(1)
"""Of plays: no two have the same."""


class NetFound(NamedTuple):
    """What one way tells: how many trials were played, what differs, and which are unsteady already before."""

    played: int
    differences: list[Difference]
    unsteady: list[str]


def each(
    before: PlayedSide,
    after: PlayedSide,
    ways: Sequence[Way],
    trials: Trials,
    at_once: int | None = None,
    *,
    compared: bool = True,
) -> list[NetFound]:
    """What each way tells, all at once or so many. An interrupt ends them with the trials that are being played.

    Where it is not `compared`, each trial is played once, whatever comes of it.
    """
    common = _Common(
        before=before,
        after=after,
        stop=threading.Event(),
        large=threading.Semaphore(_LARGE),
        vain=threading.Event() if at_once == 1 else None,
        compared=compared,
    )
    with ThreadPoolExecutor(at_once or max(1, len(ways))) as pool:
        try:
            return list(pool.map(lambda way: _compared(common, way, trials(way)), ways))
        finally:
            common.stop.set()


class _Common(NamedTuple):
    """What all ways have in common. `vain` is set where neither side did in time what it was to do; None: by way."""

    before: PlayedSide
    after: PlayedSide
    stop: threading.Event
    large: threading.Semaphore
    vain: threading.Event | None
    compared: bool


def _compared(common: _Common, way: Way, trials: Iterable[NetTrial]) -> NetFound:
    with ThreadPoolExecutor(1) as helper:
        return _Comparison(common, way, helper).run(trials)


class _Comparison:
    """Trials of a way, until it is told to stop. The `helper` plays those of the side after."""

    def __init__(self, common: _Common, way: Way, helper: ThreadPoolExecutor) -> None:
        self._common = common
        self._stop = common.stop
        self._way = way
        self._helper = helper
        self._vain = common.vain or threading.Event()

    def run(self, trials: Iterable[NetTrial]) -> NetFound:
        found = NetFound(0, [], [])
        differing: Counter[str] = Counter()
        for trial in trials:
            if self._stop.is_set():
                break
            if differing[trial.group] >= _ENOUGH:
                continue
            differences, steady = self._trial(trial)
            differing[trial.group] += len(differences)
            found.differences.extend(differences)
            if not steady:
                found.unsteady.append(f"{self._way.name}: {trial.name}")
            found = found._replace(played=found.played + 1)
        return found

    def _play(self, trial: NetTrial, *, again: bool = False) -> tuple[Facts, Facts]:
        number = f"{self._way.place}-{next(_numbers)}"
        sides = (self._common.before, self._common.after)
        benches = [Play(side, self._way, number, again=again or self._vain.is_set()) for side in sides]
        with self._common.large if isinstance(trial, LargeTrial) else nullcontext():
            # Much of a play is waiting, and both sides meet the machine in the same state.
            other = self._helper.submit(trial.play, benches[1])
            try:
                first = trial.play(benches[0])
            finally:
                wait([other])
        second = other.result()
        # Where neither side's backend saw what it was to see, the next ones will hardly do so by longer waits.
        if all(bench.missed for bench in benches):
            self._vain.set()
        return first, second

    def _trial(self, trial: NetTrial) -> tuple[list[Difference], bool]:
        """What differs for certain, and whether the side before is always the same."""
        first, second = self._play(trial)
        if first == second or not self._common.compared:
            return [], True
        plays = [(first, second)]
        names: set[str] = {*first, *second}
        while len(plays) < _PLAYS and not self._stop.is_set() and _undecided(plays, names):
            plays.append(self._play(trial, again=True))
            names.update(*plays[-1])
        found = [
            Difference(
                way=self._way.name,
                group=trial.group,
                trial=trial.name,
                fact=name,
                before=_mostly(plays, 0, name),
                after=_mostly(plays, 1, name),
            )
            for name in sorted(names)
            if _other(plays, name) >= _LEAST
        ]
        steady = all(pair[0] == plays[0][0] for pair in plays)
        return found, steady


_Plays = Sequence[tuple[Facts, Facts]]


def _other(plays: _Plays, name: str) -> int:
    """In how many plays a fact is after the change as it never was before it."""
    known = {before.get(name) for before, _ in plays}
    return sum(after.get(name) not in known for _, after in plays)


def _undecided(plays: _Plays, names: Iterable[str]) -> bool:
    """Whether more plays may change what is said."""
    others = [_other(plays, name) for name in names]
    if len(plays) == _LEAST and max(others) == _LEAST:
        return False
    return any(other + _PLAYS - len(plays) >= _LEAST for other in others)


def _mostly(plays: _Plays, side: int, name: str) -> str:
    return Counter(pair[side].get(name, "") for pair in plays).most_common(1)[0][0]


def _logged(before: Sequence[Log], after: Sequence[Log], errors: Callable[[str], Iterable[str]]) -> Iterator[Figure]:
    """The children that crashed, and the errors that only one of the two logs."""
    crashes = [last.segfaults - first.segfaults for first, last in zip(before, after, strict=True)]
    yield Figure("crashed children", unit="", before=crashes[0], after=crashes[1], worse=crashes[1] > crashes[0])
    was, now = (Counter(errors(last.text[len(first.text) :])) for first, last in zip(before, after, strict=True))
    for name in sorted(was.keys() | now.keys()):
        if bool(was[name]) != bool(now[name]):
            worse = now[name] >= _OFTEN
            yield Figure(f"errors {name}", unit="", before=was[name], after=now[name], worse=worse)
