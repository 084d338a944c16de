"""What an installed nginx says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.nginx.installed import said
from hpatch.errors import ToolError
from hpatch.versions import Version
from tests.support.needs import program


def script(folder: Path, text: str) -> Path:
    file = folder / "nginx"
    file.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{text}\nEND\n")
    file.chmod(0o755)
    return file


def test_version_and_arguments(tmp_path: Path) -> None:
    text = "nginx version: other/1.9.4 (Ubuntu)\nbuilt by gcc\nconfigure arguments: --with-cc-opt='-g -O2' --with-debug"
    assert said(script(tmp_path, text)) == (Version(1, 9, 4), ("--with-cc-opt=-g -O2", "--with-debug"))


def test_arguments_that_no_shell_would_take(tmp_path: Path) -> None:
    assert said(script(tmp_path, "nginx version: nginx/1.2.3\nconfigure arguments: 'a")).arguments == ()


@pytest.mark.parametrize("text", ["", "hello", "nginx version: nginx/one"])
def test_another_answer(tmp_path: Path, text: str) -> None:
    with pytest.raises(ToolError, match="does not answer -V as nginx does"):
        said(script(tmp_path, text))


@pytest.mark.nginx
def test_a_real_one() -> None:
    found = said(Path(program("nginx")))
    assert found.version >= Version(1, 0)
    assert any(argument.startswith("--prefix=") for argument in found.arguments)
