"""unidiff's second opinion on hunks: it must count what the reader counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hpatch.patch.diff.model import DiffError, Hunk
from hpatch.patch.diff.reading.crosscheck import check
from hpatch.patch.diff.reading.hunks import hunks
from hpatch.patch.diff.reading.scan import Scan

TEXT = (
    b"@@ -1,3 +1,4 @@ int f(void)\n one\n-two\n+deux\n+caf\xc3\xa9 \x85\x0c\r\n three\n"
    b"@@ -9 +10 @@\n-nine\n\\ Pas de fin de ligne\n+neuf\n\\ Kein Zeilenumbruch am Dateiende\n"
)
Found = tuple[Hunk, ...]


def found(data: bytes) -> tuple[Scan, Found]:
    scan = Scan(b"--- f\n+++ f\n" + data, "x")
    scan.at = 2
    return scan, hunks(scan)


@pytest.mark.parametrize("data", [TEXT, TEXT.replace(b" one\n", b"\n").replace(b" three\n", b"\n")])
def test_they_agree(data: bytes) -> None:
    scan, both = found(data)
    check(scan, 2, both)
    assert len(both) == 2
    assert scan.at == len(scan.lines)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda first, second: (first,),
        lambda first, second: (first, second, second),
        lambda first, second: (first._replace(old_start=2), second),
        lambda first, second: (first, second._replace(new_start=9)),
        lambda first, second: (first._replace(lines=first.lines[:-1]), second),
        lambda first, second: (first._replace(lines=((" ", b"two\n"), *first.lines[1:3], ("-", b"x\n"))), second),
    ],
)
def test_another_count_is_refused(wrong: Callable[[Hunk, Hunk], Found]) -> None:
    scan, (first, second) = found(TEXT)
    with pytest.raises(DiffError, match=r"^x:3: unidiff counts other lines in the hunks that begin here$"):
        check(scan, 2, wrong(first, second))


def test_lines_that_unidiff_cannot_read() -> None:
    scan, both = found(TEXT)
    scan.at = 6
    with pytest.raises(DiffError, match=r"^x:3: unidiff cannot read the hunks that begin here: "):
        check(scan, 2, both)
