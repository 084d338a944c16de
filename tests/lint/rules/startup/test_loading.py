"""Modules under a name that their file does not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import by_name
from tests.support.gateways.httpd import modules_folder
from tests.support.gateways.starting import start

TASK = LintTask((by_name()["module-misnamed"],))
WRONG = ["mod_ssl", "ssl", "SSL_module", "md_module"]


def find(text: str, *, check_files: bool = False) -> list[tuple[str, str]]:
    found = lint_configuration(load_text(text, Options(check_files=check_files)), TASK).findings
    return [(one.confidence, one.help or "") for one in found]


@pytest.mark.parametrize("name", WRONG)
def test_by_the_name_of_the_file(name: str) -> None:
    assert find(f"LoadModule {name} /x/mod_ssl.so") == [("medium", "Write LoadModule ssl_module /x/mod_ssl.so")]


@pytest.mark.parametrize(
    "text",
    [
        "LoadModule ssl_module modules/mod_ssl.so",
        "LoadModule ldap_module modules/mod_ldap.so",
        "LoadModule mpm_event_module modules/mod_mpm_event.so",
        "LoadModule wsgi_module modules/mod_wsgi.so",
        "LoadModule ${X} modules/mod_ssl.so",
        "LoadModule ssl modules/${X}/mod_ssl.so",
        "<IfDefine X>\nLoadModule ssl modules/mod_ssl.so\n</IfDefine>",
    ],
)
def test_sound(text: str) -> None:
    assert find(text) == []


def test_by_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "object.so").write_bytes(b"\x7fELF\0my_module\0")
    (tmp_path / "mod_ssl.so").write_bytes(b"\x7fELF\0my_module\0")
    (tmp_path / "text.so").write_text("my_module")
    assert find(f"LoadModule my_module {tmp_path}/object.so", check_files=True) == []
    assert find(f"LoadModule my_module {tmp_path}/mod_ssl.so", check_files=True) == []
    (tmp_path / "mod_md.so").write_bytes(b"\x7fELF\0md_module\0mymd\0")
    assert find(f"LoadModule md {tmp_path}/mod_md.so", check_files=True) != []
    assert find(f"LoadModule other_module {tmp_path}/object.so", check_files=True) != []
    assert find(f"LoadModule my_module {tmp_path}/text.so", check_files=True) != []
    assert find(f"LoadModule my_module {tmp_path}/none.so\nLoadModule x_module {tmp_path}", check_files=True) == []


@pytest.mark.httpd
def test_the_modules_of_this_machine() -> None:
    lines = [f"LoadModule {path.stem[4:]}_module {path}" for path in sorted(modules_folder().glob("mod_*.so"))]
    assert len(lines) > 50
    assert find("\n".join(lines), check_files=True) == []


@pytest.mark.httpd
@pytest.mark.proof
def test_httpd_refuses(tmp_path: Path, httpd: str) -> None:
    result = start(httpd, tmp_path, f"LoadModule {WRONG[0]} {modules_folder()}/mod_ssl.so")
    assert not result.syntax_ok
    assert "Can't locate API module structure" in result.said
