"""The package of httpd below a root."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.advise.packages import dpkg
from hpatch.advise.packages.base import find
from hpatch.errors import InputError
from tests.support.advise import roots, rpm

CHANGES = [
    ("A <a@example.com> - 2.4.57-11.1", "- Resolves: CVE-2024-38477"),
    ("A <a@example.com> 2.4.57-1", "- new version 2.4.57"),
]
FORMS = pytest.mark.parametrize("form", [rpm.sqlite, rpm.ndb, rpm.hash])


def test_a_root_without_packages(tmp_path: Path) -> None:
    assert find(str(tmp_path)) is None


def test_dpkg(tmp_path: Path) -> None:
    roots.os_release(tmp_path, "debian", "12")
    roots.dpkg(tmp_path, "2.4.57-2", changelog=roots.entry("2.4.57-2", "One") + roots.entry("2.4.57-1", "Two"))
    package = find(str(tmp_path))
    assert package is not None
    assert (package.title, package.release) == ("Debian's apache2-bin 2.4.57-2", "12")
    assert [one.version for one in package.entries] == ["2.4.57-2", "2.4.57-1"]
    assert "One" in package.entries[0].text
    assert "Two" not in package.entries[0].text
    assert package.changelog == f"{tmp_path}/usr/share/doc/apache2-bin/changelog.Debian.gz"


@pytest.mark.parametrize(
    ("more", "version"),
    [("Source: apache2 (2.4.57-2)\n", "2.4.57-2"), ("Source: apache2\n", "2.4.57-2+b1")],
)
def test_a_rebuild_has_its_sources_version(tmp_path: Path, more: str, version: str) -> None:
    roots.dpkg(tmp_path, "2.4.57-2+b1", more=more)
    package = find(str(tmp_path))
    assert package is not None
    assert package.version == version


def test_what_is_no_longer_installed_is_not_there(tmp_path: Path) -> None:
    status = roots.dpkg(tmp_path, "2.4.57-2")
    text = status.read_text().replace(
        "apache2-bin\nStatus: install ok installed", "apache2-bin\nStatus: deinstall ok config-files"
    )
    status.write_text(text)
    assert find(str(tmp_path)) is None


def test_an_image_without_dpkg(tmp_path: Path) -> None:
    folder = tmp_path / "var/lib/dpkg/status.d"
    folder.mkdir(parents=True)
    (folder / "apache2-bin").write_text("Package: apache2-bin\nVersion: 2.4.57-2\n")
    (folder / "apache2-bin.md5sums").write_text("nothing")
    package = find(str(tmp_path))
    assert package is not None
    assert package.version == "2.4.57-2"


@pytest.mark.parametrize("path", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_apk(tmp_path: Path, path: str) -> None:
    roots.os_release(tmp_path, "alpine", "3.19.1")
    roots.apk(tmp_path, "2.4.58-r2", path=path)
    package = find(str(tmp_path))
    assert package is not None
    assert (package.title, package.release) == ("Alpine's apache2 2.4.58-r2", "3.19")


@FORMS
def test_rpm(tmp_path: Path, form: Callable[[Path, list[bytes]], Path]) -> None:
    roots.os_release(tmp_path, "rhel", "9.4")
    other = rpm.header("bash", "5.1.8", "9.el9")
    form(tmp_path, [other, rpm.header("httpd", "2.4.57", "11.el9_4.1", changes=CHANGES), other])
    package = find(str(tmp_path))
    assert package is not None
    assert (package.title, package.release) == ("Red Hat's httpd 2.4.57-11.el9_4.1", "9")
    assert [tuple(one) for one in package.entries] == [
        ("2.4.57-11.1", "- Resolves: CVE-2024-38477"),
        ("2.4.57-1", "- new version 2.4.57"),
    ]


@FORMS
def test_rpm_without_httpd(tmp_path: Path, form: Callable[[Path, list[bytes]], Path]) -> None:
    form(tmp_path, [rpm.header("bash", "5.1.8", "9.el9")])
    assert find(str(tmp_path)) is None


def test_a_hash_in_the_other_order_of_bytes(tmp_path: Path) -> None:
    rpm.hash(tmp_path, [rpm.header("httpd", "2.4.37", "65.el8", epoch=1)], order=">")
    package = find(str(tmp_path))
    assert package is not None
    assert (package.version, package.release, str(package.upstream)) == ("1:2.4.37-65.el8", "8", "2.4.37")


@pytest.mark.parametrize(
    ("id", "version", "vendor", "release"),
    [
        ("debian", "2.4.57-2", "Debian", "12"),
        ("ubuntu", "2.4.57-2", "Ubuntu", "12"),
        ("linuxmint", "2.4.52-1ubuntu4.9", "Ubuntu", ""),
        ("linuxmint", "2.4.41-4ubuntu3.20.04.1", "Ubuntu", "20.04"),
        ("debian", "2.4.62-1+0~20240904.21+debian12~1.gbp1", "Sury", ""),
    ],
)
def test_who_built_it(tmp_path: Path, id: str, version: str, vendor: str, release: str) -> None:
    roots.os_release(tmp_path, id, "12")
    roots.dpkg(tmp_path, version)
    package = find(str(tmp_path))
    assert package is not None
    assert (package.vendor.name, package.release) == (vendor, release)


@pytest.mark.parametrize("id", ["rocky", "almalinux", "centos", "ol"])
def test_a_rebuild_of_red_hats_is_its_own_vendor(tmp_path: Path, id: str) -> None:
    roots.os_release(tmp_path, id, "9.3")
    rpm.sqlite(tmp_path, [rpm.header("httpd", "2.4.57", "5.el9")])
    package = find(str(tmp_path))
    assert package is not None
    assert id in package.vendor.ids
    assert package.release == "9"


def test_a_link_stays_below_the_root(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    roots.dpkg(outside, "2.4.57-2")
    (root / "var/lib").mkdir(parents=True)
    (root / "var/lib/dpkg").symlink_to(outside / "var/lib/dpkg")
    assert find(str(root)) is None
    (root / "etc").mkdir()
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    (root / "usr/lib").mkdir(parents=True)
    (root / "usr/lib/os-release").write_text("ID=alpine\nVERSION_ID=3.20.0\n")
    roots.apk(root, "2.4.61-r1")
    package = find(str(root))
    assert package is not None
    assert package.release == "3.20"


def refusal(root: Path) -> str:
    """What is said of a root that cannot be read: one line."""
    with pytest.raises(InputError) as caught:
        find(str(root))
    said = str(caught.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize("version", ["", "2.4.57-2\x1b[31m", "x", "2." + "4" * 500])
def test_a_version_that_is_none(tmp_path: Path, version: str) -> None:
    roots.dpkg(tmp_path, version)
    assert "no version that dpkg would accept" in refusal(tmp_path)


def test_a_version_that_apk_would_not_accept(tmp_path: Path) -> None:
    roots.apk(tmp_path, "\x1b]0;x\x07")
    assert "no version that apk would accept" in refusal(tmp_path)


def test_a_changelog_that_unpacks_without_end(tmp_path: Path) -> None:
    roots.dpkg(tmp_path, "2.4.57-2", changelog="x")
    file = tmp_path / "usr/share/doc/apache2-bin/changelog.Debian.gz"
    file.write_bytes(gzip.compress(b"\0" * (17 << 20)))
    assert "unpacks to more than 16 MiB" in refusal(tmp_path)
    file.write_bytes(gzip.compress(b"A changelog")[:-9])
    assert "ends in the middle" in refusal(tmp_path)
    file.write_bytes(b"\x1f\x8bnothing")
    assert "not gzip" in refusal(tmp_path)


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    (tmp_path / "lib/apk/db/installed").mkdir(parents=True)
    assert "not a regular file" in refusal(tmp_path)


@FORMS
def test_a_database_that_breaks_off(tmp_path: Path, form: Callable[[Path, list[bytes]], Path]) -> None:
    file = form(tmp_path, [rpm.header("httpd", "2.4.57", "11.el9_4.1", changes=CHANGES * 100)])
    whole = file.read_bytes()
    for size in (0, 3, 30, 300, len(whole) // 2):
        file.write_bytes(whole[:size])
        assert "not a database of rpm, or damaged" in refusal(tmp_path)


@FORMS
@pytest.mark.parametrize("blob", [b"", b"\xff" * 64, b"\0\0\0\1\0\0\0\4" + b"\xff" * 16 + b"abcd"])
def test_a_header_that_is_none(tmp_path: Path, form: Callable[[Path, list[bytes]], Path], blob: bytes) -> None:
    file = form(tmp_path, [rpm.header("httpd", "2.4.57", "1.el9")])
    good = rpm.header("httpd", "2.4.57", "1.el9")
    if form is rpm.sqlite:
        import sqlite3

        base = sqlite3.connect(file)
        base.execute("UPDATE Packages SET blob = ?", (blob,))
        base.commit()
        base.close()
    else:
        file.write_bytes(file.read_bytes().replace(good, blob.ljust(len(good), b"\xff")))
    assert "not a database of rpm, or damaged" in refusal(tmp_path)


def test_hostile_lines_take_no_time(tmp_path: Path) -> None:
    """A pattern that goes back and forth would take hours here."""
    status = roots.dpkg(tmp_path, "2.4.57-2", more=f"Source: a{' ' * 300_000}b\n")
    assert find(str(tmp_path)) is not None
    many = dpkg.entries("".join(roots.entry(f"2.4.57-{number}") for number in range(3000, 0, -1)))
    assert (len(many), many[0].version, many[-1].version) == (2000, "2.4.57-3000", "2.4.57-1001")
    assert "2.4.57-1000" not in many[-1].text
    status.unlink()
    author = f"A{'-1' * 300_000}!"
    rpm.sqlite(tmp_path, [rpm.header("httpd", "2.4.57", "1.el9", changes=[(author, "x")])])
    package = find(str(tmp_path))
    assert package is not None
    assert package.entries[0].version == ""


def test_a_view_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    from hpatch.advise.packages.rpm import sqlite

    monkeypatch.setattr(sqlite, "_STEPS", 100_000)
    file = rpm.sqlite(tmp_path, [])
    base = sqlite3.connect(file)
    base.execute("DROP TABLE Name")
    base.execute(
        "CREATE VIEW Name AS WITH RECURSIVE n(hnum, key) AS (SELECT 1, 'x' UNION ALL SELECT hnum + 1, 'x' FROM n) "
        "SELECT hnum, key FROM n"
    )
    base.commit()
    base.close()
    assert "damaged: interrupted" in refusal(tmp_path)


def test_a_hash_whose_pages_go_in_a_circle(tmp_path: Path) -> None:
    file = rpm.hash(tmp_path, [rpm.header("httpd", "2.4.57", "1.el9", changes=CHANGES * 20)])
    data = bytearray(file.read_bytes())
    length = data.index(b"\3\0\0\0\2\0\0\0") + 8
    data[length : length + 4] = (1 << 31).to_bytes(4, "little")
    data[2 * 512 + 16 : 2 * 512 + 20] = (2).to_bytes(4, "little")
    file.write_bytes(data)
    assert "damaged" in refusal(tmp_path)
