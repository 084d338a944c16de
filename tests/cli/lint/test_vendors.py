"""`hpatch lint` for an httpd that a vendor built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.advise import advisories, roots
from tests.support.cli.call import Answer, call

CONFIGURATION = 'ProxyPass "/app/" "ajp://app.internal:8009/" secret=x\n'
ID = "CVE-2022-26377"
"""Of mod_proxy_ajp before 2.4.54."""

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root of Debian 11 with a configuration."""
    top = tmp_path / "root"
    (top / "etc/apache2").mkdir(parents=True)
    (top / "etc/apache2/apache2.conf").write_text(CONFIGURATION)
    roots.os_release(top, "debian", "11")
    return top


def lint(capsys: Capture, root: Path, *arguments: str) -> tuple[int, list[tuple[str, str]]]:
    """The exit code, and of the problem its severity and the start of what is said."""
    path = root / "etc/apache2/apache2.conf"
    done = call(capsys, "lint", "--format", "json", "--select", "known", *arguments, path)
    assert done.err == ""
    told = [(one["severity"], one["message"].partition(f" {ID} ")) for one in json.loads(done.out)["findings"]]
    return done.code, [(severity, start) for severity, (start, id, _) in told if id]


def test_a_version_with_a_vendors_suffix(root: Path, capsys: Capture) -> None:
    assert lint(capsys, root, "--httpd-version", "2.4.53") == (1, [("error", "httpd 2.4.53 as published has")])
    assert lint(capsys, root, "--httpd-version", "2.4.53-2") == (0, [("info", "Debian's apache2 2.4.53-2 may have")])


def test_a_package(root: Path, capsys: Capture) -> None:
    assert lint(capsys, root, "--package", "httpd 2.4.53-7.el9") == (
        0,
        [("info", "Red Hat's httpd 2.4.53-7.el9 may have")],
    )


def test_a_package_below_the_root_and_its_changelog(root: Path, capsys: Capture) -> None:
    old = roots.entry("2.4.53-1~deb11u1", "New upstream version")
    roots.dpkg(root, "2.4.53-1~deb11u1", changelog=old)
    below = ("--root", str(root))
    assert lint(capsys, root, *below) == (0, [("info", "Debian's apache2-bin 2.4.53-1~deb11u1 may have")])
    assert lint(capsys, root, *below, "--httpd-version", "2.4.53")[1] == [
        ("info", "Debian's apache2-bin 2.4.53-1~deb11u1 may have")
    ]
    assert lint(capsys, root, *below, "--httpd-version", "2.4.52")[1] == [("error", "httpd 2.4.52 as published has")]
    roots.dpkg(root, "2.4.53-1~deb11u2", changelog=roots.entry("2.4.53-1~deb11u2", f"Fix {ID}") + old)
    assert lint(capsys, root, *below)[1] == []


def test_advisories(root: Path, capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "tracker.json"
    told = {"bullseye": {"status": "resolved", "fixed_version": "2.4.54-1~deb11u1"}}
    file.write_text(json.dumps(advisories.tracker(**{ID.replace("-", "_"): told})))
    given = ("--advisories", str(file), "--package", "apache2 2.4.53-1~deb11u1")
    assert lint(capsys, root, *given) == (1, [("error", "Debian's apache2 2.4.53-1~deb11u1 has")])


def refused(done: Answer, said: str) -> None:
    """One clear line, and exit code 3."""
    assert done.code == 3
    (line,) = done.err.splitlines()
    assert said in line
    assert line.isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('"\xff"', "not JSON"),
        ("1" * 5000, "not JSON"),
        ('{"a": 1}', "not an advisory"),
        ("\x1b[31m", "not JSON"),
    ],
)
def test_advisories_that_are_none(root: Path, capsys: Capture, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="latin-1")
    refused(call(capsys, "lint", "--httpd-version", "2.4.53-2", "--advisories", file, root), said)


def test_advisories_that_are_not_there(root: Path, capsys: Capture, tmp_path: Path) -> None:
    for name, said in ((tmp_path / "no.json", "no such file or folder"), (root, "has no *.json")):
        refused(call(capsys, "lint", "--httpd-version", "2.4.53-2", "--advisories", name, root), said)


def test_advisories_for_an_httpd_as_published(root: Path, capsys: Capture, tmp_path: Path) -> None:
    for options in ((), ("--httpd-version", "2.4.53")):
        done = call(capsys, "lint", *options, "--advisories", tmp_path, root)
        assert done.code == 2
        assert "nothing tells which one it is" in done.err


def test_a_database_that_cannot_be_read(root: Path, capsys: Capture) -> None:
    (root / "var/lib/rpm").mkdir(parents=True)
    (root / "var/lib/rpm/rpmdb.sqlite").write_bytes(b"\x1b]0;title\x07" * 1000)
    done = call(capsys, "lint", "--root", root, "/etc/apache2/apache2.conf")
    refused(done, "not a database of rpm, or damaged")


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ("apache2", "is not a package of httpd such as"),
        ("", "is not a package of httpd such as"),
        ("apache2 2.4.57", "does not tell its vendor; add it: 'apache2 2.4.57 debian'"),
        ("apache2 2.4.57-2 plan9", "does not know the vendor 'plan9'"),
        ("apache2 2.4.57-2 debian 12 x", "is not a package of httpd such as"),
        ("apache2 \x1b[31m-2", "is not a package of httpd such as"),
    ],
)
def test_a_package_that_is_none(root: Path, capsys: Capture, package: str, said: str) -> None:
    done = call(capsys, "lint", "--package", package, root)
    assert done.code == 2
    assert said in done.err


def test_a_package_and_a_version(root: Path, capsys: Capture) -> None:
    done = call(capsys, "lint", "--package", "apache2 2.4.57-2", "--httpd-version", "2.4.57", root)
    assert done.code == 2
    assert "exclude each other" in done.err


def test_a_package_counts_for_more_than_a_version_of_the_settings(root: Path, capsys: Capture) -> None:
    (root / "etc/apache2/hpatch.toml").write_text('httpd-version = "2.4.71"\n')
    assert lint(capsys, root, "--package", "apache2 2.4.53-2") == (0, [("info", "Debian's apache2 2.4.53-2 may have")])
