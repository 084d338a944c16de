"""Builds as text and as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hpatch.build.trees.source import SourceTree
from hpatch.report.prove.build import BuildReport, Command
from hpatch.versions import Version
from tests.support.report.schema import valid
from tests.support.report.shown import shown

TREE = SourceTree(Path("/src/httpd"), Version(2, 4, 62))
PLANNED = BuildReport(
    tree=TREE,
    prefix=Path("/opt/a"),
    folder=Path("/cache/b"),
    log=Path("/cache/b/build.log"),
    dry_run=True,
    files=7,
    steps=[
        Command("configure", ["./configure", "--prefix=/opt/a", "--x=a b"], Path("/cache/b/source")),
        Command("make", ["make", "-j2"], Path("/cache/b/source"), {"PATH": "/cache/b/bin:/bin"}),
    ],
)
DONE = BuildReport(
    tree=TREE,
    prefix=Path("/opt/a"),
    folder=Path("/cache/b"),
    log=Path("/cache/b/build.log"),
    dry_run=False,
    program=Path("/opt/a/bin/httpd"),
    modules={"proxy_fcgi": Path("/opt/a/modules/mod_proxy_fcgi.so")},
    seconds={"copy": 0.01, "make": 30.123},
)


def test_a_plan_is_what_a_shell_would_take() -> None:
    assert shown(PLANNED).splitlines() == [
        "# httpd 2.4.62, from /src/httpd",
        "# 7 files to copy to /cache/b",
        "cd /cache/b/source",
        "./configure --prefix=/opt/a '--x=a b'",
        "export PATH=/cache/b/bin:/bin",
        "make -j2",
        "# then installed to /opt/a as a whole",
    ]


def test_a_module_is_copied_and_nothing_else_of_the_prefix_changes() -> None:
    planned = replace(PLANNED, steps=[Command("apxs", ["apxs", "-c", "mod_x.c"], Path("/cache/b/modules"))])
    assert shown(planned).splitlines()[-1] == "# then copied to /opt/a/modules"


def test_what_was_built() -> None:
    assert shown(DONE).splitlines() == [
        "httpd 2.4.62: /opt/a/bin/httpd",
        "httpd 2.4.62: /opt/a/modules/mod_proxy_fcgi.so",
        "30.1 seconds: make 30.1",
        "The log is /cache/b/build.log",
    ]


def test_control_characters_are_shown() -> None:
    text = shown(replace(PLANNED, prefix=Path("/opt/\x1b[31m")))
    assert "\x1b" not in text
    assert "\\x1b[31m" in text


def test_json_is_valid_by_its_schema() -> None:
    valid("build-1", shown(PLANNED, "json"))
    assert valid("build-1", shown(DONE, "json"))["seconds"] == {"copy": 0.01, "make": 30.123}
