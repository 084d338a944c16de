"""--verbose: what is read and run, on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch import log
from tests.support.cli.call import call


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    """What a test turns on is off for others, who call the package and not the command line."""
    yield
    log.to(None)


@pytest.fixture
def main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of two files, with settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hpatch.toml").write_text('httpd-version = "2.4.62"\nmpm = "event"\n')
    (tmp_path / "more.conf").write_text("Listen 81\n")
    (tmp_path / "main.conf").write_text("Listen 80\n  Include   more.conf\n")
    return tmp_path / "main.conf"


READ = [
    "hpatch: read hpatch.toml, the settings file",
    "hpatch: mpm = worker, from the command line",
    "hpatch: httpd-version = 2.4.62, from hpatch.toml:1",
    "hpatch: read main.conf",
    "hpatch: read more.conf, by Include more.conf at main.conf:2",
]


@pytest.mark.parametrize(
    "words",
    [
        ("-v", "lint"),
        ("lint", "-v"),
        ("--verbose", "lint", "--verbose"),
        ("config", "tree", "-v"),
        ("config", "-v", "tree"),
        ("-v", "config", "tree"),
    ],
    ids=" ".join,
)
def test_before_the_command_and_after_it(
    capsys: pytest.CaptureFixture[str], main: Path, words: tuple[str, ...]
) -> None:
    quiet = call(capsys, *(word for word in words if not word.startswith("-")), "--mpm", "worker", "main.conf")
    loud = call(capsys, *words, "--mpm", "worker", "main.conf")
    assert quiet.err == ""
    assert loud.err.splitlines() == READ
    assert loud.code == quiet.code
    undecided, found = loud.out.splitlines()[:-2], loud.out.splitlines()[-2:]
    if "lint" in words:
        assert undecided[1:] == ["  main.conf", ""]
        assert found == quiet.out.replace("; -v lists them.", ".").splitlines()
        assert found[0].startswith("Found nothing")
    else:
        assert loud.out == quiet.out
        assert "Listen" in quiet.out


def test_without_settings(capsys: pytest.CaptureFixture[str], main: Path) -> None:
    assert call(capsys, "lint", "-v", "--no-config", "main.conf").err.splitlines()[0] == "hpatch: no settings file"
    Path("hpatch.toml").unlink()
    first = call(capsys, "lint", "-v", "main.conf").err.splitlines()[0]
    assert first == "hpatch: no settings file from the folder of main.conf upwards"


def test_nothing_that_a_terminal_would_obey(capsys: pytest.CaptureFixture[str], main: Path) -> None:
    main.with_name("\x1b[31mred\n.conf").write_text("Listen 82\n")
    main.write_text("Include *red*.conf\n")
    err = call(capsys, "lint", "-v", "--no-config", "main.conf").err
    assert "read \\x1b[31mred\\n.conf, by Include *red*.conf at main.conf:1\n" in err
    assert err.replace("\n", "").isprintable()


def test_one_run_does_not_make_the_next_talk(capsys: pytest.CaptureFixture[str], main: Path) -> None:
    assert call(capsys, "lint", "-v", "main.conf").err
    assert log.is_on()
    assert call(capsys, "lint", "main.conf").err == ""
    assert not log.is_on()


def test_a_file_that_is_read_again(capsys: pytest.CaptureFixture[str], main: Path) -> None:
    main.write_text("Include more.conf\nInclude more.conf\n")
    err = call(capsys, "lint", "-v", "--no-config", "main.conf").err
    assert err.count("hpatch: read more.conf, by Include more.conf at main.conf:1\n") == 1
    assert err.count("hpatch: read more.conf again, by Include more.conf at main.conf:2\n") == 1


@pytest.mark.httpd
def test_programs(capsys: pytest.CaptureFixture[str], main: Path) -> None:
    err = call(capsys, "lint", "-v", "--httpd", "/usr/sbin/apache2", "main.conf").err
    assert "hpatch: run /usr/sbin/apache2 -V\n" in err
    assert "hpatch: run /usr/sbin/apache2 -l\n" in err
