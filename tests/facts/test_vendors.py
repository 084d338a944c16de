"""Vendors that build httpd."""

from __future__ import annotations

import re

import pytest

from hpatch.facts import table
from hpatch.facts.vendors import COLUMNS, by_name, by_server, by_suffix, everyone


def test_the_table_has_its_columns() -> None:
    assert all(len(row) == len(COLUMNS) for row in table.rows("vendors"))
    for one in everyone():
        assert one.packages
        assert one.order in ("deb", "rpm", "apk")
        assert one.page.startswith("https://")
        re.compile(one.suffix)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("2.4.57", None),
        ("2.4.57-dev", None),
        ("2.4.57-2", "Debian"),
        ("2.4.62-1~deb12u2", "Debian"),
        ("2.4.38-3+deb10u10", "Debian"),
        ("2.4.59-1~bpo12+1", "Debian"),
        ("2.4.41-4ubuntu3.17", "Ubuntu"),
        ("2.4.58-1build1", "Ubuntu"),
        ("2.4.62-1+0~20240904.21+debian12~1.gbp1", "Sury"),
        ("2.4.57-5.el9", "Red Hat"),
        ("2.4.37-65.module+el8.10.0+21982+14717793", "Red Hat"),
        ("2.4.62-2.fc41", "Fedora"),
        ("2.4.62-1.amzn2023", "Amazon Linux"),
        ("2.4.51-150400.6.17.1", "SUSE"),
        ("2.4.51-35.38.1", "SUSE"),
        ("2.4.58-r2", "Alpine"),
    ],
)
def test_a_packages_version_tells_its_vendor(version: str, name: str | None) -> None:
    found = by_suffix(version)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Debian", "Debian"),
        ("Ubuntu", "Ubuntu"),
        ("Raspbian", "Debian"),
        ("Red Hat Enterprise Linux", "Red Hat"),
        ("CentOS Stream", "CentOS"),
        ("Fedora Linux", "Fedora"),
        ("Linux/SUSE", "SUSE"),
        ("Unix", None),
        ("", None),
    ],
)
def test_what_the_program_says_tells_its_vendor(words: str, name: str | None) -> None:
    found = by_server(words)
    assert (found and found.name) == name


def test_names() -> None:
    assert by_name("rhel") == by_name("Red Hat") is not None
    assert by_name("hat") is None


def test_references() -> None:
    debian, rocky = by_name("debian"), by_name("rocky")
    assert debian is not None
    assert rocky is not None
    assert debian.reference("CVE-2021-40438") == "https://security-tracker.debian.org/tracker/CVE-2021-40438"
    assert debian.reference("PR 57968") == "https://tracker.debian.org/pkg/apache2"
    assert rocky.reference("CVE-2021-40438") == "https://errata.rockylinux.org/"
