"""The set for nginx, proved on Debian's source: built as it is, with the set, and with spoiled versions of the set."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hpatch.build.trees.source import open_tree
from hpatch.lab.matrix import Experiment, run
from hpatch.lab.model import BackendSpec, Cell, GatewaySpec, Result, Transport
from hpatch.lab.registry import find
from tests.support.build.debian_source import debian_source

SET = "nginx-empty-response"
CHANGED = "src/event/ngx_event_pipe.c"
STATEMENT = "p->read = 1;\n                break;"
pytestmark = [pytest.mark.proof, pytest.mark.proves(SET)]


def ran(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, (done.stdout + done.stderr)[-2000:])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian's source, as it is, ready for make."""
    found = tmp_path_factory.mktemp("nginx") / "tree"
    shutil.copytree(debian_source("nginx"), found)
    ran("./configure", "--with-cc-opt=-O1", "--without-http_gzip_module", folder=found)
    return found


def tried(tree: Path, name: str, transport: Transport) -> Result:
    ran("make", "-j2", folder=tree)
    cell = Cell(GatewaySpec("nginx", tree / "objs/nginx"), BackendSpec("responder"), transport)
    return run(Experiment(find(name), cell))


def test_the_set_for_nginx(tree: Path) -> None:
    if str(open_tree(tree).version) != "1.22.1":
        pytest.skip("the set is for nginx 1.22.1, and Debian's source is of another")
    before = tried(tree, "nginx-empty-200", "unix")
    assert before.verdict == "failed", before
    assert tried(tree, "lost-tail", "unix").verdict == "failed"

    ran(sys.executable, "-m", "hpatch", "apply", SET, "--tree", tree, folder=tree)
    for transport in ("unix", "tcp"):
        after = tried(tree, "nginx-empty-200", transport)
        assert after.verdict == "passed", after
    assert tried(tree, "lost-tail", "unix").verdict == "passed"
    for name in ("odd-response", "broken-response"):  # neither is better or worse
        assert tried(tree, name, "unix").verdict == "failed"
    assert tried(tree, "uwsgi-load", "unix").verdict == "passed"
    assert tried(tree, "slow-hop", "tcp").verdict == "passed"

    mended = (tree / CHANGED).read_text()
    assert mended.count(STATEMENT) == 1
    for spoiled in ("p->read = 0;", "p->upstream_done = 1;", "p->upstream_error = 0; p->upstream_eof = 1;"):
        (tree / CHANGED).write_text(mended.replace(STATEMENT, f"{spoiled}\n                break;"))
        refused = tried(tree, "nginx-empty-200", "unix")
        assert refused.verdict == "failed", (spoiled, refused)
