"""How a uWSGI was built, from what its script left."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.uwsgi.facts import of_whole


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "uwsgi"
    path.write_text("#!/bin/sh\n# uWSGI\necho 2.0.31\n")
    path.chmod(0o755)
    return path


@pytest.mark.toolchain
def test_of_a_build(tmp_path: Path, program: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "uwsgibuild.lastcflags").write_text(b'-O2 -DFOLDER="/a b"'.hex())
    found = of_whole(tmp_path, program)
    assert (found.kind, found.server, found.httpd, found.mpm) == ("whole", "uwsgi 2.0.31", None, None)
    assert found.flags == {"CC": "cc", "CFLAGS": '-O2 -DFOLDER="/a b"'}
    assert found.compiler and "cc" in found.compiler
    assert found.configure == ("python3", str(tmp_path / "run.py"), "--build", "hpatch")
    assert (found.compiled, found.built) == ((), ("symcall",))


@pytest.mark.parametrize("flags", [None, "no digits", "f"])
def test_flags_that_are_not_there_are_not_known(tmp_path: Path, program: Path, flags: str | None) -> None:
    (tmp_path / "source").mkdir()
    if flags is not None:
        (tmp_path / "source" / "uwsgibuild.lastcflags").write_text(flags)
    assert of_whole(tmp_path, program).flags == {"CC": "cc"}
