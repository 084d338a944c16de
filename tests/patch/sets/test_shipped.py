"""The sets that come with hpatch."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import Catalog, SetRevision, applying_order
from hpatch.versions import Version

EXPECTED = {
    "fcgi-filter-headers": ([1585824], [1587694]),
    "scgi-docs": ([1589413], [1589417]),
    "fcgi-connect-crash": ([1590437, 1592500], [1592998]),
    "fcgi-memset": ([1591472], [1594537]),
    "fcgi-iobuffersize": ([1591508, 1603027, 1603029], [1601749, 1603140]),
    "fcgi-diagnostics": ([1592032, 1603122], [1603140, 1604369]),
    "fcgi-body-cpu": ([1592037], [1605639]),
    "proxy-util-cleanup": ([1592511, 1592514], [1598605]),
    "scgi-unix": ([1592529], [1593004]),
}
FCGI = "fcgi-filter-headers fcgi-memset fcgi-iobuffersize fcgi-diagnostics fcgi-body-cpu"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize("id", EXPECTED)
def test_the_revisions_of_a_set(catalog: Catalog, id: str) -> None:
    one = catalog.get(id)
    assert (list(one.trunk), list(one.branch)) == EXPECTED[id]
    assert one.contained is not None
    assert one.contained.covers(Version(2, 4, 10))
    assert not one.contained.covers(Version(2, 4, 9))
    assert one.applies.covers(Version(2, 4, 9))
    assert not one.applies.covers(Version(2, 4, 10))
    assert {number for revision in one.revisions for number in revision.branch} == set(one.branch)


def test_a_set_that_no_release_of_the_mirror_has(catalog: Catalog) -> None:
    one = catalog.get("fcgi-script-filename")
    assert (one.trunk, one.branch, one.prerequisites) == ((1919620, 1919621, 1919623, 1919628, 1921237), (), ())
    assert [one.applies.covers(Version(2, 4, patch)) for patch in (59, 60, 62, 63)] == [False, True, True, False]


def test_a_set_of_uwsgi(catalog: Catalog) -> None:
    one = catalog.get("uwsgi-stdin-eof")
    assert [revision.name for revision in one.revisions] == ["68d5b2de3b18"]
    assert (one.project, one.trunk) == ("uwsgi", ())
    closure = [each.id for each in catalog.closure([one.id])]
    assert closure == ["uwsgi-fcgi-parser", "uwsgi-static-average", "uwsgi-stdin-eof"]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("fcgi-body-cpu", FCGI),
        ("fcgi-diagnostics", FCGI),
        ("fcgi-iobuffersize scgi-unix", f"{FCGI} scgi-unix"),
        ("fcgi-memset", "fcgi-memset"),
        ("fcgi-connect-crash scgi-docs", "scgi-docs fcgi-connect-crash"),
    ],
)
def test_what_a_set_needs_comes_along(catalog: Catalog, ids: str, expected: str) -> None:
    assert " ".join(one.id for one in catalog.closure(ids.split())) == expected


def test_revisions_apply_in_the_order_of_their_numbers(catalog: Catalog) -> None:
    order = [revision.number for _, revision in applying_order(catalog.closure(["fcgi-body-cpu"]))]
    assert order == [1585824, 1591472, 1591508, 1592032, 1592037, 1603027, 1603029, 1603122]


def test_revisions_without_numbers_come_after_what_they_need(catalog: Catalog) -> None:
    order = [revision.name for _, revision in applying_order(catalog.closure(["uwsgi-stdin-eof"]))]
    assert order == ["9ffc31117770", "15b2cf0712f2", "68d5b2de3b18"]


def test_a_revision_is_the_same_in_every_set(catalog: Catalog) -> None:
    seen: dict[str, SetRevision] = {}
    for one in catalog.sets:
        for revision in (*one.revisions, *one.merges):
            assert seen.setdefault(revision.name, revision) == revision
    assert len(seen) == 19 + 10 + 3


def test_each_fact_that_a_source_needs_is_there(catalog: Catalog) -> None:
    for one in catalog.sets:
        for revision in (*one.revisions, *one.merges):
            assert revision.commit
            assert revision.parent
            assert len(revision.blobs) == len(revision.files) > 0


def test_the_sets_that_have_a_revision(catalog: Catalog) -> None:
    assert [one.id for one in catalog.holding(1603140)] == ["fcgi-iobuffersize", "fcgi-diagnostics"]
    assert [one.id for one in catalog.holding(1603122)] == ["fcgi-diagnostics"]
    assert catalog.holding(1) == ()


def test_corrections_say_where_they_come_from(catalog: Catalog) -> None:
    corrected = {one.id for one in catalog.sets if one.corrections}
    assert {"fcgi-body-cpu", "fcgi-diagnostics", "proxy-util-cleanup", "fcgi-filter-headers"} <= corrected


def test_nothing_of_upstream_is_in_the_repository(root: Path) -> None:
    assert {path.name for path in (root / "patches").rglob("*") if path.is_file()} >= {"set.toml", "projects.toml"}
    for one in load().sets:
        expected = {"set.toml", *(variant.diff.name for variant in one.variants)}
        assert {path.name for path in one.folder.iterdir()} == expected


def test_the_sets_made_here(catalog: Catalog) -> None:
    assert [one.id for one in catalog.sets if one.variants] == [
        "fcgi-stdin-eof",
        "nginx-empty-response",
        "scgi-early-response",
        "uwsgi-early-response",
        "fcgi-stdin-coalesce",
        "uwsgi-lingering-close",
    ]
