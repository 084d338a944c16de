"""Files of backends in a linted folder, or given by name: which are found, and what becomes of broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options
from hpatch.errors import InputError
from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import by_name
from hpatch.lint.roots import backends, below_root, not_read, roots
from tests.support.cli.call import call

SITE = '<VirtualHost *:80>\nProxyPass "/" "http://127.0.0.1:8001/"\n</VirtualHost>\n'
FILES = {
    "httpd/site.conf": SITE,
    "units/shop.service": "[Service]\nExecStart=/usr/bin/gunicorn -c gunicorn.conf.py shop:app\n",
    "units/shop.socket": "[Socket]\nListenStream=8000\n",
    "units/shop.service.d/user.conf": "[Service]\nUser=shop\n",
    "units/other.service": "[Service]\nExecStart=/usr/bin/sleep 1\n",
    "units/gunicorn.conf.py": "bind = '127.0.0.1:8000'\n",
    "tomcat/server.xml": '<Server><Service><Connector port="8080"/></Service></Server>\n',
    "tomcat/web.xml": "<web-app/>\n",
    "app/gunicorn_helpers.txt": "no\n",
    "app/setup.py": "bind = 1\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_files_beside_a_configuration(tree: Path) -> None:
    (root,) = roots(str(tree), Options())
    found = [Path(file).relative_to(tree).as_posix() for file in root.backends]
    assert found == ["tomcat/server.xml", "units/gunicorn.conf.py", "units/shop.service"]
    assert (root.uwsgi, root.fpm) == ((), ())
    left = {Path(one.name).name: one.reason for one in not_read(str(tree), [root.path])}
    assert left == {"user.conf": "it belongs to a unit of systemd"}


def test_a_file_that_a_unit_names_is_read_with_the_unit(tree: Path) -> None:
    (root,) = roots(str(tree), Options())
    result = lint([root], LintTask((by_name()["backend-not-listening"],)))
    assert {Path(file.name).name for file in result.read} >= {"shop.socket", "gunicorn.conf.py", "user.conf"}
    # Two backends are left that nothing reaches: it is not known which is meant.
    assert result.findings == ()
    (tree / "tomcat/server.xml").unlink()
    (root,) = roots(str(tree), Options())
    (finding,) = lint([root], LintTask((by_name()["backend-not-listening"],))).findings
    assert Path(finding.related[0].place.file).name == "shop.socket"


def test_files_given_by_name(tree: Path) -> None:
    service = str(tree / "units/shop.service")
    assert backends(str(tree / "units/shop.socket")).others == backends(service).others == [service]
    assert backends(str(tree / "units")).others == [str(tree / "units/gunicorn.conf.py"), service]
    (tree / "app.ini").write_text("[uwsgi]\n")
    (tree / "pool.conf").write_text("[www]\nlisten = 9000\n")
    both = backends(str(tree))
    assert (both.uwsgi, both.fpm) == ([str(tree / "app.ini")], [str(tree / "pool.conf")])
    assert backends(str(tree / "app.ini:other")).uwsgi == [str(tree / "app.ini:other")]
    assert backends(str(tree / "pool.conf")).fpm == [str(tree / "pool.conf")]
    for path in (tree / "httpd/site.conf", tree / "httpd"):
        with pytest.raises(InputError, match="not a backend's configuration that hpatch knows"):
            backends(str(path))
    with pytest.raises(InputError, match="No such file or directory"):
        backends(str(tree / "none.conf"))


BROKEN = {
    "binary.service": b"\0\xff\xfe[Service\n\x1b[31m",
    "empty.service": b"",
    "shell.service": b"#!/bin/sh\necho $((1 + 1))\nexec gunicorn\n",
    "gunicorn.py": b"(" * 5000,
    "null-gunicorn.py": b"bind = '\0'\n",
    "server.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Server>&b;<Connector/></Server>',
    "other.xml": b"\xff\xfe<\0",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_clear_line(tree: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / name).write_bytes(BROKEN[name])
    done = call(capsys, "lint", "--backend", str(tree / name), "--select", "BE050", str(tree / "httpd/site.conf"))
    assert done.code in (0, 1)
    assert done.err == ""
    assert not set(done.out) & {"\0", "\x1b"}
    assert name == "empty.service" or done.out.count("[BE050]") >= 1, done.out


def test_a_file_that_cannot_be_opened(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = call(capsys, "lint", "--backend", str(tree / "none.service"), str(tree / "httpd/site.conf"))
    assert done.code == 3
    assert "none.service" in done.out + done.err
    assert "No such file or directory" in done.out + done.err


def test_the_option_finds_what_the_unit_says(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = call(capsys, "lint", "--backend", str(tree / "units"), "--select", "BE", str(tree / "httpd/site.conf"))
    assert done.code == 1
    assert "[BE051]" in done.out


def test_units_below_a_root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in {
        "etc/apache2/apache2.conf": 'ServerName a\nProxyPass "/" "unix:/tmp/shop.sock|http://shop/"\n',
        "etc/systemd/system/shop.service": "[Service]\nExecStart=/usr/bin/gunicorn -b unix:/tmp/shop.sock shop:app\n",
        "etc/systemd/system/shop.service.d/tmp.conf": "[Service]\nPrivateTmp=yes\n",
        "usr/lib/systemd/system/shop.service": "[Service]\nExecStart=/usr/bin/gunicorn shop:app\n",
        "usr/lib/systemd/system/other.service": "[Service]\nExecStart=/bin/true\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "lib").symlink_to("usr/lib")
    done = call(capsys, "lint", "--no-config", "--select", "BE05", "--root", tmp_path, "/etc/apache2/apache2.conf")
    assert done.code == 1
    assert done.out.count("[BE053]") == 1
    assert "tmp.conf" in done.out
    assert below_root(str(tmp_path)) == [str(tmp_path / "etc/systemd/system/shop.service")]
    assert below_root(str(tmp_path / "etc")) == below_root(None) == []
