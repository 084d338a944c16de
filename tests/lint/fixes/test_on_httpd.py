"""What requests meet on a real httpd before the fixes and after them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.fixes.passes import fix, linter
from hpatch.lint.registry import by_code
from hpatch.text import Source
from tests.support.gateways.httpd import Running, running

pytestmark = [pytest.mark.httpd, pytest.mark.proof]

CASES = [
    ("MP001", "ProxyPass /a1/ http://A/x", "/a1/1", "a/x1", "a/x/1"),
    ("MP002", "ProxyPass /a2 http://A/", "/a2/1", "a//1", "a/1"),
    ("MP003", "ProxyPass /a3 http://A\nProxyPass /a3/b http://B", "/a3/b/1", "a/b/1", "b/1"),
    ("MP004", "ProxyPass /a4 http://A\nProxyPass /a4/b !", "/a4/b/1", "a/b/1", "404"),
    ("RW003", "RewriteEngine On\nRewriteRule ^a5/(.*)$ http://A/y/$1 [P]", "/a5/1", "404", "a/y/1"),
    ("RW005", "RewriteRule ^/a6/(.*)$ /a2/$1 [L]", "/a6/1", "404", "a/1"),
    ("RW006", "RewriteRule ^/a7/(.*)$ http://A/z?q=$1 [P]", "/a7/x%26y", "a/z?q=x&y", "a/z?q=x%26y"),
    ("RW007", "RewriteRule ^/a8/(.*)$ http://A/n/$1 [P,NE]", "/a8/x%20y", "403", "a/n/x%20y"),
    (
        "RW008",
        'RewriteCond %{THE_REQUEST} "^GET /a9/(\\S+)"\nRewriteRule ^/a9/ http://A/t/%1 [P]',
        "/a9/x%20y",
        "a/t/x%2520y",
        "a/t/x%20y",
    ),
    ("MP050", "Redirect /b1/ http://other.example", "/b1/x", "http://other.examplex", "http://other.example/x"),
]
"""The rule, its configuration, a request, and what it meets before and after. They share one httpd."""


def mended(text: str) -> str:
    rules = tuple(by_code()[code] for code, *_ in CASES)
    root = Root(path="httpd.conf", options=Options(main=True), source=Source("httpd.conf", text))
    run = linter([root], LintTask(rules))
    fixing = fix(run, unsafe=True, bar=lambda _: None, texts=frozenset({"httpd.conf"}))
    assert {one.rule.code for one in fixing.fixed} == {code for code, *_ in CASES}
    return fixing.files[0].after


def met(server: Running) -> list[str]:
    return [server.get(path) for _, _, path, _, _ in CASES]


def test_requests_meet_what_was_meant(httpd: str, tmp_path: Path) -> None:
    text = "\n".join(text for _, text, *_ in CASES) + "\n"
    with running(httpd, tmp_path, text) as server:
        assert met(server) == [before for *_, before, _ in CASES]
    with running(httpd, tmp_path, mended(text)) as server:
        assert met(server) == [after for *_, after in CASES]
