"""How an httpd was built, from what configure and apxs left."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd import apxs
from hpatch.build.httpd.facts import of_modules, of_whole

SAYS = """#!/bin/sh
[ $1 = -l ] && echo '  core.c' && exit
echo 'Server version: Apache/2.4.62 (Unix)
Server MPM: worker'
"""


def test_of_a_build(tmp_path: Path) -> None:
    program = tmp_path / "httpd"
    program.write_text(SAYS)
    program.chmod(0o755)
    compiler = tmp_path / "my cc"
    compiler.write_text("#!/bin/sh\necho 'cc 1.2'\necho more\n")
    compiler.chmod(0o755)
    build = tmp_path / "source" / "build"
    build.mkdir(parents=True)
    (build / "config_vars.mk").write_text(f"CC = '{compiler}'\nCFLAGS = -g -O2 \nLDFLAGS = \nOTHER = x\n")
    (tmp_path / "source" / "config.log").write_bytes(
        b"This\n\n  $ ./configure --prefix=/p 'CFLAGS=-g -O2'\n\n## more\n"
    )
    found = of_whole(tmp_path, program)
    assert (found.kind, found.httpd, found.mpm, found.compiler) == ("whole", "2.4.62", "worker", "cc 1.2")
    assert found.flags == {"CC": f"'{compiler}'", "CFLAGS": "-g -O2"}
    assert found.configure == ("./configure", "--prefix=/p", "CFLAGS=-g -O2")
    assert (found.compiled, found.built) == (("core",), ())


def test_what_is_not_there_is_not_known(tmp_path: Path) -> None:
    program = tmp_path / "httpd"
    program.write_text(SAYS)
    program.chmod(0o755)
    found = of_whole(tmp_path, program)
    assert (found.compiler, found.flags, found.configure) == (None, {}, ())


@pytest.mark.apxs
@pytest.mark.httpd
def test_of_modules() -> None:
    found = of_modules(apxs.find(), ("mod_proxy_fcgi",))
    assert found.kind == "modules" and found.built == ("mod_proxy_fcgi",)
    assert found.compiler and "gcc" in found.compiler.lower() + found.flags["CC"]
    assert "core" in found.compiled
