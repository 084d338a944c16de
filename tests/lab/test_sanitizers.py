"""What sanitizers say, by real programs; and what is new of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hpatch.build.sanitize import check, flags, preloaded, settings
from hpatch.errors import ToolError
from hpatch.lab.model import GatewaySpec
from hpatch.lab.sanitizers import Collected, SanitizerReport, compared, keep, reports

FAULTS = """\
#include <stdlib.h>
#include <string.h>
static int shifted(int n) { return 1 << n; }
static int used(void) { char *volatile p = malloc(4); free(p); return p[1]; }
static int copied(volatile int n) { char *p = malloc(4); memset(p, 1, n); return p[0]; }
static int twice(void) { char *volatile p = malloc(4); free(p); free(p); return 0; }
int main(int count, char **words) {
    switch (words[1][0]) {
    case 's': return shifted(count + 29) > 0;
    case 'u': return used();
    case 'c': return copied(count + 9);
    case 't': return twice();
    default: return 0;
    }
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    (folder / "faults.c").write_text(FAULTS)
    command = ["cc", "-g", "-O1", "-w", *flags(("address", "undefined")), "-o", "faults", "faults.c"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "faults"


def said(program: Path, word: str) -> tuple[int, str]:
    env = {**os.environ, **settings(("address", "undefined"))}
    done = subprocess.run([program, word], env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.apxs
@pytest.mark.parametrize(
    ("word", "code", "names"),
    [
        ("s", 0, ["left shift of N by N places cannot be represented in type 'int' in shifted (faults.c)"]),
        ("u", -6, ["heap-use-after-free in used (faults.c)"]),
        ("c", -6, ["heap-buffer-overflow in copied (faults.c)"]),
        ("t", -6, ["double-free in twice (faults.c)"]),
        ("n", 0, []),
    ],
)
def test_a_report_is_named_by_kind_and_place(program: Path, word: str, code: int, names: list[str]) -> None:
    found, text = said(program, word)
    assert found == code
    assert list(dict.fromkeys(one.name for one in reports(text))) == names


@pytest.mark.apxs
def test_offsets_are_looked_up_before_the_program_goes(program: Path, tmp_path: Path) -> None:
    """As a child tells them that cannot read its own program."""
    env = {**os.environ, "ASAN_OPTIONS": f"{settings(('address',))['ASAN_OPTIONS']}:symbolize=0"}
    done = subprocess.run([program, "u"], env=env, capture_output=True, text=True, check=False)
    assert [one.name for one in reports(done.stderr)] == ["heap-use-after-free"]
    keep(done.stderr, tmp_path)
    (kept,) = tmp_path.iterdir()
    assert [one.name for one in reports(kept.read_text())] == ["heap-use-after-free in used (faults.c)"]
    keep(done.stderr.replace(str(program), str(tmp_path / "gone")), tmp_path)
    assert sum("faults.c" in path.read_text() for path in tmp_path.iterdir()) == 1


def test_lines_of_another_thread_in_between_cost_only_the_function() -> None:
    text = "x.c:4:5: runtime error: shift exponent 33 is too large\nanother thread's\n    #0 0x5 in f /a/x.c:4\n"
    (one,) = reports(text)
    assert (one.name, one.function) == ("shift exponent N is too large (x.c)", "")


def test_what_only_looks_like_one_is_none() -> None:
    assert list(reports("[core:error] a runtime error: x\nERROR: AddressSanitizer\nx.c: runtime error: y\n")) == []


def report(kind: str, function: str = "f", file: str = "x.c") -> SanitizerReport:
    return SanitizerReport(kind, function, file, f"{kind}\n")


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ([], [], []),
        ([report("a")], [report("a"), report("a")], []),
        ([report("a")], [], []),
        ([], [report("a")], ["a in f (x.c)"]),
        ([report("a")], [report("a"), report("b")], ["b in f (x.c)"]),
        ([report("a")], [report("a", "g")], ["a in g (x.c)"]),
        ([report("a")], [report("a", "f", "y.c")], ["a in f (y.c)"]),
        ([report("a")], [report("a", "")], []),
        ([report("a")], [report("b", "")], ["b (x.c)"]),
    ],
)
def test_new_is_what_was_never_there(
    before: list[SanitizerReport], after: list[SanitizerReport], new: list[str]
) -> None:
    found = compared(before, after)
    assert [one.name for one in found if one.new] == new
    assert sum(one.before for one in found) == len(before)
    assert sum(one.after for one in found) == len(after)


def test_logs_are_kept_by_moment_and_only_with_reports(tmp_path: Path) -> None:
    collected = Collected(tmp_path / "reports", ("address",), {"ASAN_OPTIONS": "x"})
    before = collected.watched(GatewaySpec("httpd"), "before").sanitized
    after = collected.watched(GatewaySpec("httpd"), "after").sanitized
    assert before is not None and after is not None
    assert before.environment == {"ASAN_OPTIONS": "x"}
    keep("nothing\n", before.reports)
    keep("x.c:4:5: runtime error: one\n\udcff\n", before.reports)
    keep("x.c:4:5: runtime error: two\nx.c:5:5: runtime error: two\n", after.reports)
    keep("x.c:4:5: runtime error: three\n", after.reports)
    assert [one.kind for one in collected.of("before")] == ["one"]
    assert [one.kind for one in collected.of("after")] == ["two", "two", "three"]
    collected.remove()
    assert list(tmp_path.iterdir()) == []
    nothing = Collected(tmp_path / "reports", (), {})
    assert nothing.watched(GatewaySpec("httpd"), "before") == GatewaySpec("httpd")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.apxs
def test_a_compiler_without_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(("address", "undefined"))
    assert all(Path(file).is_file() for file in preloaded(("undefined", "address"))["LD_PRELOAD"].split())
    without = tmp_path / "cc"
    without.write_text("#!/bin/sh\necho 'cannot find -lasan' >&2\nexit 1\n")
    without.chmod(0o755)
    monkeypatch.setenv("CC", str(without))
    check(())
    with pytest.raises(ToolError, match="cannot build programs with -fsanitize=address: cannot find -lasan; install"):
        check(("address",))


def test_a_users_own_options_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASAN_OPTIONS", "verbosity=1")
    assert settings(("address",))["ASAN_OPTIONS"].endswith(":verbosity=1")
    assert settings(()) == {}
