"""What a shell file exports."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch import log
from hpatch.conf.envvars import parse, read
from hpatch.errors import InputError

DEBIAN = """\
# envvars - default environment variables for apache2ctl
unset HOME
if [ "${APACHE_CONFDIR##/etc/apache2-}" != "${APACHE_CONFDIR}" ] ; then
\tSUFFIX="-${APACHE_CONFDIR##/etc/apache2-}"
else
\tSUFFIX=
fi
export APACHE_RUN_USER=www-data
export APACHE_PID_FILE=/var/run/apache2$SUFFIX/apache2.pid
export APACHE_LOG_DIR=/var/log/apache2${SUFFIX}
export LANG=C
export LANG
#export APACHE_LYNX='www-browser -dump'
"""


def test_debian() -> None:
    assert parse(DEBIAN) == {
        "APACHE_RUN_USER": "www-data",
        "APACHE_PID_FILE": "/var/run/apache2/apache2.pid",
        "APACHE_LOG_DIR": "/var/log/apache2",
        "LANG": "C",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export A='x y' B=\"$A z\" C # note", {"A": "x y", "B": "x y z"}),
        ("A=1\nexport A", {"A": "1"}),
        ("A=1", {}),
        ("export A=1; ", {"A": "1"}),
        (": ${A:=/etc/apache2}\nexport A", {"A": "/etc/apache2"}),
        ("A=x\n: ${A:=y}\nexport A", {"A": "x"}),
        ("export A=${B:-${C}}", {}),
        ("export A=${B:-c}/${B-d}", {"A": "c/d"}),
        ("export A=a'b'\"c\"d\\ e", {"A": "abcd e"}),
        ("export A=1 \\\n  B=2", {"A": "1", "B": "2"}),
        ("export A=1\nunset A", {}),
        ("export A=$(hostname)\nexport B=`date`\nexport C=1", {"C": "1"}),
        ("export A=1\nexport A=$(hostname)", {"A": "1"}),
        ("A=1 command", {}),
        ("export A=1 && echo", {}),
        ('export A="a\\ b\\$"', {"A": "a\\ b$"}),
        ("export A='${B}'", {"A": "${B}"}),
        ('export A="\\$B"', {"A": "$B"}),
        ("export A=caf\udce9", {"A": "caf\udce9"}),
        ("export unset=1\nunset A", {"unset": "1"}),
        ("export=1\nexport A=2", {"A": "2"}),
        ("export A=1\nunset A\nA=2", {}),
        ("A=1\nunset A\nexport A", {}),
        ("export A=1\nA=2 command", {"A": "1"}),
        ("B=x\nexport A=${B} C=${B:-y} D=${B-y}", {"A": "x", "C": "x", "D": "x"}),
        ("B=\nexport A=${B} C=${B:-y} D=${B-y}", {"A": "", "C": "y", "D": ""}),
    ],
)
def test_lines(text: str, expected: dict[str, str]) -> None:
    assert parse(text) == expected


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = str(tmp_path / "envvars")
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: cannot be read: No such file or directory"


def test_a_program_is_not_an_environment(tmp_path: Path) -> None:
    (tmp_path / "envvars").write_bytes(b"\x7fELF\0\nexport A=1\n")
    with pytest.raises(InputError, match="envvars: not a file of environment variables: it has null bytes"):
        read(str(tmp_path / "envvars"))


def test_a_shell_may_give_it_through_a_pipe() -> None:
    told: list[str] = []
    log.to(told.append)
    end, other = os.pipe()
    os.write(other, b"export A=1\n")
    os.close(other)
    try:
        assert read(f"/dev/fd/{end}") == {"A": "1"}
    finally:
        os.close(end)
        log.to(None)
    assert told == [f"read /dev/fd/{end}, httpd's environment"]
