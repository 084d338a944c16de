"""Pools of PHP-FPM."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backends.phpfpm.read import read, read_text
from hpatch.errors import InputError

TEXT = """\
; a comment
[global]
error_log = /var/log/fpm.log

[shop]
user = shop
listen = "/run/php/$pool.sock" ; a comment
listen.allowed_clients = 127.0.0.1, 10.0.0.7
pm.max_children = 5
pm.max_children = 7
request_terminate_timeout = 2m
env[PATH] = /bin
php_admin_value[memory_limit] = ${LIMIT}

[blog]
listen = 9000
[api]
listen = [::1]:9001
"""


def test_pools() -> None:
    shop, blog, api = read_text(TEXT).pools
    assert (shop.name, shop.path, shop.port) == ("shop", "/run/php/shop.sock", None)
    assert shop.at_path("/var/run/php//shop.sock")
    assert not shop.at_port("127.0.0.1", 9000)
    assert (blog.path, blog.host, blog.port) == (None, "", 9000)
    assert blog.at_port("localhost", 9000)
    assert not blog.at_port("localhost", 9001)
    assert (api.host, api.port) == ("[::1]", 9001)
    assert read_text(TEXT).problems == []


def test_values() -> None:
    shop = read_text(TEXT).pools[0]
    assert shop.directives["pm.max_children"].number == 7
    assert shop.directives["request_terminate_timeout"].seconds == 120
    assert shop.directives["listen.allowed_clients"].words == ["127.0.0.1", "10.0.0.7"]
    assert shop.directives["env[PATH]"].value == "/bin"
    assert shop.get("php_admin_value[memory_limit]") is None
    place = shop.directives["listen"].place
    assert (place.line, place.column) == (7, 1)


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5), ("5s", 5), ("5h", 18000), ("1d", 86400), ("5x", None), ("", None)]
)
def test_times(text: str, seconds: int | None) -> None:
    pool = read_text(f"[a]\nrequest_terminate_timeout = {text}\n").pools[0]
    assert pool.directives["request_terminate_timeout"].seconds == seconds


def test_includes(tmp_path: Path) -> None:
    (tmp_path / "pool.d").mkdir()
    (tmp_path / "pool.d/b.conf").write_text("[b]\nlisten = /b\n")
    (tmp_path / "pool.d/a.conf").write_text("[a]\nlisten = /a\ninclude = ../fpm.conf\n")
    (tmp_path / "fpm.conf").write_text("[global]\ninclude = pool.d/*.conf\n")
    found = read(str(tmp_path / "fpm.conf"))
    assert [pool.name for pool in found.pools] == ["a", "b"]
    assert len(found.sources) == 3


def test_one_pool_in_two_files(tmp_path: Path) -> None:
    (tmp_path / "b.conf").write_text("[www]\nlisten = /b\n")
    found = read_text(f"[www]\nlisten = /a\nuser = www\ninclude = {tmp_path}/b.conf\n")
    (pool,) = found.pools
    assert (pool.path, pool.directives["user"].value) == ("/b", "www")


@pytest.mark.parametrize("line", ["listen", "= 5", "<VirtualHost *>", "listen = /a"])
def test_lines_that_cannot_be_read(line: str) -> None:
    """Before the first section FPM reads nothing."""
    (problem,) = read_text(f"{line}\n[www]\nlisten = /a\n").problems
    assert problem[0].line == 1


@pytest.mark.parametrize(
    "text", ["", "; only a comment\n", "Listen 80\n<Location />\n", "[global]\ninclude = none/*.conf\n"]
)
def test_a_file_without_a_pool_is_one_problem(text: str) -> None:
    (problem,) = read_text(text).problems
    assert "no pool of PHP-FPM" in problem[1]
    assert problem[0].line == 1


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read(str(tmp_path / "none.conf"))
    (tmp_path / "large.conf").write_text("; a comment\n" * 100_000)
    with pytest.raises(InputError, match="is larger than 1 MiB"):
        read(str(tmp_path / "large.conf"))
    found = read_text(f"[www]\ninclude = {tmp_path}/large.conf\n")
    assert "larger" in found.problems[0][1]


def test_the_prefix_of_a_pool() -> None:
    text = "[a]\nlisten = run/$pool.sock\nchroot = $prefix/www\nprefix = /srv/\n"
    a, b = read_text(f"{text}[b]\nlisten = run/b.sock\nchroot = $prefix\n").pools
    assert a.path == "/srv/run/a.sock"
    assert [setting and setting.value for setting in (a.get("chroot"), b.get("chroot"), b.get("listen"))] == [
        "/srv/www",
        None,
        None,
    ]
    (port,) = read_text("[c]\nprefix = /srv\nlisten = 9000\n").pools
    assert port.port == 9000


def test_devices_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a regular file"):
        read("/dev/zero")
    main = tmp_path / "main.conf"
    main.write_text("include = /dev/zero\n[a]\nlisten = 9000\n")
    ((_, message),) = read(str(main)).problems
    assert "not a regular file" in message


def test_a_section_goes_on_in_an_included_file(tmp_path: Path) -> None:
    """As `php-fpm -tt` shows: what stands behind the include belongs to the last section in it."""
    main = tmp_path / "main.conf"
    main.write_text("[a]\nlisten = 9000\ninclude = more.conf\npm = static\n")
    (tmp_path / "more.conf").write_text("user = u\n[b]\nlisten = 9001\n")
    found = read(str(main))
    assert not found.problems
    assert {pool.name: set(pool.directives) for pool in found.pools} == {"a": {"listen", "user"}, "b": {"listen", "pm"}}
