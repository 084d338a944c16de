"""What an installed httpd says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hpatch.build.httpd.installed import ask
from hpatch.errors import ToolError
from hpatch.versions import Version

ANSWERS = """\
#!/bin/sh
case $1 in
-V) printf 'Server version: Apache/2.4.62 (Unix)\\nServer MPM:     %s\\nServer compiled with....\\n'; exit 1;;
-l) printf 'Compiled in modules:\\n  core.c\\n  mod_so.c\\n  event.c\\n';;
esac
"""


def program(folder: Path, text: str) -> str:
    file = folder / "httpd"
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


def test_ask(tmp_path: Path) -> None:
    asked = ask(program(tmp_path, ANSWERS.replace("%s", "event")))
    assert asked == (Version(2, 4, 62), "event", ("core.c", "mod_so.c", "event.c"), None, "Unix")


@pytest.mark.parametrize(
    ("line", "built"),
    [
        ("Apache/2.4.37 (Red Hat Enterprise Linux)", "Red Hat Enterprise Linux"),
        ("Apache/2.4.62 (Unix) OpenSSL/3.0", "Unix"),
        ("Apache/2.4.62", ""),
    ],
)
def test_who_built_it(tmp_path: Path, line: str, built: str) -> None:
    answers = re.sub(r"Server version: [^\\]*", f"Server version: {line}", ANSWERS)
    assert ask(program(tmp_path, answers.replace("%s", "event"))).built == built


@pytest.mark.parametrize(
    ("file", "path"),
    [("conf/httpd.conf", "/etc/httpd/conf/httpd.conf"), ("/srv/own.conf", "/srv/own.conf")],
)
def test_its_own_main_file(tmp_path: Path, file: str, path: str) -> None:
    told = f'\\n -D HTTPD_ROOT="/etc/httpd"\\n -D SERVER_CONFIG_FILE="{file}"\\n'
    assert ask(program(tmp_path, ANSWERS.replace("%s", f"event{told}"))).configuration == path


def test_the_mpm_may_be_a_module(tmp_path: Path) -> None:
    assert ask(program(tmp_path, ANSWERS.replace("%s", ""))).mpm is None


def test_another_program(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="does not answer -V as httpd does"):
        ask(program(tmp_path, "#!/bin/sh\necho hello\n"))


def test_no_program(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be run: No such file"):
        ask(str(tmp_path / "httpd"))


@pytest.mark.httpd
def test_a_real_one(httpd: str) -> None:
    asked = ask(httpd)
    assert asked.version >= Version(2, 4)
    assert "core.c" in asked.static
    assert asked.configuration is not None and asked.configuration.endswith(".conf")
