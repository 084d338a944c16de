"""How much of a diff is read at most."""

from __future__ import annotations

import pytest

from hpatch.patch.diff.model import DiffError
from hpatch.patch.diff.read import read
from hpatch.patch.place.options import PlaceOptions
from hpatch.patch.place.place import place
from tests.support.cost import seconds

START = b"--- a/f\n+++ b/f\n"
MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("text", "line", "bytes_"),
    [
        (START + b"@@ -0,0 +1 @@\n+" + b"x" * MIB + b"\n", 4, "1,048,578"),
        (START + b"@@ -0,0 +1 @@ " + b"x" * MIB + b"\n+x\n", 3, "1,048,591"),
        (b"x" * 20 * MIB + b"\n" + START + b"@@ -0,0 +1 @@\n+x\n", 1, "20,971,521"),
    ],
    ids=["a line", "a heading", "a message"],
)
def test_a_line_has_a_mebibyte_at_most(text: bytes, line: int, bytes_: str) -> None:
    with pytest.raises(DiffError) as error:
        read(text, "x")
    assert (error.value.line, error.value.reason) == (line, f"this line has {bytes_} bytes; 1,048,576 are the most")


def test_a_line_of_a_mebibyte_is_read() -> None:
    text = START + b"@@ -0,0 +1 @@\n+" + b"x" * (MIB - 2) + b"\n"
    assert len(read(text, "x").files[0].hunks[0].new[0]) == MIB - 1


def test_a_diff_has_two_million_lines_at_most() -> None:
    text = START + b"@@ -1,2000000 +1,2000000 @@\n" + b"\n" * 2_000_000
    with pytest.raises(DiffError) as error:
        read(text, "x")
    assert str(error.value) == "x:2000001: the diff has 2,000,003 lines; 2,000,000 are the most"


def test_many_short_lines_that_do_not_fit_cost_in_proportion() -> None:
    lines = [b"%d\n" % (number % 97) for number in range(100_000)]
    text = START + b"@@ -1,100000 +1,100001 @@\n" + b"".join(b" " + line for line in lines) + b"+x\n"
    tree = b"".join(lines[1::2] + lines[::2])
    with seconds(10):
        placed = place(tree, read(text, "x").files[0], PlaceOptions(fuzz=2, ignore_whitespace=True))
    assert not placed.ok
