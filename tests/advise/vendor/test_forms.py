"""The forms of advisories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hpatch.advise.answer import assess
from hpatch.advise.httpd import of_package
from hpatch.advise.vendor.read import read
from hpatch.advise.vendor.statement import Statement
from hpatch.errors import InputError
from hpatch.facts.problems import everything
from hpatch.versions import Range
from tests.support.advise.advisories import fixed, osv, tracker, vex

ID = "CVE-2022-26377"


def told(tmp_path: Path, *documents: Any) -> tuple[Statement, ...]:
    for number, document in enumerate(documents):
        (tmp_path / f"{number}.json").write_text(json.dumps(document))
    return read([str(tmp_path)]).statements


def verdict(tmp_path: Path, package: str, *documents: Any, affected: str = "<2.4.54") -> str:
    known = everything()[0]._replace(id=ID, part="ajp", affected=(Range.parse(affected),))
    return assess(known, of_package(package), told(tmp_path, *documents)).verdict


def short(one: Statement) -> tuple[str, ...]:
    return (one.problem, one.says, one.package, one.vendor.name, one.release, one.first, one.fixed, one.last)


@pytest.mark.parametrize(
    ("ecosystem", "package", "vendor", "release"),
    [
        ("Debian:12", "apache2", "Debian", "12"),
        ("Ubuntu:22.04:LTS", "apache2", "Ubuntu", "22.04"),
        ("Ubuntu:Pro:18.04:LTS", "apache2", "Ubuntu", "18.04"),
        ("Alpine:v3.19", "apache2", "Alpine", "3.19"),
        ("Red Hat:enterprise_linux:9::appstream", "httpd", "Red Hat", "9"),
        ("Red Hat:rhel_eus:9.2::appstream", "httpd", "Red Hat", "9"),
        ("Rocky Linux:8", "httpd", "Rocky Linux", "8"),
        ("AlmaLinux:9", "httpd", "AlmaLinux", "9"),
        ("openSUSE:Leap 15.5", "apache2", "SUSE", "15.5"),
        ("SUSE:Linux Enterprise Server 15 SP5", "apache2", "SUSE", "15.5"),
        ("Debian", "apache2", "Debian", ""),
    ],
)
def test_osv_names_a_system(tmp_path: Path, ecosystem: str, package: str, vendor: str, release: str) -> None:
    (one,) = told(tmp_path, osv(ID, ecosystem, package, *fixed("2.4.54-1")))
    assert short(one) == (ID, "fixed", package, vendor, release, "", "2.4.54-1", "")
    assert one.source == f"{ID} in {tmp_path}/0.json"


@pytest.mark.parametrize(
    ("id", "more", "problems"),
    [
        (f"DEBIAN-{ID}", {"upstream": [ID]}, [ID]),
        (f"UBUNTU-{ID}", {"related": ["USN-1", "CVE-2000-0001"]}, [ID]),
        ("DSA-5000-1", {"upstream": [ID, "CVE-2022-28614"]}, [ID, "CVE-2022-28614"]),
        ("RHSA-2022:7647", {"related": [ID]}, [ID]),
        ("GHSA-1", {"aliases": [ID]}, [ID]),
        ("USN-1", {}, []),
        (ID, {"withdrawn": "2024-01-01T00:00:00Z"}, []),
    ],
)
def test_osv_names_its_problems(tmp_path: Path, id: str, more: dict[str, Any], problems: list[str]) -> None:
    assert [one.problem for one in told(tmp_path, osv(id, "Debian:12", "apache2", *fixed("1"), **more))] == problems


def test_osvs_ranges(tmp_path: Path) -> None:
    events = (
        {"introduced": "2.4.30-1"}, {"fixed": "2.4.40-1"}, {"introduced": "2.4.50-1"}, {"last_affected": "2.4.53-2"},
        {"introduced": "2.4.60-1"},
    )  # fmt: skip
    document = osv(ID, "Debian:12", "apache2", *events)
    ranges = [(one.says, one.first, one.fixed, one.last) for one in told(tmp_path, document)]
    assert ranges == [
        ("fixed", "2.4.30-1", "2.4.40-1", ""),
        ("affected", "2.4.50-1", "", "2.4.53-2"),
        ("affected", "2.4.60-1", "", ""),
    ]


def test_osv_of_others_is_passed_over(tmp_path: Path) -> None:
    assert told(tmp_path, osv(ID, "PyPI", "apache2", *fixed("1")), osv("X", "Debian:12", "apache2", *fixed("1"))) == ()


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        (osv(ID, "Debian:12", "apache2", *fixed("2.4.53-3")), "affected"),
        (osv(ID, "Debian:12", "apache2", *fixed("2.4.53-2")), "fixed by the vendor"),
        (osv(ID, "Debian:12", "apache2", {"introduced": "2.4.53-3"}, {"fixed": "2.4.53-4"}), "vendor says no"),
        (osv(ID, "Debian:12", "apache2", {"introduced": "0"}), "affected"),
        (osv(ID, "Debian:12", "apache2", {"introduced": "2.4.53-3"}), "vendor says no"),
        (osv(ID, "Debian:12", "apache2", {"introduced": "0"}, {"last_affected": "2.4.53-1"}), "fixed by the vendor"),
        (osv(ID, "Debian:11", "apache2", *fixed("2.4.53-3")), "unknown"),
        (osv(ID, "Debian:12", "nginx", *fixed("2.4.53-3")), "unknown"),
        (osv(ID, "Ubuntu:22.04:LTS", "apache2", *fixed("2.4.53-3")), "unknown"),
        (osv("CVE-2022-1", "Debian:12", "apache2", *fixed("2.4.53-3")), "unknown"),
    ],
)
def test_what_osv_tells(tmp_path: Path, document: Any, answer: str) -> None:
    assert verdict(tmp_path, "apache2 2.4.53-2 debian 12", document) == answer


def test_an_advisory_without_a_first_version_does_not_reach_back(tmp_path: Path) -> None:
    document = osv(ID, "Alpine:v3.15", "apache2", *fixed("2.4.54-r0"))
    assert verdict(tmp_path, "apache2 2.4.48-r0 alpine 3.15", document, affected=">=2.4.49,<2.4.54") == "unknown"
    assert verdict(tmp_path, "apache2 2.4.53-r0 alpine 3.15", document, affected=">=2.4.49,<2.4.54") == "affected"


def test_releases_that_differ(tmp_path: Path) -> None:
    both = (
        osv(ID, "Debian:11", "apache2", *fixed("2.4.54-1~deb11u1")),
        osv(ID, "Debian:12", "apache2", *fixed("2.4.53-2")),
    )
    assert verdict(tmp_path, "apache2 2.4.53-2", *both) == "unknown"
    assert verdict(tmp_path, "apache2 2.4.53-1", *both) == "affected"
    assert verdict(tmp_path, "apache2 2.4.54-1", *both, affected="<2.4.60") == "fixed by the vendor"


@pytest.mark.parametrize(
    ("told_of", "answer"),
    [
        ({"status": "resolved", "fixed_version": "2.4.53-2"}, "fixed by the vendor"),
        ({"status": "resolved", "fixed_version": "2.4.54-1~deb12u1"}, "affected"),
        ({"status": "resolved", "fixed_version": "0"}, "vendor says no"),
        ({"status": "open", "urgency": "unimportant"}, "affected"),
        ({"status": "open", "nodsa": "Minor issue"}, "affected"),
        ({"status": "undetermined"}, "unknown"),
        ({"status": "resolved", "fixed_version": "\x1b[31m"}, "unknown"),
        ({"status": ["open"]}, "unknown"),
    ],
)
def test_debians_tracker(tmp_path: Path, told_of: dict[str, Any], answer: str) -> None:
    document = tracker(CVE_2022_26377={"bookworm": told_of, "sid": {"status": "open"}, "bullseye": {"status": "open"}})
    assert verdict(tmp_path, "apache2 2.4.53-2 debian 12", document) == answer


NINE = "AppStream-9.1.0.GA:httpd-0:2.4.53-7.el9.x86_64"
EUS = "AppStream-9.0.0.Z.EUS:httpd-0:2.4.51-7.el9_0.3.x86_64"
EIGHT = (
    "AppStream-8.7.0.Z.MAIN:httpd:2.4:8070020220725152258:3b9f49c4:"
    "httpd-0:2.4.37-51.module+el8.7.0+16050+02173b8e.x86_64"
)


@pytest.mark.parametrize(
    ("package", "answer"),
    [
        ("httpd 2.4.53-7.el9", "fixed by the vendor"),
        ("httpd 2.4.53-5.el9", "affected"),
        ("httpd 2.4.51-7.el9_0.3", "fixed by the vendor"),
        ("httpd 2.4.51-7.el9_0", "affected"),
        ("httpd 2.4.37-47.module+el8.6.0+14529+083145da.1", "affected"),
        ("httpd 2.4.37-51.module+el8.7.0+16050+02173b8e", "fixed by the vendor"),
        ("httpd 2.4.37-54.module+el8.8.0+17000+11111111", "fixed by the vendor"),
        ("httpd 2.4.53-7.el9 rocky", "unknown"),
    ],
)
def test_red_hats_streams(tmp_path: Path, package: str, answer: str) -> None:
    document = vex(ID, fixed=[NINE, EUS, EIGHT, "8Base-JBCS:jbcs-httpd24-httpd-0:2.4.51-28.el8jbcs.x86_64"])
    assert verdict(tmp_path, package, document) == answer


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ({"known_affected": ["red_hat_enterprise_linux_9:httpd"]}, "affected"),
        ({"known_not_affected": ["red_hat_enterprise_linux_9:httpd"]}, "vendor says no"),
        ({"under_investigation": ["red_hat_enterprise_linux_9:httpd"]}, "unknown"),
        ({"known_affected": ["red_hat_enterprise_linux_8:httpd:2.4/httpd"]}, "unknown"),
        ({"known_affected": ["red_hat_jboss_core_services:httpd"]}, "unknown"),
        ({"known_affected": ["red_hat_enterprise_linux_9:mod_security"]}, "unknown"),
        ({"fixed": [EUS], "known_affected": ["red_hat_enterprise_linux_9:httpd"]}, "unknown"),
        ({"fixed": [NINE], "known_affected": ["red_hat_enterprise_linux_9:httpd"]}, "affected"),
    ],
)
def test_what_red_hat_says_without_versions(tmp_path: Path, status: dict[str, Any], answer: str) -> None:
    assert verdict(tmp_path, "httpd 2.4.53-5.el9", vex(ID, **status)) == answer


@pytest.mark.parametrize("product", ["httpd:2.4/httpd", "httpd::httpd:2.4", "httpd"])
def test_a_module_stream_without_a_version(tmp_path: Path, product: str) -> None:
    document = vex(ID, known_affected=[f"red_hat_enterprise_linux_8:{product}"])
    assert verdict(tmp_path, "httpd 2.4.37-47.module+el8.6.0+14529+083145da", document) == "affected"


def test_suses_form(tmp_path: Path) -> None:
    product = "SUSE Linux Enterprise Server 15 SP5:apache2-2.4.51-150400.6.17.1.x86_64"
    document = vex(ID, publisher="SUSE Product Security Team", recommended=[product])
    assert verdict(tmp_path, "apache2 2.4.51-150400.6.17.1 sles 15.5", document) == "fixed by the vendor"
    assert verdict(tmp_path, "apache2 2.4.51-150400.6.11.1 sles 15.5", document) == "affected"


def test_errata_and_plans_are_told(tmp_path: Path) -> None:
    platform = "red_hat_enterprise_linux_8:httpd"
    document = vex(ID, errata={"RHSA-2022:8067": [NINE]}, unplanned=[platform], fixed=[NINE], known_affected=[platform])
    by_release = {one.release: one for one in told(tmp_path, document)}
    assert by_release["9"].source == f"RHSA-2022:8067 in {tmp_path}/0.json"
    assert by_release["8"].note == "Red Hat plans no fix."


def test_one_file_may_hold_a_list(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(json.dumps([osv(ID, "Debian:12", "apache2", *fixed("1"))]))
    assert len(read([str(tmp_path / "all.json")]).statements) == 1


def test_in_a_folder_other_json_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below/metadata.json").write_text('{"publisher": "who publishes httpd"}')
    (tmp_path / "other.json").write_text("not JSON, and of another program")
    (tmp_path / "notes.txt").write_text("httpd")
    assert read([str(tmp_path)]) == ((), 2)


@pytest.mark.parametrize(
    "text", ['{"id": "X httpd"', "[" * 50_000 + '"httpd"', '{"httpd": ' * 50_000, '"httpd \xff"', "httpd" + "1" * 9000]
)
def test_what_is_broken_gets_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text, encoding="latin-1")
    for path in (tmp_path, file):
        with pytest.raises(InputError, match=f"^{file}:.*JSON") as caught:
            read([str(path)])
        assert "\n" not in str(caught.value)


ODD: list[Any] = [None, 1, "x", [], {}, [1], {"x": 1}, [[]], [None], "\x1b[31m", "A" * 10_000]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_values_of_other_kinds_say_nothing(tmp_path: Path, odd: Any) -> None:
    entry = osv(ID, "Debian:12", "apache2", *fixed("1"))
    affected = entry["affected"][0]
    document = vex(ID, fixed=[NINE])
    weakness = document["vulnerabilities"][0]
    documents = [
        {**entry, "affected": odd},
        {**entry, "id": "X", "upstream": odd, "aliases": odd},
        {**entry, "affected": [{**affected, "package": odd}]},
        {**entry, "affected": [{**affected, "ranges": odd}]},
        {**entry, "affected": [{**affected, "ranges": [{"type": "ECOSYSTEM", "events": odd}]}]},
        {**entry, "affected": [{**affected, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": odd}]}]}]},
        {**document, "vulnerabilities": odd},
        {**document, "vulnerabilities": [{**weakness, "cve": odd}]},
        {**document, "vulnerabilities": [{**weakness, "product_status": odd}]},
        {**document, "vulnerabilities": [{**weakness, "product_status": {"fixed": odd}}]},
        {**document, "document": {**document["document"], "publisher": {"name": odd}}},
        {"apache2": {ID: {"releases": odd}, "CVE-2000-0001": {"releases": {}}}},
    ]
    assert told(tmp_path, *documents) == ()
    whole = {**document, "vulnerabilities": [{**weakness, "remediations": odd}]}
    assert [one.problem for one in told(tmp_path, whole)] == [ID]
