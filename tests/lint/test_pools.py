"""Files of PHP-FPM in a linted folder, or given by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options
from hpatch.errors import InputError
from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import by_name
from hpatch.lint.roots import pools, roots

SITE = '<VirtualHost *:80>\nProxyPass "/" "unix:/run/php-shop.sock|fcgi://shop/"\n</VirtualHost>\n'
POOL = "[www]\nlisten = /run/php-www.sock\npm = static\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "httpd").mkdir()
    (tmp_path / "httpd/site.conf").write_text(SITE)
    (tmp_path / "pool.d").mkdir()
    (tmp_path / "pool.d/www.conf").write_text(POOL)
    return tmp_path


def test_pools_beside_a_configuration(tree: Path) -> None:
    (root,) = roots(str(tree), Options())
    assert root.path == str(tree / "httpd/site.conf")
    assert root.fpm == (str(tree / "pool.d/www.conf"),)
    found = lint([root], LintTask((by_name()["fpm-no-pool"],)))
    (finding,) = found.findings
    assert finding.related[0].place.file == str(tree / "pool.d/www.conf")
    assert str(tree / "pool.d/www.conf") in [file.name for file in found.read]


def test_pools_given_by_name(tree: Path) -> None:
    assert pools(str(tree / "pool.d/www.conf")) == pools(str(tree / "pool.d")) == [str(tree / "pool.d/www.conf")]
    with pytest.raises(InputError, match=r"no \*.conf file with a pool of PHP-FPM in this folder"):
        pools(str(tree / "httpd"))


def test_a_file_that_cannot_be_read(tree: Path) -> None:
    (root,) = roots(str(tree), Options())
    (tree / "pool.d/www.conf").unlink()
    found = lint([root], LintTask((by_name()["fpm-unreadable"],)))
    assert [finding.severity for finding in found.findings] == ["error"]
    assert len(found.unread) == 1


def test_a_configuration_with_brackets_is_no_pool(tmp_path: Path) -> None:
    (tmp_path / "site.conf").write_text(f"# [www]\n{SITE}")
    (root,) = roots(str(tmp_path), Options())
    assert root.fpm == ()
