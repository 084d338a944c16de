"""Finding workers, against the rule as it is written down: try them all, take the longest, then the first."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from hpatch.proxy.lookup import Among, Lookup, origin
from hpatch.proxy.model import Worker

_PIECES = st.lists(st.sampled_from(["a", "b", "/", "$1", "$2", ":1", "\\$", "ab"]), max_size=6).map("".join)
_NAMES = st.tuples(st.sampled_from(["http://", "http://a", "http://b/", "fcgi://a"]), _PIECES).map("".join)
_WORKERS = st.lists(st.tuples(_NAMES, st.booleans()), max_size=12)


def _worker(name: str, matching: bool) -> Worker:
    return cast("Worker", SimpleNamespace(name=name, matching=matching, any_host=matching and name.endswith("ab")))


def _covers(name: str, url: str, matching: bool) -> bool:
    if not matching:
        return url.startswith(name)
    parts = re.split(r"(?:\$[0-9])+", name)
    return re.match("(?s:.*?)".join(re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts), url) is not None


def _scan(workers: list[Worker], url: str, among: Among) -> Worker | None:
    best = None
    for worker in workers:
        if among != "all" and (among == "match") != worker.matching:
            continue
        length = len(worker.name)
        least = 0 if worker.any_host else origin(url)
        if least <= length <= len(url) and _covers(worker.name, url, worker.matching):
            best = worker if best is None or length > len(best.name) else best
    return best


@given(_WORKERS, _NAMES, st.sampled_from(["all", "match", "prefix"]))
def test_as_by_trying_all(names: list[tuple[str, bool]], url: str, among: Among) -> None:
    workers = [_worker(name, matching) for name, matching in names]
    lookup = Lookup()
    for worker in workers:
        lookup.add(worker)
    assert lookup.find(url, origin(url), among) is _scan(workers, url, among)


def test_scheme_host_and_port_must_be_covered() -> None:
    lookup = Lookup()
    short = _worker("http://a", False)
    lookup.add(short)
    assert lookup.find("http://ab/", 9) is None
    assert lookup.find("http://a/b", 8) is short
