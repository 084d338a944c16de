"""What httpd's test framework says, and a small suite in its form on the installed httpd."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.build.httpd import apxs
from hpatch.errors import InputError, ToolError
from hpatch.lab.candidates.httpd import SingleModules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.suite import perl
from hpatch.lab.suite.compare import SuiteProof
from hpatch.lab.suite.model import SuiteChoice, SuiteResult
from tests.support.lab.leftovers import Leftovers, nothing_left
from tests.support.lab.perl_suite import make
from tests.support.lab.suite import SMALL_MODULE

SAID = """\
waiting 60 seconds for server to start: ok (waited 0 secs)
t/modules/one.t ...........
1..4
# testing : a page
ok 1
# testing : what never passes
# expected: 'a'
not ok 2
ok 3 # skip not here
not ok 4 # TODO some day
Failed 1/4 subtests
t/modules/two.t ........... skipped: cannot find module 'FCGI'
t/http11/three.t .. ok
ok 1
Dubious, test returned 255 (wstat 65280, 0xff00)

Test Summary Report
-------------------
t/modules/one.t (Wstat: 0 Tests: 4 Failed: 1)
ok 9
Result: FAIL
"""


def test_what_the_framework_says() -> None:
    assert dict(perl.read(SAID)) == {
        "t/modules/one.t 1": SuiteResult("passed"),
        "t/modules/one.t 2": SuiteResult("failed", "what never passes"),
        "t/modules/one.t 3": SuiteResult("skipped", "not here"),
        "t/modules/one.t 4": SuiteResult("skipped", "some day"),
        "t/modules/two.t": SuiteResult("skipped", "cannot find module 'FCGI'"),
        "t/http11/three.t 1": SuiteResult("passed"),
        "t/http11/three.t": SuiteResult("failed", "Dubious, test returned 255 (wstat 65280, 0xff00)"),
    }


def test_no_words_are_no_tests() -> None:
    assert dict(perl.read("ok 1\nnot ok 2\n")) == {}, "they belong to no file"


def test_folders_without_and_paths_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no copy of httpd's test framework"):
        perl.check(tmp_path, ["t/modules"])
    make(tmp_path)
    for path in ("t/modules/two.t", "../t", str(tmp_path), "-v"):
        with pytest.raises(InputError, match=f"there are no tests '{path}'"):
            perl.check(tmp_path, [path])


@pytest.mark.parametrize("name", ["Apache::Test", "LWP::UserAgent"])
def test_what_perl_lacks_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "perl"
    program.write_text(f'#!/bin/sh\n[ "$1" != "-M{name}" ]\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ToolError, match=f"^--suite perl needs Perl's {name}; on Debian: apt-get install lib"):
        perl.check(make(tmp_path / "suite"), ["t/modules"])


@pytest.fixture
def here() -> Iterator[Leftovers]:
    with nothing_left() as leftovers:
        yield leftovers


@pytest.mark.proof
@pytest.mark.httpd
@pytest.mark.apxs
@pytest.mark.perl
class TestOnAnHttpd:
    """Each run starts the framework, which takes some seconds."""

    def test_a_change_is_found(self, tmp_path: Path, here: Leftovers) -> None:
        tree = tmp_path / "tree"
        (tree / "modules" / "small").mkdir(parents=True)
        (tree / "modules" / "small" / "mod_small.c").write_text(SMALL_MODULE)
        candidate = SingleModules(tmp_path / "build", ["small"], apxs.find())
        choice = SuiteChoice("perl", ("t/modules",), make(tmp_path / "suite"))
        proof = SuiteProof(candidate.suite(tree, choice))
        proof.begin(GatewaySpec("httpd"), lambda text: None)
        found = proof.end(GatewaySpec("httpd"), candidate.made(tree, "after"), lambda text: None)
        assert found is not None
        assert found.worse == ("t/modules/one.t 2",)
        assert [(one.test, one.reason) for one in found.changes] == [("t/modules/one.t 2", "a header")]
        assert found.before == {"passed": 2, "failed": 1, "skipped": 1}

    @pytest.mark.parametrize(
        ("test", "said"),
        [
            ("kill 'KILL', getppid;\nsleep 60;\n", r"^httpd's test framework ended with -?\d+ and ran no test: "),
            ("sleep 60;\n", r"^httpd's test framework did not end within 15 seconds and ran no test: "),
        ],
        ids=["breaks off", "does not end"],
    )
    def test_a_suite_that_does_not_reach_its_end_is_no_answer(
        self, test: str, said: str, tmp_path: Path, here: Leftovers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if "getppid" not in test:
            monkeypatch.setattr(perl, "_PATIENCE", 15.0)
        folder = make(tmp_path / "suite", end=f"use Apache::Test;\nplan tests => 1;\n{test}")
        with pytest.raises(ToolError, match=said):
            perl.run(folder, apxs.find().program, ["t/modules/end.t"], None, GatewaySpec("httpd"))

    def test_an_httpd_that_does_not_start_is_no_answer(self, tmp_path: Path, here: Leftovers) -> None:
        folder = make(tmp_path / "suite")
        (folder / "t/conf/extra.conf.in").write_text("NoDirectiveOfThisName on\n")
        with pytest.raises(ToolError, match=r"^httpd's test framework ended with \d+ and ran no test: "):
            perl.run(folder, apxs.find().program, ["t/modules"], None, GatewaySpec("httpd"))
