"""Builds as text and as JSON."""

from __future__ import annotations

from pathlib import Path

from hpatch.build.trees.source import SourceTree
from hpatch.report.prove.build import Build, Command, render
from hpatch.versions import Version
from tests.support.report.schema import valid

TREE = SourceTree(Path("/src/httpd"), Version(2, 4, 62))
PLANNED = Build(
    TREE,
    Path("/opt/a"),
    Path("/cache/b"),
    Path("/cache/b/build.log"),
    True,
    files=7,
    steps=[
        Command("configure", ["./configure", "--prefix=/opt/a", "--x=a b"], Path("/cache/b/source")),
        Command("make", ["make", "-j2"], Path("/cache/b/source"), {"PATH": "/cache/b/bin:/bin"}),
    ],
)
DONE = Build(
    TREE,
    Path("/opt/a"),
    Path("/cache/b"),
    Path("/cache/b/build.log"),
    False,
    Path("/opt/a/bin/httpd"),
    {"proxy_fcgi": Path("/opt/a/modules/mod_proxy_fcgi.so")},
    {"copy": 0.01, "make": 30.123},
)


def test_a_plan_is_what_a_shell_would_take() -> None:
    assert render(PLANNED, "text").splitlines() == [
        "# httpd 2.4.62, from /src/httpd",
        "# 7 files to copy to /cache/b",
        "cd /cache/b/source",
        "./configure --prefix=/opt/a '--x=a b'",
        "export PATH=/cache/b/bin:/bin",
        "make -j2",
        "# to be installed to /opt/a as a whole",
    ]


def test_a_module_is_copied_and_nothing_else_of_the_prefix_changes() -> None:
    planned = PLANNED._replace(steps=[Command("apxs", ["apxs", "-c", "mod_x.c"], Path("/cache/b/modules"))])
    assert render(planned, "text").splitlines()[-1] == "# to be copied to /opt/a/modules"


def test_what_was_built() -> None:
    assert render(DONE, "text").splitlines() == [
        "httpd 2.4.62: /opt/a/bin/httpd",
        "httpd 2.4.62: /opt/a/modules/mod_proxy_fcgi.so",
        "30.1 seconds: make 30.1",
        "The log is /cache/b/build.log",
    ]


def test_control_characters_are_shown() -> None:
    text = render(PLANNED._replace(prefix=Path("/opt/\x1b[31m")), "text")
    assert "\x1b" not in text
    assert "\\x1b[31m" in text


def test_json_is_valid_by_its_schema() -> None:
    valid("build-1", render(PLANNED, "json"))
    assert valid("build-1", render(DONE, "json"))["seconds"] == {"copy": 0.01, "make": 30.123}
