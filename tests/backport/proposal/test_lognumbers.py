"""Changes that only number log messages."""

from __future__ import annotations

import pytest

from hpatch.backport.history.changes import Binary, Change
from hpatch.backport.proposal.lognumbers import numbered
from hpatch.patch.diff.write import compare
from tests.support.backport.revision import revision

BEFORE = '    log(r,\n        "it, is so");\n    log(r, APLOGNO(00001) "a");\n'


def change(*files: tuple[str, str | None, str | None]) -> Change:
    texts = [(path, *(None if text is None else text.encode() for text in both)) for path, *both in files]
    return Change(revision("number them"), tuple(compare(path, old, new) for path, old, new in texts), ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("log(r,\n        ", "log(r, APLOGNO(10002)\n            "),
        ("log(r,\n", "log(r, APLOGNO() "),
        ("APLOGNO(00001)", "APLOGNO(00003)"),
        ("APLOGNO(00001) ", ""),
    ],
)
def test_only_numbers(old: str, new: str) -> None:
    assert old in BEFORE
    assert numbered([change(("a.c", BEFORE, BEFORE.replace(old, new)))]) == {"a.c"}


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace("log(r,\n", "log(s, APLOGNO(10002)\n"),
        BEFORE.replace("log(r,\n", "log(r, APLOGNO(10002)\n").replace("it, is", "it,is"),
        BEFORE.replace("00001", "x"),
        BEFORE.replace("    log", "  log"),
        BEFORE + "log(r, APLOGNO(10002));\n",
        None,
    ],
)
def test_more_than_numbers(after: str | None) -> None:
    assert numbered([change(("a.c", BEFORE, after))]) == frozenset()


def test_each_file_and_all_changes_of_it() -> None:
    more = BEFORE.replace("00001", "00002")
    first = change(("a.c", BEFORE, more), ("b.c", BEFORE, more), ("c.png", BEFORE, more))
    second = change(("b.c", more, more.replace("log", "warn")))
    assert numbered([first, second]) == {"a.c", "c.png"}
    assert numbered([first, second._replace(binaries=(Binary("c.png", "1", "2"),))]) == {"a.c"}
    assert numbered([]) == frozenset()
