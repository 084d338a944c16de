"""The set for nginx, proved on Debian's source, and spoiled versions of the set, which are refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hpatch.build.options import BuildOptions
from hpatch.build.trees.source import open_tree
from hpatch.lab.candidates.nginx import WholeNginx
from hpatch.lab.matrix import Experiment, run
from hpatch.lab.model import BackendSpec, Cell, GatewaySpec, Result, Transport
from hpatch.lab.net import nginx as nets
from hpatch.lab.registry import find
from tests.support.build.debian_source import debian_source
from tests.support.lab.verify import verify
from tests.support.patience import PATIENCE

SET = "nginx-empty-response"
PIPE, UPSTREAM = "src/event/ngx_event_pipe.c", "src/http/ngx_http_upstream.c"
STATEMENT = "p->read = 1;\n                break;"
pytestmark = [pytest.mark.proof, pytest.mark.toolchain, pytest.mark.proves(SET)]


class Proved(NamedTuple):
    """The proof, the nginx before and the one after, and the tree with the set; all built in one folder."""

    answer: Any
    before: GatewaySpec
    after: GatewaySpec
    tree: Path
    folder: Path

    def spoiled(self, path: str, old: str, new: str) -> GatewaySpec:
        """The nginx after, with a text of a file replaced that is there once."""
        file = self.tree / path
        sound = file.read_text()
        assert sound.count(old) == 1
        try:
            file.write_text(sound.replace(old, new))
            options = BuildOptions(documentation=False, reproducible=True)  # as verify has them: nothing is built anew
            return WholeNginx(self.folder, options).made(self.tree, "spoiled")
        finally:
            file.write_text(sound)


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Proved:
    source, place = debian_source("nginx"), tmp_path_factory.mktemp("nginx")
    if str(open_tree(source).version) != "1.22.1":
        pytest.skip("the set is for nginx 1.22.1, and Debian's source is of another")
    folder, tree = place / "build", place / "tree"
    answer = verify("--tree", source, "--build-dir", folder, set=SET)
    shutil.copytree(source, tree)
    command = [sys.executable, "-m", "hpatch", "apply", SET, "--tree", tree]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    after = place / "nginx"
    shutil.copy(folder / "prefix/sbin/nginx", after)
    return Proved(
        answer=answer,
        before=GatewaySpec("nginx", folder / "kept/sbin/nginx"),
        after=GatewaySpec("nginx", after),
        tree=tree,
        folder=folder,
    )


def tried(gateway: GatewaySpec, name: str, transport: Transport = "unix") -> Result:
    return run(Experiment(find(name), Cell(gateway, BackendSpec("responder"), transport)))


def test_the_proof_holds(proved: Proved) -> None:
    assert proved.answer["ok"]
    rows = proved.answer["rows"]
    assert {(row["before"]["transport"], row["shown"]) for row in rows} >= {("unix", "proved")}
    assert {row["before"]["gateway"]["kind"] for row in rows} == {"nginx"}
    assert proved.answer["net"]["trials"] > 800


def test_what_else_it_cures_and_what_it_leaves_as_it_is(proved: Proved) -> None:
    assert tried(proved.before, "lost-tail").verdict == "failed"
    assert tried(proved.after, "lost-tail").verdict == "passed"
    for name in ("odd-response", "broken-response"):  # neither is better or worse
        assert tried(proved.after, name).verdict == "failed"
    assert tried(proved.after, "uwsgi-load").verdict == "passed"
    assert tried(proved.after, "slow-hop", "tcp").verdict == "passed"


@pytest.mark.parametrize(
    "spoiled", ["p->read = 0;", "p->upstream_done = 1;", "p->upstream_error = 0; p->upstream_eof = 1;"]
)
def test_the_scenario_refuses_what_does_not_cure(proved: Proved, spoiled: str) -> None:
    refused = tried(proved.spoiled(PIPE, STATEMENT, f"{spoiled}\n                break;"), "nginx-empty-200")
    assert refused.verdict == "failed", refused


HEADERS = "    r->headers_out.status_line = u->headers_in.status_line;\n"
NO_LINE = "ngx_str_null(&r->headers_out.status_line);"
SPOILED: dict[str, tuple[str, str, str, str, Transport]] = {
    "a 304 becomes a 200": (
        UPSTREAM,
        HEADERS,
        f"{HEADERS}    if (r->headers_out.status == 304) {{ r->headers_out.status = 200; {NO_LINE} }}\n",
        "methods: the status 304 Not Modified without a body",
        "unix",
    ),
    "the last byte of a read is lost": (
        PIPE,
        "        p->read_length += n;\n",
        "        n -= n > 1000;\n        p->read_length += n;\n",
        "bodies: a response of 65,536 bytes",
        "unix",
    ),
    "a HEAD crashes it": (
        UPSTREAM,
        HEADERS,
        f"{HEADERS}    if (r->method == NGX_HTTP_HEAD) *(volatile int *) 8 = 1;\n",
        "crashed children",
        "unix",
    ),
    "every request leaks": (
        UPSTREAM,
        HEADERS,
        f"{HEADERS}    {{ char *p = ngx_alloc(1000, r->connection->log); if (p) ngx_memset(p, 1, 1000); }}\n",
        "growth of http tcp",
        "tcp",
    ),
}
"""What breaks: a file, its text and what stands for it, what the net says, and the ways that tell: those over TCP are
measured, which takes longer."""


@pytest.mark.parametrize("name", SPOILED)
def test_the_net_refuses_what_breaks_something_else(proved: Proved, name: str) -> None:
    path, old, new, says, transport = SPOILED[name]
    assert says in nets.compare(proved.before, proved.spoiled(path, old, new), [transport]).unexpected()
