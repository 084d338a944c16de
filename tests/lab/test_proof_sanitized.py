"""Faults that only a sanitizer sees, in Debian's own source: refused, and by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.build.debian_source import debian_source
from tests.support.lab.verify import a_set, verify

pytestmark = [pytest.mark.proof, pytest.mark.httpd, pytest.mark.apxs]

SHIFT = (
    "__attribute__((constructor)) static void shifted(void) "
    "{ volatile int places = 31, found; found = 1 << places; (void)found; }"
)
FREED = (
    "static int freed(request_rec *r) "
    "{ char *volatile p = __builtin_malloc(4); __builtin_free(p); return p[1] == 7 ? DONE : DECLINED; } "
    "__attribute__((constructor)) static void hooked(void) { ap_hook_handler(freed, NULL, NULL, APR_HOOK_FIRST); }"
)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (SHIFT, "left shift of N by N places cannot be represented in type 'int' in shifted (mod_proxy_fcgi.c)"),
        (FREED, "heap-use-after-free in freed (mod_proxy_fcgi.c)"),
    ],
    ids=["undefined", "address"],
)
def test_a_new_report_is_a_regression(tmp_path: Path, line: str, name: str) -> None:
    tree = debian_source()
    sets = a_set(tmp_path, tree, line, "")
    sanitized = ("--module-only", "--sanitize", "address,undefined", "--transport", "unix")
    answer = verify("--tree", tree, "--catalog", sets, *sanitized, set="other", code=1)
    new = {one["name"]: one for one in answer["reports"] if one["new"]}
    assert new[name]["before"] == 0 < new[name]["after"]
    # Where several threads report at once, one may be cut off before its place.
    assert {one.partition(" in ")[0] for one in new} == {name.partition(" in ")[0]}
    assert not answer["ok"] and not answer["undecided"]
