"""A tree with a small suite that works as httpd's own: it reads config.ini and starts httpd by apachectl."""

from __future__ import annotations

from pathlib import Path

SMALL_MODULE = """\
#include "httpd.h"
#include "http_config.h"
static int small(request_rec *r) { apr_table_set(r->err_headers_out, "X-Small", "1"); return DECLINED; }
static void hooks(apr_pool_t *p) { ap_hook_handler(small, NULL, NULL, APR_HOOK_FIRST); }
AP_DECLARE_MODULE(small) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks};
"""
"""The source of mod_small: it adds `X-Small: 1` to every response."""
CONFTEST = """\
import configparser, os, subprocess, sys, urllib.request
import pytest

HERE = os.path.dirname(__file__)
config = configparser.ConfigParser()
config.read(os.path.join(HERE, "pyhttpd", "config.ini"))
ROOT = os.path.join(config["test"]["gen_dir"], "apache")
LINES = ["Listen 127.0.0.1:%s" % config["test"]["http_port"], "ServerName x", "DocumentRoot " + ROOT + "/htdocs"]


@pytest.fixture(scope="session")
def address():
    for name in ("conf", "logs", "htdocs"):
        os.makedirs(os.path.join(ROOT, name), exist_ok=True)
    with open(os.path.join(ROOT, "htdocs", "page"), "w") as stream:
        stream.write("a page")
    modules = subprocess.check_output([config["global"]["apxs"], "-q", "LIBEXECDIR"], text=True).strip()
    lines = [
        f'LoadModule {name}_module "{modules}/mod_{name}.so"'
        for name in ("mpm_event", "authz_core", "small")
        if os.path.exists(f"{modules}/mod_{name}.so")
    ]
    conf = os.path.join(ROOT, "conf", "httpd.conf")
    with open(conf, "w") as stream:
        stream.write("\\n".join([*lines, *LINES, "ErrorLog logs/error_log", ""]))
    control = [config["global"]["apachectl"], "-d", ROOT, "-f", conf, "-k"]
    done = subprocess.run([*control, "start"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    yield "http://127.0.0.1:%s/" % config["test"]["http_port"]
    if not os.environ.get("LEFT_RUNNING"):
        subprocess.run([*control, "stop"], check=True)


@pytest.fixture
def get(address):
    return lambda path: urllib.request.urlopen(address + path, timeout=30).read()
"""
TESTS = """\
import os, subprocess
import pytest


def test_page(get):
    assert get("page") == b"a page"


def test_header(address):
    import urllib.request
    assert urllib.request.urlopen(address + "page", timeout=30).headers.get("X-Small") is None


def test_fault():
    assert 1 == 2, "it never passes"


@pytest.mark.skip
def test_skipped():
    pass
"""


def make(root: Path, **tests: str) -> Path:
    """Put the suite into a tree; `tests` are further files of tests, by module."""
    files = {"pyhttpd/env.py": "", "conftest.py": CONFTEST, "clients/h2ws.c": "", "modules/one/test_one.py": TESTS}
    for path, text in {**files, **{f"modules/{name}/test_{name}.py": text for name, text in tests.items()}}.items():
        target = root / "test" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root
