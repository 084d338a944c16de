"""The names that expressions may use, against httpd's sources and httpd itself."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from hpatch.facts import expressions
from hpatch.facts.expressions import ExpressionName
from hpatch.versions import Version
from tests.oracle.directives import Judge
from tests.support.conf.strategies import ENVIRONMENT

EXAMPLES = {
    "variable": "%{{{}}} = 'a'",
    "function": "{}('a') = 'a'",
    "list": "'a' in {}('a')",
    "unary": "-{} '10.1'",
    "binary": "'a' -{} '10.1'",
}


def example(one: ExpressionName) -> str:
    return EXAMPLES[one.kind].format(one.name.replace("*", "ANY"))


def names_in(tag: str) -> set[str]:
    """The names in the sources of a tag; none if there is no such tag."""
    core = _source(tag, "server/util_expr_eval.c")
    tables = re.findall(r"_var_names\[\] = \{(.*?)\};", core, re.S)
    found = set(re.findall(r'^ +\{ *\w+, +"(\w+)",', core, re.M))
    found.update(name for table in tables for name in re.findall(r'"(\w+)"', table))
    for module in ("modules/ssl/ssl_engine_vars.c", "modules/proxy/mod_proxy_hcheck.c"):
        lookup = re.search(r"^static int \w+_expr_lookup\(.*?^\}", _source(tag, module), re.M | re.S)
        if lookup is not None:
            found.update(re.findall(r'"(\w+)", \d\)', lookup[0].replace('")', '", 0)')))
    return found - {"parms"}


def _source(tag: str, path: str) -> str:
    command = ["git", "-C", os.environ["HPATCH_HTTPD_GIT"], "show", f"{tag}:{path}"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def plain(one: ExpressionName) -> str:
    return one.name.removesuffix("*")


@pytest.mark.parametrize(
    ("kind", "name", "spelt"),
    [
        ("variable", "http_host", "HTTP_HOST"),
        ("variable", "SSL_CLIENT_S_DN", "SSL_*"),
        ("variable", "hc_body", "HC_*"),
        ("function", "ToLower", "tolower"),
        ("unary", "R", "R"),
        ("binary", "IPMATCH", "ipmatch"),
        ("list", "PeerExtList", "PeerExtList"),
    ],
)
def test_find(kind: expressions.NameKind, name: str, spelt: str) -> None:
    found = expressions.find(kind, name)
    assert found is not None
    assert (found.kind, found.name) == (kind, spelt)


@pytest.mark.parametrize(
    ("kind", "name"), [("unary", "r"), ("variable", "SSL"), ("function", "SSL_A"), ("variable", "X_A"), ("list", "req")]
)
def test_other_names(kind: expressions.NameKind, name: str) -> None:
    assert expressions.find(kind, name) is None


@pytest.mark.httpd
@pytest.mark.apxs
def test_httpd_has_every_name(tmp_path: Path) -> None:
    with Judge(tmp_path, ENVIRONMENT) as judge:
        for one in expressions.everything():
            text = example(one)
            assert judge.verdict(f"<Location />\nSSLRequire {text}\n</Location>\n") is None, text
            unknown = judge.verdict(f"<Location />\nSSLRequire {text.replace(one.name, 'x' + one.name)}\n</Location>\n")
            assert (unknown is not None) or "*" in one.name, text


@pytest.mark.httpd_git
@pytest.mark.parametrize("tag", ["2.4.1", "2.4.7", "2.4.18", "2.4.62"])
def test_a_release_has_these_names(tag: str) -> None:
    version = Version.parse(tag)
    ours = {plain(one) for one in expressions.everything() if one.since is None or one.since <= version}
    assert ours == names_in(tag)


@pytest.mark.httpd_git
@pytest.mark.parametrize("one", [one for one in expressions.everything() if one.since], ids=lambda one: one.name)
def test_the_first_release_of_a_name(one: ExpressionName) -> None:
    assert one.since is not None
    earlier = (names_in(f"2.4.{patch}") for patch in range(one.since.patch - 1, 0, -1))
    before = next(filter(None, earlier))
    assert plain(one) in names_in(str(one.since)) - before


@pytest.mark.httpd_git
def test_restricted_names() -> None:
    marked = set(re.findall(r'"(\w+)", +\w+, +1 *\}', _source("2.4.62", "server/util_expr_eval.c")))
    assert {one.name for one in expressions.everything() if one.restricted} == marked
