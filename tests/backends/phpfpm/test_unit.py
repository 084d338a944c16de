"""Pools of PHP-FPM that a systemd service starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backends.phpfpm.unit import pools
from tests.support.cli.call import call

POOL = "[www]\nlisten = /tmp/www.sock\npm = static\n"
FPM = "[global]\nerror_log = /var/log/fpm.log\ninclude = /etc/php/pool.d/*.conf\n"
UNIT = "[Service]\nExecStart=/usr/sbin/php-fpm8.2 --nodaemonize {}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "etc/php/php-fpm.conf": FPM,
        "etc/php/pool.d/www.conf": POOL,
        "etc/systemd/system/php.service": UNIT.format("--fpm-config /etc/php/php-fpm.conf"),
        "etc/apache2/apache2.conf": 'ServerName a\nProxyPass "/" "unix:/tmp/www.sock|fcgi://x/"\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def unit(root: Path, text: str | None = None) -> str:
    path = root / "etc/systemd/system/php.service"
    if text is not None:
        path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    "words",
    [
        "--fpm-config /etc/php/php-fpm.conf",
        "--fpm-config=/etc/php/php-fpm.conf -R",
        "-y /etc/php/php-fpm.conf",
        "-y/etc/php/php-fpm.conf",
        "-y /etc/none.conf -F -y /etc/php/php-fpm.conf",
        "-y ${FILE}\nEnvironment=FILE=/etc/php/php-fpm.conf",
    ],
)
def test_the_file_that_a_command_line_names(root: Path, words: str) -> None:
    (file,) = pools(unit(root, UNIT.format(words)))
    assert [(pool.name, pool.path) for pool in file.pools] == [("www", "/tmp/www.sock")]
    assert {Path(name).relative_to(root).as_posix() for name in file.sources} == {
        "etc/php/php-fpm.conf", "etc/php/pool.d/www.conf", "etc/systemd/system/php.service",
    }  # fmt: skip
    assert file.private is None


@pytest.mark.parametrize(
    "text",
    [
        UNIT.format(""),
        UNIT.format("-y"),
        UNIT.format("-y /etc/none.conf"),
        UNIT.format("-y %h/php-fpm.conf"),
        "[Service]\nExecStart=/usr/bin/php -y /etc/php/php-fpm.conf\n",
        "[Service]\nExecStart=/usr/bin/my-php-fpm-helper -y /etc/php/php-fpm.conf\n",
    ],
)
def test_nothing_is_known(root: Path, text: str) -> None:
    assert pools(unit(root, text)) == []


def test_the_tmp_of_its_own(root: Path) -> None:
    path = unit(root, f"{UNIT.format('-y /etc/php/php-fpm.conf')}PrivateTmp=yes\n")
    (file,) = pools(path)
    assert file.private is not None
    assert (file.private.file, file.private.line) == (path, 3)


def test_a_pool_counts_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Found as a file, by the file that includes it, and by the unit that starts it."""
    unit(root, f"{UNIT.format('-y /etc/php/php-fpm.conf')}PrivateTmp=yes\n")
    more = ["--backend", str(root / "etc/php"), "--backend", str(root / "etc/systemd/system")]
    site = str(root / "etc/apache2/apache2.conf")
    done = call(capsys, "lint", "--select", "BE", *more, "--root", str(root), site)
    assert "[BE030]" not in done.out
    assert done.out.count("[BE053]") == 1
    assert "the backend has for itself" in done.out
    unit(root, UNIT.format("-y /etc/php/php-fpm.conf"))
    assert "[BE053]" not in call(capsys, "lint", "--select", "BE", *more, "--root", str(root), site).out


def test_the_files_themselves_count_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = root / "etc/php/php-fpm.conf"
    main.write_text(FPM.replace("/etc/php/", ""))
    site = str(root / "etc/apache2/apache2.conf")
    part = root / "etc/php/pool.d/part.conf"
    part.write_text("; no pool\n")
    alone = call(capsys, "lint", "--select", "BE030", "--fpm", str(part), site)
    assert "[BE030]" in alone.out
    both = call(capsys, "lint", "--select", "BE030", "--fpm", str(main), "--fpm", str(part), site)
    assert "[BE030]" not in both.out
