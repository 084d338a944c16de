"""The net of a uWSGI: what is as it was, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.lab.backends import uwsgi as backend
from hpatch.lab.model import BackendSpec
from hpatch.lab.net import uwsgi

pytestmark = [pytest.mark.httpd, pytest.mark.uwsgi]
AS_IT_IS = BackendSpec("uwsgi")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A uWSGI that does otherwise, by options that it gets besides the lab's."""
    program = tmp_path / "uwsgi"
    program.write_text(f'#!/bin/sh\nexec {backend.program_of(AS_IT_IS)} "$@" $(cat {tmp_path}/options)\n')
    program.chmod(0o755)
    return program


def test_the_same_is_as_it_was() -> None:
    found = uwsgi.compare(AS_IT_IS, AS_IT_IS, ["tcp"])
    assert found.unexpected() == ()
    assert found.trials == len(found.ways) * len(list(uwsgi.trials()))
    assert {"fcgi tcp", "http tcp", "scgi tcp"} <= set(found.ways)


def test_what_is_done_otherwise_is_seen(changed: Path) -> None:
    (changed.parent / "options").write_text("--add-header=X-Other:1")
    found = uwsgi.compare(AS_IT_IS, BackendSpec("uwsgi", changed), ["tcp"])
    assert {"methods: GET", "bodies: a body of 10 bytes"} <= set(found.unexpected())


def test_one_that_does_not_start_is_a_difference(changed: Path) -> None:
    (changed.parent / "options").write_text("--no-such-option")
    assert uwsgi.compare(AS_IT_IS, BackendSpec("uwsgi", changed), ["tcp"]).unexpected() == ("start: uWSGI starts",)
