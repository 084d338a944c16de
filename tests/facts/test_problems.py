"""The known problems: their form, their ranges, and what they name elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from typing import get_args

from hpatch.facts import directives, modules, parameters
from hpatch.facts.problems import Basis, Effect, everything, folder_of
from hpatch.patch.sets.load import load
from hpatch.versions import Version

SCHEMES = {"any", "http", "https", "h2", "h2c", "ws", "wss", "fcgi", "scgi", "uwsgi", "ajp", "ftp", "balancer"}
KINDS = {"ProxyPass", "ProxyPassMatch", "SetHandler", "RewriteRule", "BalancerMember"}


def test_names_are_unique() -> None:
    assert [id for id, count in Counter(known.id for known in everything()).items() if count > 1] == []


# One test for all of them: a test for each would take more time than what it looks at.


def test_form() -> None:
    for known in everything():
        assert re.fullmatch(r"CVE-\d{4}-\d{4,}|PR \d{5}|r\d+|[a-z][a-z0-9-]+", known.id)
        assert known.basis in get_args(Basis), known.id
        assert known.effect in get_args(Effect), known.id
        assert known.source == known.source.strip() != "", known.id
        assert re.fullmatch(r"\S.*[^.\s]", known.what), f"{known.id}: it ends a sentence, without its full stop"
        assert known.setting == "" or known.setting.endswith("."), known.id
        assert bool(known.triggers) != bool(known.rule), known.id


def test_ranges_lie_in_24_and_end_where_they_say() -> None:
    for known in everything():
        bounds = [bound for one in known.affected for _, bound in one.conditions]
        assert all(Version(2, 4) <= bound <= Version(2, 4, 99) for bound in bounds), known.id
        if known.id in IN_EVERY_RELEASE:
            assert known.fixed is None
            continue
        assert known.fixed is not None, known.id
        assert not known.affects(known.fixed), known.id
        assert known.affects(known.fixed._replace(patch=known.fixed.patch - 1)), known.id


IN_EVERY_RELEASE = {"fcgi-stdin-eof"}


def test_patterns_are_regular_expressions() -> None:
    """A lint compiles those only that it asks."""
    for trigger in (trigger for one in (*everything(), *everything("uwsgi")) for trigger in one.triggers):
        tables = (
            trigger.parameters,
            trigger.directives,
            trigger.holds,
            trigger.besides,
            trigger.unless,
            trigger.options,
        )
        for pattern in (trigger.url, *(pattern for table in tables for pattern in table.values())):
            assert re.compile(pattern)


def test_what_a_trigger_names_is_known() -> None:
    for known, trigger in [(one, trigger) for one in everything() for trigger in one.triggers]:
        assert trigger.of_backend or trigger.directives, known.id
        assert set(trigger.schemes) <= SCHEMES, known.id
        assert trigger.transport in ("", "unix", "tcp"), known.id
        assert set(trigger.kinds) <= KINDS, known.id
        assert set(trigger.flags) <= {"nocanon", "interpolate", "noquery"}, known.id
        assert all(key in parameters.WORKER or key in parameters.BALANCER for key in trigger.parameters), known.id
        named = (*trigger.directives, *trigger.holds, *trigger.besides, *trigger.unless)
        assert all(map(directives.find, named)), known.id
        assert trigger.where in ("", "server", "section", "root"), known.id
        assert trigger.directives or not trigger.where, known.id
        assert all(modules.find(name) for name in (*trigger.modules, *trigger.lacks)), known.id
        assert trigger.mpm in ("", "threaded", "prefork"), known.id


def test_sets_are_in_the_catalogue() -> None:
    ids = {one.id for one in load().sets}
    assert {name for known in everything() for name in known.sets} <= ids


def test_every_set_of_httpd_cures_a_problem() -> None:
    cured = {name for known in everything() for name in known.sets}
    idle = {one.id for one in load().sets if one.project == "httpd"} - cured
    assert idle == NOT_A_CURE


NOT_A_CURE = {
    "fcgi-memset",
    "fcgi-stdin-coalesce",
    "proxy-util-cleanup",
    "scgi-docs",
    "scgi-early-response",
    "uwsgi-early-response",
}
"""Sets that others need, that make a fault rarer, or whose fault only the application tells (the rule BE020)."""


def test_a_file_holds_a_part_of_httpd() -> None:
    assert {known.part for known in everything()} == {path.stem for path in folder_of("httpd").glob("*.toml")}
