"""How an nginx was built."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.facts import BuildFacts
from hpatch.build.folder import Layout
from hpatch.build.nginx.facts import of_whole


@pytest.mark.toolchain
def test_what_makefile_modules_and_program_tell(tmp_path: Path) -> None:
    objects = Layout(tmp_path).copy / "objs"
    objects.mkdir(parents=True)
    (objects / "Makefile").write_text("\nCC =\tcc\nCFLAGS =  -pipe  -O \nCPP =\tcc -E\n")
    (objects / "ngx_modules.c").write_text("ngx_module_t *ngx_modules[] = {\n    &ngx_core_module,\n    NULL\n};\n")
    program = tmp_path / "nginx"
    program.write_text("#!/bin/sh\necho 'nginx version: nginx/1.22.1\nconfigure arguments: --with-debug' >&2\n")
    program.chmod(0o755)
    found = of_whole(tmp_path, program)
    assert found.compiler
    assert found._replace(compiler=None) == BuildFacts(
        kind="whole",
        httpd=None,
        mpm=None,
        compiler=None,
        flags={"CC": "cc", "CFLAGS": "-pipe  -O"},
        configure=("configure", "--with-debug"),
        compiled=("ngx_core_module",),
        built=(),
        server="nginx 1.22.1",
    )
