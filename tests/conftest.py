"""Shared by all tests: what becomes of those that cannot run here, and an environment that is the same everywhere."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

import hpatch
from tests.support import needs, proved, shared
from tests.support.examples import examples

ROOT = Path(__file__).parent.parent
SHOWN = 0.005
"""Seconds: pytest's own default for `--durations-min`."""

os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
# A background job ignores interrupts, and so would the programs that the tests start to interrupt them.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Servers that run as another user read files that the tests write.
os.umask(0o022)
# Hypothesis takes its time by the clock, and so finds everything slow on a busy machine.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=examples(50)
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if needs.CI else "default")


# What is imported and collected lives until the run's end: there is no garbage in it to look for, again and again.
gc.disable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--quick`."""
    parser.addoption("--quick", action="store_true", help="only tests without servers, compilers and histories")


@pytest.hookimpl
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Let a worker report no setup and no teardown that passed within the time that `--durations` shows.

    Each report goes to the process that started the workers: three a test take longer than most tests.
    """
    if not hasattr(item.config, "workerinput"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed or report.duration >= SHOWN:
            item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Workers of `-n auto`: two more than cores, since half of the time tests wait for servers."""
    return len(os.sched_getaffinity(0)) + 2


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Let each worker import its part of the test modules first; look for garbage only in what comes afterwards."""
    _import_part(session)
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)  # a test's garbage is small, and to look for it takes a tenth of its time
        gc.enable()


def _import_part(session: pytest.Session) -> None:
    """Import another part of the test modules in each worker, before it collects all.

    Workers that collect in step would all compile each module; so one compiles it, and the others load the result.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode:
        return
    number, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    named = [session.config.invocation_params.dir / name.partition("::")[0] for name in session.config.args]
    modules = sorted({file for path in named for file in ([path] if path.is_file() else path.rglob("test_*.py"))})
    for module in modules[number::count]:
        # What fails here fails again, and is reported, when the module is collected.
        with suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(module.relative_to(ROOT).with_suffix("").parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not quick, if asked to; let reports name the sets that their tests prove."""
    for item in items:
        for marker in item.iter_markers(proved.NAME):
            item.user_properties.append((proved.NAME, marker.args))
    if config.getoption("--quick"):
        left_out = [item for item in items if not needs.is_quick(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if needs.is_quick(item)]


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of what tests need; make the folder of what the run's processes share."""
    if os.environ.get("HPATCH_TESTS_COMPILED") and not hpatch.compiled():
        raise pytest.UsageError(f"HPATCH_TESTS_COMPILED is set, and {hpatch.__file__} is not compiled")
    if not hasattr(config, "workerinput"):
        shared.begin()
    config.addinivalue_line(
        "markers", f"{proved.NAME}(*sets): proves these sets; the run's end tells which were proved"
    )
    for marker, need in needs.NEEDS.items():
        config.addinivalue_line("markers", f"{marker}: {need.described()}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the processes shared."""
    if not hasattr(config, "workerinput"):
        shared.end()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that lacks something."""
    reason = needs.missing(item)
    if reason is not None:
        pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell which sets were proved, and in one line which were not and why."""
    outcomes = [
        proved.ProofOutcome(tuple(sets), outcome, str(report.longrepr))
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(outcome, ())
        for name, sets in getattr(report, "user_properties", ())
        if name == proved.NAME
    ]
    if outcomes:
        from hpatch.patch.sets.load import load

        for line in proved.lines(outcomes, [one.id for one in load().sets]):
            terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI=true, a test that is skipped for what can be installed has failed."""
    return _unexcused((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """So has a module."""
    return _unexcused((yield))


R = TypeVar("R", pytest.TestReport, pytest.CollectReport)


def _unexcused(report: R) -> R:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not needs.is_excused(reason):
            report.outcome, report.longrepr = "failed", f"{reason}, and CI=true"
    return report


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def httpd() -> str:
    """The path of httpd, for tests marked `httpd`."""
    return needs.program("httpd")
