"""Which httpd it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.advise import httpd
from hpatch.advise.answer import assess
from hpatch.advise.packages import apk, base, dpkg
from hpatch.advise.packages.package import Package
from hpatch.build.httpd.installed import Installed
from hpatch.conf.view import Rooted
from hpatch.errors import InputError, UsageError
from hpatch.facts import vendors
from hpatch.facts.problems import everything
from hpatch.versions import Range, Version
from tests.support.advise import roots

PROGRAM = "/usr/sbin/apache2"


@pytest.mark.parametrize(
    ("text", "title", "release"),
    [
        ("2.4.57", "httpd 2.4.57", ""),
        ("2.4.57-2", "Debian's apache2 2.4.57-2", ""),
        ("2.4.62-1~deb12u2", "Debian's apache2 2.4.62-1~deb12u2", "12"),
        ("2.4.62-1~bpo11+1", "Debian's apache2 2.4.62-1~bpo11+1", "11"),
        ("2.4.57-5.el9", "Red Hat's httpd 2.4.57-5.el9", "9"),
        ("2.4.62-2.fc41", "Fedora's httpd 2.4.62-2.fc41", "41"),
        ("2.4.58-r0", "Alpine's apache2 2.4.58-r0", ""),
        ("2.4.57-2 \x1b[31m", "httpd 2.4.57", ""),
    ],
)
def test_a_version(text: str, title: str, release: str) -> None:
    found = httpd.of_version(text)
    assert found.title == title
    assert found.version is not None
    assert (found.package is None) == (found.vendor is None)
    assert found.package is None or found.package.release == release


def test_a_version_that_is_none() -> None:
    with pytest.raises(UsageError, match="'x' is not a version"):
        httpd.of_version("x")


@pytest.mark.parametrize(
    ("text", "title", "release"),
    [
        ("apache2 2.4.57-2", "Debian's apache2 2.4.57-2", ""),
        ("apache2 2.4.57-2 debian 12", "Debian's apache2 2.4.57-2", "12"),
        ("apache2 2.4.52-1ubuntu4.9 ubuntu 22.04", "Ubuntu's apache2 2.4.52-1ubuntu4.9", "22.04"),
        ("httpd 2.4.57-5.el9 rocky 9", "Rocky Linux's httpd 2.4.57-5.el9", "9"),
        ("httpd 1:2.4.57-5.el9", "Red Hat's httpd 1:2.4.57-5.el9", "9"),
        ("apache2 2.4.58-r0 Alpine v3.19", "Alpine's apache2 2.4.58-r0", "3.19"),
    ],
)
def test_a_package(text: str, title: str, release: str) -> None:
    found = httpd.of_package(text)
    assert found.title == title
    assert found.package is not None
    assert found.package.release == release
    assert found.version is not None
    assert found.version.major == 2


def source_tree(root: Path, *, development: int = 0, project: str = "httpd") -> None:
    if project == "httpd":
        (root / "include").mkdir()
        numbers = {"MAJORVERSION_NUMBER": 2, "MINORVERSION_NUMBER": 4, "PATCHLEVEL_NUMBER": 9}
        lines = [f"#define AP_SERVER_{name} {value}\n" for name, value in numbers.items()]
        lines.append(f"#define AP_SERVER_DEVBUILD_BOOLEAN {development}\n")
        (root / "include/ap_release.h").write_text("".join(lines))
    else:
        (root / "uwsgiconfig.py").write_text("uwsgi_version = '2.0.4'\n")


@pytest.mark.parametrize(("development", "title"), [(0, "httpd 2.4.9"), (1, "httpd 2.4.9-dev")])
def test_a_tree(tmp_path: Path, development: int, title: str) -> None:
    source_tree(tmp_path, development=development)
    found = httpd.of_tree(tmp_path)
    assert found.title == title
    assert found.applied == frozenset()


def test_a_tree_of_another_project(tmp_path: Path) -> None:
    source_tree(tmp_path, project="uwsgi")
    with pytest.raises(InputError, match=r"a source tree of uwsgi; .* 'hpatch status --tree' shows the sets for uwsgi"):
        httpd.of_tree(tmp_path)


CHANGES = roots.entry("2.4.9-2", "Fix CVE-2014-0117") + roots.entry("2.4.9-1", "New") + roots.entry("2.4.8-1", "New")


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"debian/changelog": CHANGES}, "2.4.9-2"),
        ({"debian/changelog": CHANGES, "debian/patches/series": "a\n", ".pc/applied-patches": "a\n"}, "2.4.9-2"),
        ({"debian/changelog": CHANGES, "debian/patches/series": "a\n"}, None),
        ({"debian/changelog": CHANGES.replace("2.4.9-", "2.4.10-")}, None),
        ({"debian/changelog": "nothing"}, None),
    ],
)
def test_the_source_of_a_debian_package(tmp_path: Path, files: dict[str, str], version: str | None) -> None:
    source_tree(tmp_path)
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = httpd.of_tree(tmp_path)
    assert (found.title, found.vendor) == ("httpd 2.4.9", None)
    assert (found.patched and found.patched.version) == version
    known = everything()[0]._replace(part="http", affected=(Range.parse("<2.4.10"),), sets=())
    told = "affected" if version is None else "fixed by the vendor"
    assert assess(known._replace(id="CVE-2014-0117"), found).verdict == told
    assert assess(known._replace(id="CVE-2014-0118"), found).verdict == "affected"


def test_the_package_below_a_root(tmp_path: Path) -> None:
    assert httpd.below(str(tmp_path)) is None
    roots.os_release(tmp_path, "debian", "12")
    roots.dpkg(tmp_path, "2.4.57-2")
    found = httpd.below(str(tmp_path))
    assert found is not None
    assert (found.title, found.version) == ("Debian's apache2-bin 2.4.57-2", Version(2, 4, 57))
    assert found.source == f"{tmp_path}/var/lib/dpkg/status"


def asked(built: str) -> Installed:
    return Installed(version=Version(2, 4, 57), mpm="event", static=(), built=built)


def package(version: str, vendor: str = "debian") -> Package:
    found = vendors.by_name(vendor)
    assert found is not None
    return Package(name="apache2-bin", version=version, vendor=found, release="12")


@pytest.mark.parametrize(
    ("built", "installed", "title"),
    [
        ("Debian", package("2.4.57-2"), "Debian's apache2-bin 2.4.57-2"),
        ("Debian", package("2.4.58-1"), "httpd 2.4.57 of Debian"),
        ("Debian", package("2.4.57-r0", "alpine"), "httpd 2.4.57 of Debian"),
        ("Debian", None, "httpd 2.4.57 of Debian"),
        ("Unix", None, "httpd 2.4.57"),
        ("", None, "httpd 2.4.57"),
    ],
)
def test_a_program(monkeypatch: pytest.MonkeyPatch, built: str, installed: Package | None, title: str) -> None:
    monkeypatch.setattr(base, "find", lambda root: installed)
    assert httpd.of_program(PROGRAM, asked(built)).title == title


def test_a_program_without_a_vendors_name_may_be_a_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "owner", lambda program: package("2.4.57-r0", "alpine") if program == PROGRAM else None)
    assert httpd.of_program(PROGRAM, asked("Unix")).title == "Alpine's apache2-bin 2.4.57-r0"
    assert httpd.of_program("/opt/httpd/bin/httpd", asked("Unix")).title == "httpd 2.4.57"


def test_a_program_beside_a_database_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(root: str | None) -> None:
        raise InputError("broken")

    monkeypatch.setattr(base, "find", broken)
    assert httpd.of_program(PROGRAM, asked("Debian")).title == "httpd 2.4.57 of Debian"


def test_which_package_brought_a_program(tmp_path: Path) -> None:
    view = Rooted(str(tmp_path))
    roots.apk(tmp_path, "2.4.57-r0")
    assert apk.owns(view, "apache2", "/usr/sbin/httpd")
    assert not apk.owns(view, "apache2", "/usr/bin/httpd")
    assert not apk.owns(view, "apache2", "/usr/sbin/http")
    assert not apk.owns(view, "zlib", "/usr/sbin/httpd")
    (tmp_path / "var/lib/dpkg/info").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/info/apache2-bin.list").write_text("/.\n/usr\n/usr/sbin\n/usr/sbin/apache2\n")
    assert dpkg.owns(view, "apache2-bin", PROGRAM)
    assert not dpkg.owns(view, "apache2-bin", "/usr/sbin/apache")
    assert not dpkg.owns(view, "apache2", PROGRAM)
