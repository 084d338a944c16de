"""Which modules a change concerns."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.httpd import apxs
from hpatch.build.httpd.installed import ask
from hpatch.build.options import Mpm
from hpatch.build.trees.source import SourceTree
from hpatch.errors import UsageError
from hpatch.lab.candidates.httpd import SingleModules, touched
from hpatch.lab.client import request, talk
from hpatch.lab.sanitizers import Collected
from hpatch.lab.session import Session
from hpatch.versions import Version

pytestmark = pytest.mark.httpd
PROXY = "modules/proxy"


@pytest.fixture
def tree(tmp_path: Path) -> SourceTree:
    folder = tmp_path / PROXY
    folder.mkdir(parents=True)
    (folder / "config.m4").write_text('proxy_objs="mod_proxy.lo proxy_util.lo"\n')
    for name in ("mod_proxy.c", "proxy_util.c", "mod_proxy_fcgi.c", "mod_proxy_ajp.c"):
        (folder / name).write_text('#include "mod_proxy.h"\n' + ('#include "ajp.h"\n' if "ajp" in name else ""))
    version = ask(str(apxs.find().httpd)).version
    return SourceTree(tmp_path, version)


def test_a_module_and_what_is_no_code(tree: SourceTree) -> None:
    paths = ["CHANGES", "docs/manual/mod/mod_proxy.xml", "changes-entries/x.txt", f"{PROXY}/mod_proxy_fcgi.c"]
    assert touched(tree, paths, apxs.find()) == ("proxy_fcgi",)


def test_a_file_of_another_modules_name(tree: SourceTree) -> None:
    assert touched(tree, [f"{PROXY}/proxy_util.c"], apxs.find()) == ("proxy",)


def test_a_header_concerns_what_includes_it(tree: SourceTree) -> None:
    assert touched(tree, [f"{PROXY}/ajp.h"], apxs.find()) == ("proxy_ajp",)


def test_mod_proxy_of_another_version_is_refused(tree: SourceTree) -> None:
    other = tree._replace(version=Version(2, 4, 1))
    assert touched(other, [f"{PROXY}/mod_proxy_fcgi.c"], apxs.find()) == ("proxy_fcgi",)
    with pytest.raises(UsageError, match=r"mod_proxy is changed, and that of httpd 2\.4\.1 is not for"):
        touched(other, [f"{PROXY}/proxy_util.c"], apxs.find())


def test_a_header_that_the_installed_httpd_has_is_not_the_trees(tree: SourceTree) -> None:
    folder = tree.root / "modules/dav/main"
    folder.mkdir(parents=True)
    (folder / "mod_dav.c").write_text('#include "mod_dav.h"\n')
    with pytest.raises(UsageError, match=r"mod_dav\.h: modules are built with the one of"):
        touched(tree, ["modules/dav/main/mod_dav.h"], apxs.find())
    assert set(touched(tree, [f"{PROXY}/mod_proxy.h"], apxs.find())) == {"proxy", "proxy_ajp", "proxy_fcgi"}


@pytest.mark.parametrize("path", ["server/core.c", "include/httpd.h", f"{PROXY}/nothing.c"])
def test_what_is_in_no_module_is_refused(tree: SourceTree, path: str) -> None:
    with pytest.raises(UsageError, match="belongs to no module"):
        touched(tree, [path], apxs.find())


def test_nothing_to_build(tree: SourceTree) -> None:
    with pytest.raises(UsageError, match="the patches change no module"):
        touched(tree, ["CHANGES"], apxs.find())


@pytest.mark.apxs
@pytest.mark.parametrize(("mpm", "number"), [("worker", "AH00292"), ("prefork", "AH00163"), (None, "AH00489")])
def test_the_mpm_that_is_asked_for_runs(tmp_path: Path, mpm: Mpm | None, number: str) -> None:
    """httpd's own message when it has started tells which MPM it is."""
    folder = tmp_path / "tree" / "modules" / "small"
    folder.mkdir(parents=True)
    (folder / "mod_small.c").write_text(
        '#include "httpd.h"\n#include "http_config.h"\nAP_DECLARE_MODULE(small) = {STANDARD20_MODULE_STUFF};\n'
    )
    candidate = SingleModules(tmp_path / "build", ["small"], apxs.find(), mpm=mpm)
    gateway = candidate.made(tmp_path / "tree", "before")
    assert set(gateway.modules) == {"small", *([f"mpm_{mpm}"] if mpm else [])}
    with Session() as session:
        running = session.gateway(gateway, [])
        running.stop()
        assert number in running.log().numbers


FAULTY = """\
#include "httpd.h"
#include "http_config.h"
static int shifted(int places) { return 1 << places; }
static int freed(request_rec *r)
{
    char *volatile p = __builtin_malloc(4);
    __builtin_free(p);
    return p[1] == 7 ? DONE : DECLINED;
}
static void hooks(apr_pool_t *p)
{
    volatile int places = 31;
    volatile int found = shifted(places);
    (void)found;
    ap_hook_handler(freed, NULL, NULL, APR_HOOK_FIRST);
}
AP_DECLARE_MODULE(small) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks};
"""


@pytest.mark.apxs
def test_what_sanitizers_report_of_a_module_is_kept(tmp_path: Path) -> None:
    """At the start, before httpd has opened its log, and of a request, by a child that cannot read the module."""
    folder = tmp_path / "tree" / "modules" / "small"
    folder.mkdir(parents=True)
    (folder / "mod_small.c").write_text(FAULTY)
    candidate = SingleModules(tmp_path / "build", ["small"], apxs.find(), sanitize=("address", "undefined"))
    collected = Collected(tmp_path / "reports", candidate.sanitize, candidate.environment)
    gateway = collected.watched(candidate.made(tmp_path / "tree", "before"), "before")
    with Session() as session:
        running = session.gateway(gateway, [])
        assert talk(running.port, request("/")).status is None
        assert running.log().segfaults == 1
    # Two processes may write at once: what lost its stack by that has no function.
    assert {one.name for one in collected.of("before") if one.function} == {
        "left shift of N by N places cannot be represented in type 'int' in shifted (mod_small.c)",
        "heap-use-after-free in freed (mod_small.c)",
    }
