"""Whether one httpd has a known problem."""

from __future__ import annotations

import pytest

from hpatch.advise.answer import assess
from hpatch.advise.httpd import UNKNOWN, TargetHttpd, of_package, of_version
from hpatch.advise.packages.package import ChangelogEntry
from hpatch.facts import vendors
from hpatch.facts.problems import KnownProblem, everything
from hpatch.lint.answers import ProblemAnswer, Verdict
from hpatch.versions import Range, Version


def problem(id: str, *affected: str, part: str = "http", sets: tuple[str, ...] = ()) -> KnownProblem:
    known = {"id": id, "part": part, "affected": tuple(map(Range.parse, affected)), "sets": sets}
    return everything()[0]._replace(source="httpd's record", **known)


SSRF = problem("CVE-2021-40438", "<2.4.49")
TRAVERSAL = problem("CVE-2021-41773", ">=2.4.49,<2.4.50")


def answer(known: KnownProblem, httpd: TargetHttpd, entries: tuple[ChangelogEntry, ...] = ()) -> ProblemAnswer:
    if entries:
        assert httpd.package is not None
        httpd = httpd._replace(package=httpd.package._replace(entries=entries, changelog="changelog.Debian.gz"))
    return assess(known, httpd)


def verdict(known: KnownProblem, httpd: TargetHttpd, entries: tuple[ChangelogEntry, ...] = ()) -> Verdict:
    return answer(known, httpd, entries).verdict


@pytest.mark.parametrize(
    ("number", "told"),
    [("2.4.48", "affected"), ("2.4.49", "not affected"), ("2.4.41", "affected")],
)
def test_an_httpd_as_published_is_judged_by_its_number(number: str, told: str) -> None:
    found = answer(SSRF, of_version(number))
    assert (found.verdict, found.fixed, found.source) == (told, "2.4.49", "httpd's record")


def test_without_a_number_nothing_is_known() -> None:
    assert verdict(SSRF, UNKNOWN) == "unknown"


def test_what_is_applied_in_a_tree_counts() -> None:
    known = problem("r1590437", ">=2.4.8,<2.4.10", sets=("fcgi-connect-crash",))
    tree = TargetHttpd(version=Version(2, 4, 9), source="a tree")
    assert verdict(known, tree) == "affected"
    assert verdict(known, tree._replace(applied=frozenset({"fcgi-connect-crash"}))) == "not affected"
    assert verdict(known, tree._replace(applied=frozenset({"r1590437"}))) == "not affected"
    assert verdict(known, tree._replace(applied=frozenset({"r1592037"}))) == "affected"


@pytest.mark.parametrize(("patch", "told"), [(48, "affected"), (49, "unknown"), (50, "not affected")])
def test_a_tree_on_the_way_to_the_release_that_differs_does_not_tell(patch: int, told: str) -> None:
    assert verdict(SSRF, TargetHttpd(version=Version(2, 4, patch), source="a tree", development=True)) == told


def test_the_number_alone_never_makes_a_vendors_build_affected() -> None:
    for package in ("apache2 2.4.48-3", "httpd 2.4.37-43.el8", "apache2 2.4.48-r0", "apache2 2.4.41-4ubuntu3.4"):
        told = answer(SSRF, of_package(package))
        assert told.verdict == "unknown"
        assert told.reference.startswith("https://")
    assert verdict(SSRF, TargetHttpd(version=Version(2, 4, 48), source="-v", vendor=vendors.by_name("debian"))) == (
        "unknown"
    )


def test_a_number_past_the_range_answers_for_a_vendors_build() -> None:
    assert verdict(SSRF, of_package("apache2 2.4.57-2")) == "not affected"
    assert verdict(SSRF, of_package("apache2 2.4.49-1")) == "not affected"


def test_a_number_before_the_range_does_not_tell() -> None:
    told = answer(TRAVERSAL, of_package("httpd 2.4.37-43.el8"))
    assert told.verdict == "unknown"
    assert told.because.startswith("httpd 2.4.37 as published does not have it; Red Hat may ")


def test_a_part_in_a_package_of_its_own_has_another_number() -> None:
    http2 = problem("CVE-2023-45802", ">=2.4.17,<2.4.58", part="http2")
    assert verdict(http2, of_package("httpd 2.4.62-1.el9")) == "unknown"
    assert verdict(http2, of_package("apache2 2.4.62-1")) == "not affected"
    told = answer(http2._replace(part="md"), of_package("httpd 2.4.62-1.el9"))
    assert told.because == "Red Hat has mod_md in a package of its own, whose version is not known."


def claims(*entries: tuple[str, str]) -> tuple[ChangelogEntry, ...]:
    return tuple(ChangelogEntry(*entry) for entry in entries)


FIXED = ("2.4.38-3+deb10u6", "* Fix a request that leads elsewhere (CVE-2021-40438)")
IMPORT = ("2.4.38-3", "* New upstream version")
OLDER = ("2.4.37-1", "* New upstream version")


def test_a_changelog_is_a_claim() -> None:
    told = answer(SSRF, of_package("apache2 2.4.38-3+deb10u6"), claims(FIXED, IMPORT, OLDER))
    assert (told.verdict, told.claim, told.fixed) == ("fixed by the vendor", True, "2.4.38-3+deb10u6")
    assert told.source == "changelog.Debian.gz"


def test_a_changelog_that_names_nothing_claims_nothing() -> None:
    assert verdict(SSRF, of_package("apache2 2.4.38-3"), claims(IMPORT, OLDER)) == "unknown"
    other = ("2.4.38-3+deb10u6", "* Fix CVE-2021-404381 and XCVE-2021-40438")
    assert verdict(SSRF, of_package("apache2 2.4.38-3+deb10u6"), claims(other, IMPORT, OLDER)) == "unknown"


@pytest.mark.parametrize("version", ["2.4.38-3+deb10u5", "2.4.38-3+deb10u7"])
def test_only_a_changelog_of_this_version_counts(version: str) -> None:
    assert verdict(SSRF, of_package(f"apache2 {version}"), claims(FIXED, IMPORT, OLDER)) == "unknown"


def test_a_claim_is_not_believed_where_a_new_version_has_the_problem() -> None:
    known = problem("CVE-2021-42013", ">=2.4.49,<2.4.51")
    at_once = claims(("2.4.49-1", "* New upstream version 2.4.49 (fixes CVE-2021-42013)"), ("2.4.48-3", "* Rebuild"))
    assert verdict(known, of_package("apache2 2.4.49-1"), at_once) == "unknown"
    later = claims(("2.4.41-1", "* New upstream version"), FIXED, IMPORT, OLDER)
    assert verdict(SSRF, of_package("apache2 2.4.41-1"), later) == "unknown"


@pytest.mark.parametrize("text", ["Revert the fix for CVE-2021-40438", "Drop d/p/CVE-2021-40438.patch"])
def test_a_claim_may_speak_of_taking_a_fix_back(text: str) -> None:
    taken_back = claims((FIXED[0], f"* Another thing\n  * {text}"), IMPORT, OLDER)
    assert verdict(SSRF, of_package(f"apache2 {FIXED[0]}"), taken_back) == "unknown"
    beside = claims((FIXED[0], "* Fix CVE-2021-40438\n  * Revert another thing"), IMPORT, OLDER)
    assert verdict(SSRF, of_package(f"apache2 {FIXED[0]}"), beside) == "fixed by the vendor"


@pytest.mark.parametrize("text", ["* Fix PR 57968", "* Fix a crash (PR#57968)"])
def test_a_fault_of_the_bug_database_is_named_by_its_number(text: str) -> None:
    known = problem("PR 57968", "<2.4.17")
    told = claims(("2.4.10-10+deb8u3", text), ("2.4.10-10", "* Fix PR 579"), ("2.4.9-2", ""))
    assert verdict(known, of_package("apache2 2.4.10-10+deb8u3"), told) == "fixed by the vendor"
    assert verdict(problem("PR 5796", "<2.4.17"), of_package("apache2 2.4.10-10+deb8u3"), told) == "unknown"
