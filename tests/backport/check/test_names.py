"""Names that the branch would not have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.backport.check.check import check
from hpatch.backport.history.revisions import Revisions
from tests.support.backport.mirror import CODE, Mirror

pytestmark = pytest.mark.git
GIT = os.environ.get("HPATCH_HTTPD_GIT", "")
Told = list[tuple[str, str, str, str | None, bool]]
HEADER = b"int old_name(void);\n"


def mirror(folder: Path) -> Mirror:
    """Trunk adds a name to a header, and then uses it."""
    one = Mirror(folder / "mirror.git", base={"include/a.h": HEADER, "modules/a.c": CODE, "modules/b.c": b"int b;\n"})
    one.add(1000101, "A name.", {"include/a.h": HEADER + b"int new_name(void);\n"})
    return one


def told(one: Mirror, *words: str) -> Told:
    history = Revisions(one.build())
    return [
        (each.name, each.path, each.header, each.supplier.name if each.supplier else None, each.merged)
        for each in check(history, history.find(words)).lacking
    ]


def use(one: Mirror, line: bytes, number: int = 1000102) -> None:
    one.edit(number, "Use it.", "modules/a.c", b"int line_10(void);\n", line)


def test_a_name_that_the_branch_does_not_have(tmp_path: Path) -> None:
    one = mirror(tmp_path)
    use(one, b"int line_10(void) { return new_name() + old_name() + printf(); }\n")
    assert told(one, "r1000102") == [("new_name", "modules/a.c", "include/a.h", "r1000101", False)]
    assert told(one, "r1000101,r1000102") == []
    assert told(one, "r1000101") == []


def test_a_number_s_news_declares_nothing(tmp_path: Path) -> None:
    one = mirror(tmp_path)
    one.add(1000102, "Count.", {"include/ap_mmn.h": b"/* 20120211.3 (2.4.2-dev)  Add new_name and new_name */\n"})
    use(one, b"int line_10(void) { return new_name(); }\n", 1000103)
    assert told(one, "r1000103") == [("new_name", "modules/a.c", "include/a.h", "r1000101", False)]


@pytest.mark.parametrize(
    "line",
    [
        b'char *line_10 = "new_name";\n',
        b"/* new_name is not here */\n",
        b" * as new_name does\n",
        b"int line_10; // new_name\n",
        b"int my_new_name_too;\n",
        b"int old_name(void);\n",
        b"#ifdef new_name\n",
        b"#ifdef A\nint line_10 = new_name;\n#endif\n",
        b"#if AP_MODULE_MAGIC_AT_LEAST(20130702,2)\nint line_10 = new_name;\n#else\nint line_10;\n#endif\n",
    ],
)
def test_what_uses_no_name(tmp_path: Path, line: bytes) -> None:
    one = mirror(tmp_path)
    use(one, line)
    assert told(one, "r1000102") == []


def test_what_the_branch_has_elsewhere(tmp_path: Path) -> None:
    one = mirror(tmp_path)
    use(one, b"int line_10(void) { return new_name(); }\n")
    one.add(1000150, "Its own.", {"modules/b.c": b"int new_name(void);\n"}, "2.4.x")
    assert told(one, "r1000102") == []


@pytest.mark.parametrize(
    "line",
    [
        b"#if A\nint line_10 = new_name;\n#else\nint line_10;\n#endif\n",
        b"#ifdef A\n#else\n#ifndef B\n#elif C\n# else\nint line_10 = new_name;\n# endif\n#endif\n",
        b"#endif\nint line_10 = new_name;\n",
    ],
)
def test_what_is_compiled_one_way_or_another(tmp_path: Path, line: bytes) -> None:
    one = mirror(tmp_path)
    use(one, line)
    assert [name for name, *_ in told(one, "r1000102")] == ["new_name"]


def test_what_trunk_only_speaks_of(tmp_path: Path) -> None:
    one = Mirror(tmp_path / "mirror.git", base={"include/a.h": HEADER, "modules/a.c": CODE})
    one.add(1000101, "A word.", {"include/a.h": HEADER + b"/**\n * It returns APR_SUCCESS.\n */\n"})
    use(one, b"int line_10(void) { return APR_SUCCESS; }\n")
    assert told(one, "r1000102") == []


def test_what_a_later_one_takes_away_again(tmp_path: Path) -> None:
    one = mirror(tmp_path)
    use(one, b"int line_10(void) { return new_name(); }\n")
    one.edit(1000103, "Do not.", "modules/a.c", b"new_name()", b"old_name()")
    assert told(one, "r1000102,r1000103") == []
    assert told(one, "r1000102") != []


def test_a_file_that_does_not_go_in_uses_nothing(tmp_path: Path) -> None:
    one = mirror(tmp_path)
    one.add(1000103, "A module.", {"modules/new.c": b"int x;\n"})
    one.add(1000104, "Use it there.", {"modules/new.c": b"int x;\nint y(void) { return new_name(); }\n"})
    assert told(one, "r1000104") == []


def test_a_name_that_was_merged_and_is_gone(tmp_path: Path) -> None:
    one = mirror(tmp_path)
    use(one, b"int line_10(void) { return new_name(); }\n")
    one.add(1000150, "Merge r1000101 from trunk.", {"include/a.h": HEADER + b"int other_name(void);\n"}, "2.4.x")
    assert told(one, "r1000102") == [("new_name", "modules/a.c", "include/a.h", "r1000101", True)]


@pytest.mark.parametrize(
    ("header", "code", "seen"),
    [
        ("modules/own.h", b"", True),
        ("srclib/include/x.h", b"", True),
        ("test/x.h", b"", False),
        ("test/x.h", b'#include "x.h"\n', True),
        ("test/x.h", b" # include <test/x.h>\n", True),
        ("test/x.h", b'#include "xx.h"\n', False),
    ],
)
def test_a_header_that_the_code_may_include(tmp_path: Path, header: str, code: bytes, seen: bool) -> None:
    one = Mirror(tmp_path / "mirror.git", base={header: HEADER, "modules/a.c": code + CODE})
    one.add(1000101, "A name.", {header: HEADER + b"int new_name(void);\n"})
    use(one, b"int line_10(void) { return new_name(); }\n")
    assert bool(told(one, "r1000102")) == seen


@pytest.mark.httpd_git
@pytest.mark.parametrize(
    ("merge", "revisions", "names"),
    [
        # Put right by "ap_casecmpstr strikes again..." and by "fix bld, still SSL_LIBRARY_NAME in this branch."
        ("r1747056", ["r1744206"], [("ap_casecmpstrn", "r1715736")]),
        ("r1679199", ["r1674542,r1675410,r1676842"], [("MODSSL_LIBRARY_NAME", "r1674538")]),
        # Merged with the name that the branch had.
        ("r1528962", ["r1526220"], [("AP_MPM_PODX_GRACEFUL", "r1409214")]),
        # The first needs a name; the last of them compile that on a condition only.
        ("r1588064", ["r1515403"], [("AP_LOG_DATA_SHOW_OFFSET", "r1512819")]),
        (
            "r1588064",
            ["1515403,1515411,1515420,1517175,1521909,1526647,1541181,1578762,1585054,1585072,1588054"],
            [],
        ),
    ],
)
def test_real_merges(
    tmp_path_factory: pytest.TempPathFactory, merge: str, revisions: list[str], names: list[tuple[str, str]]
) -> None:
    cache = tmp_path_factory.getbasetemp() / "names"
    cache.mkdir(exist_ok=True)
    (done,) = Revisions(GIT, cache=cache).find([merge], side=None)
    history = Revisions(GIT, f"{done.commit}^", cache=cache)
    answer = check(history, history.find(revisions))
    assert [(one.name, one.supplier and one.supplier.name) for one in answer.lacking] == names
