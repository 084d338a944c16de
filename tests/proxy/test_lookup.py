"""Finding workers, against the rule as it is written down: try them all, take the longest, then the first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.proxy.lookup import Among, Lookup, origin
from hpatch.proxy.model import Worker
from tests.support.proxy.model import model

_PIECES = st.lists(st.sampled_from(["a", "b", "/", "$1", "$2", ":1", "\\$", "ab"]), max_size=6).map("".join)
_NAMES = st.tuples(st.sampled_from(["http://", "http://a", "http://b/", "fcgi://a"]), _PIECES).map("".join)
_WORKERS = st.lists(st.tuples(_NAMES, st.booleans()), max_size=12)

(_ANY,) = model('ProxyPass "/" "http://h/"').servers[0].workers


def _worker(name: str, matching: bool) -> Worker:
    worker = Worker(_ANY.server, _ANY.target, None, matching, matching and name.endswith("ab"))
    worker.name = name
    return worker


_OTHERS = [_worker(f"ajp://{host}/{path}", False) for host in "ab" for path in ("", "a", "ab", "abc", "abcd")]


def _covers(name: str, url: str, matching: bool) -> bool:
    if not matching:
        return url.startswith(name)
    parts = re.split(r"(?:\$[0-9])+", name)
    return re.match("(?s:.*?)".join(re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts), url) is not None


def _scan(workers: list[Worker], url: str, among: Among, more: bool = False) -> Worker | None:
    best = None
    for worker in workers:
        if among != "all" and (among == "match") != worker.matching:
            continue
        length = len(worker.name)
        least = 0 if worker.any_host else origin(url)
        most = length if more and worker.matching else len(url)
        if least <= length <= most and _covers(worker.name, url, worker.matching):
            best = worker if best is None or length > len(best.name) else best
    return best


def _agree(workers: list[Worker], url: str, among: Among, more: bool) -> Worker | None:
    """What is found, also beside so many other workers that there is an index, made before these or after them."""
    expected = _scan(workers, url, among, more)
    for made in (workers, [*_OTHERS, *workers], [*workers, *_OTHERS]):
        lookup = Lookup()
        for worker in made:
            lookup.add(worker)
        assert lookup.find(url, origin(url), among, more) is expected
    return expected


_AMONG = st.sampled_from(["all", "match", "prefix"])


@given(_WORKERS, _NAMES, _AMONG, st.booleans())
def test_as_by_trying_all(names: list[tuple[str, bool]], url: str, among: Among, more: bool) -> None:
    _agree([_worker(*name) for name in names], url, among, more)


@given(st.data(), _WORKERS.filter(bool), _AMONG, st.booleans())
def test_as_by_trying_all_for_a_url_of_one_of_them(
    data: st.DataObject, names: list[tuple[str, bool]], among: Among, more: bool
) -> None:
    """What stands for `$1` and what follows may be anything: this URL often has several workers."""
    name, _ = data.draw(st.sampled_from(names))
    texts = st.sampled_from(["", "a", "ab", "/", "b/a"])
    url = re.sub(r"\$[0-9]", lambda _: data.draw(texts), name) + data.draw(texts)
    _agree([_worker(*one) for one in names], url, among, more)


@pytest.mark.parametrize(
    ("names", "url", "among", "more", "found"),
    [
        # the parts of a pattern follow each other
        (["http://h/$1a$2b"], "http://h/xaxb", "all", True, 0),
        (["http://h/$1a$2b"], "http://h/xbxa", "all", True, None),
        (["http://h/$1ab$2b"], "http://h/xabxxx", "all", True, None),
        (["http://h/$1ab$2b/"], "http://h/xab/xxxxx", "all", True, None),
        (["http://h/abcd$1a"], "http://h/abcd0000", "all", True, None),
        (["http://h/$1aa"], "http://h/aabbbb", "all", True, 0),
        (["http://h/$1$2"], "http://h/", "all", True, 0),
        # the longest wins, then the first that was made
        (["http://h/$1", "http://h/a$1"], "http://h/abc", "all", False, 1),
        (["http://h/a$1", "http://h/$1"], "http://h/abc", "all", False, 0),
        (["http://h/$1", "http://h/$2"], "http://h/abc", "all", False, 0),
        (["http://h/a$1", "http://h/$1b"], "http://h/abb", "all", False, 0),
        (["http://h/$1b", "http://h/a$1"], "http://h/abb", "all", False, 0),
        (["http://h/ab", "http://h/$1"], "http://h/abc", "all", False, 0),
        (["http://h/$1", "http://h/ab"], "http://h/abc", "all", False, 0),
        (["http://h/abc", "http://h/$1"], "http://h/abc", "all", False, 0),
        (["http://h/a", "http://h/$1"], "http://h/abc", "all", False, 1),
        (["http://h/a", "http://h/$1"], "http://h/abc", "prefix", False, 0),
        (["http://h/abc", "http://h/$1"], "http://h/abc", "match", False, 1),
        (["http://h/abc"], "http://h/abc", "match", False, None),
        (["http://h/ab", "http://h/a"], "http://h/abc", "all", False, 0),
        (["http://h/a", "http://h/ab"], "http://h/abc", "all", False, 1),
        (["http://h/ab", "http://h/ab"], "http://h/abc", "all", False, 0),
        # a pattern that is longer than the URL
        (["http://h/a$1"], "http://h/a", "all", False, None),
        (["http://h/a$1"], "http://h/a", "all", True, 0),
        (["http://h/abcd", "http://h/a", "http://h/$1"], "http://h/a", "all", True, 2),
        (["http://h/abcd", "http://h/a", "http://h/$1"], "http://h/a", "all", False, 1),
        # a pattern that does not cover the origin counts only if it frees the host
        (["http://$1"], "http://host.example/a", "all", False, None),
        (["http://$1ab"], "http://host.example/ab", "all", False, 0),
        # nothing to choose from
        ([], "http://h/", "all", False, None),
    ],
)  # fmt: skip
def test_patterns(names: list[str], url: str, among: Among, more: bool, found: int | None) -> None:
    workers = [_worker(name, "$" in name) for name in names]
    assert _agree(workers, url, among, more) is (None if found is None else workers[found])


@pytest.mark.parametrize(
    ("url", "length"),
    [
        ("http://h/a/b", 8),
        ("http://h", 8),
        ("http://", 7),
        ("http:///a", 7),
        ("fcgi://h:1/", 10),
        ("/a", 2),
        ("ab/c", 2),
    ],
)
def test_origin(url: str, length: int) -> None:
    assert origin(url) == length


def test_scheme_host_and_port_must_be_covered() -> None:
    lookup = Lookup()
    short = _worker("http://a", False)
    lookup.add(short)
    assert lookup.find("http://ab/", 9) is None
    assert lookup.find("http://a/b", 8) is short
