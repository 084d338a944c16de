"""The known problems of uWSGI: their form, their ranges next to uWSGI's history, and what they name elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from typing import get_args

import pytest

from hpatch.facts import directives, uwsgi
from hpatch.facts.problems import Basis, Effect, KnownProblem, everything, folder_of
from hpatch.lint.registry import by_code
from hpatch.patch.sets.load import load
from hpatch.versions import Version

PROBLEMS = everything("uwsgi")
EVERY = pytest.mark.parametrize("known", PROBLEMS, ids=lambda known: known.id)
SPOKEN = {"uwsgi", "fastcgi", "scgi", "http", "https"}
OF_SETS = {"lingering-close"}
"""Options that only patch sets add."""
LISTENING = SPOKEN | {f"{one}-router" for one in SPOKEN} | {"any"}


def test_names_are_unique() -> None:
    assert [id for id, count in Counter(known.id for known in PROBLEMS).items() if count > 1] == []


def test_every_file_is_read() -> None:
    assert {known.part for known in PROBLEMS} == {path.stem for path in folder_of("uwsgi").glob("*.toml")}


@EVERY
def test_form(known: KnownProblem) -> None:
    assert known.product == "uwsgi"
    assert re.fullmatch(r"CVE-\d{4}-\d{4,}|issue \d+|commit [0-9a-f]{8}|uwsgi-[a-z-]+", known.id)
    assert known.kind != "set" or known.id in known.sets
    assert known.basis in get_args(Basis)
    assert known.effect in get_args(Effect)
    assert re.fullmatch(r"\S.*[^.\s]", known.what), "it ends a sentence, without its full stop"
    assert known.setting == "" or known.setting.endswith(".")
    assert bool(known.triggers) != bool(known.rule)
    assert known.rule == "" or known.rule in by_code()


@EVERY
def test_the_range_ends_where_it_says(known: KnownProblem) -> None:
    if known.fixed is None:
        assert known.affects(Version(2, 0, 30))
        return
    assert not known.affects(known.fixed)
    assert known.affects(known.fixed._replace(patch=known.fixed.patch - 1))


@EVERY
def test_what_a_trigger_names_is_known(known: KnownProblem) -> None:
    for trigger in known.triggers:
        assert trigger.listening
        assert set(trigger.listening) <= LISTENING
        assert trigger.transport in ("", "unix", "tcp")
        assert set(trigger.schemes) <= {"ws", "wss"}
        for name in (*trigger.options, *trigger.without):
            assert name in OF_SETS or [option.name for option in uwsgi.find(name)] == [name]
        # What says nothing of uWSGI is left to httpd's triggers.
        assert not trigger.of_backend or trigger.schemes or trigger.transport
        assert not trigger.directives
        assert all(directives.find(key) for key in trigger.unless)
        assert not trigger.modules


def test_an_option_that_sets_need_is_one_that_none_of_the_places_has() -> None:
    """A configuration that has it does not meet the problem: then the set works."""
    needing = [known for known in PROBLEMS if known.option]
    assert {known.option for known in needing} == OF_SETS
    for known in needing:
        assert known.sets
        assert all(known.option in trigger.without for trigger in known.triggers)


def test_every_set_of_uwsgi_cures_a_problem() -> None:
    cured = {name for known in PROBLEMS for name in known.sets}
    assert cured == {one.id for one in load().sets if one.project == "uwsgi"}


@pytest.mark.uwsgi_git
@EVERY
def test_a_range_is_that_of_the_tags_without_the_commit(known: KnownProblem) -> None:
    tags = [tag for tag in _tags() if re.fullmatch(r"2\.0(\.\d+){0,2}", tag)]
    commits = re.findall(r"\bcommit ([0-9a-f]{8})\b", known.source)
    if known.fixed is None and not commits:
        return
    (commit,) = commits
    has = set(_tags("--contains", commit))
    # A release of four numbers is compared by three: the first with them counts.
    first = {tag: str(Version.parse(tag)) for tag in tags}
    # The commit cured it, or brought it where it is still there.
    assert {first[tag] for tag in tags if (tag in has) == (known.fixed is None)} == {
        first[tag] for tag in tags if known.affects(Version.parse(tag))
    }


def _tags(*options: str) -> list[str]:
    command = ["git", "-C", os.environ["HPATCH_UWSGI_GIT"], "tag", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
