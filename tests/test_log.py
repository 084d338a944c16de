"""What is told to whoever wants to know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hpatch import log


@pytest.fixture
def told() -> Iterator[list[str]]:
    lines: list[str] = []
    log.to(lines.append)
    yield lines
    log.to(None)


class Costly:
    """A value whose text nobody may want while nobody is told."""

    def __str__(self) -> str:
        raise AssertionError


def test_nobody_is_told_and_nothing_is_made() -> None:
    log.to(None)
    assert not log.is_on()
    log.tell("%s", Costly())
    log.running(["x"])


def test_values_are_filled_in(told: list[str]) -> None:
    assert log.is_on()
    log.tell("read %s, by %s", "a%s.conf", 5)
    log.tell("100% as it is")
    assert told == ["read a%s.conf, by 5", "100% as it is"]


def test_a_program_is_told_as_a_shell_would_take_it(told: list[str]) -> None:
    log.running(["git", "log", "a b", "it's"])
    log.running(["make"], "/tmp/x")
    assert told == ["run git log 'a b' 'it'\"'\"'s'", "run make (in /tmp/x)"]
