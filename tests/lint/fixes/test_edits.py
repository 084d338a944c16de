"""Edits on a text: what is left alone, and where lines were."""

from __future__ import annotations

import random

from hpatch.lint.fixes.edits import LineOrigins, TextChange, applied, changes
from hpatch.lint.found import Edit
from hpatch.text import Source


def test_all_else_stays_to_the_byte() -> None:
    data = b"\xef\xbb\xbfA \xff\xfe \\\r\n  x=1\r\nB\tb=2 \r\n\x0cC"
    source = Source("a.conf", data.decode("utf-8", "surrogateescape"))
    start = source.text.index("x=1")
    edits = [Edit(source.place(start, start + 3), "y=22")]
    after = applied(source.text, changes(source, edits)).encode("utf-8", "surrogateescape")
    assert after == data.replace(b"x=1", b"y=22")


def test_edits_are_made_in_the_order_of_their_places() -> None:
    source = Source("a.conf", "one two three\n")
    edits = [Edit(source.place(8, 13), "3"), Edit(source.place(0, 0), "0 "), Edit(source.place(3, 7), "")]
    assert applied(source.text, changes(source, edits)) == "0 one 3\n"


def test_changes_that_meet() -> None:
    assert TextChange(0, 4, "").meets(TextChange(3, 5, ""))
    assert not TextChange(0, 4, "").meets(TextChange(4, 5, ""))
    # Nobody knows which of two insertions comes first.
    assert TextChange(4, 4, "a").meets(TextChange(4, 4, "b"))
    assert TextChange(4, 4, "a").meets(TextChange(4, 6, ""))
    assert not TextChange(3, 3, "a").meets(TextChange(4, 6, ""))


def test_lines_are_found_again() -> None:
    """Against a way that is slow and sure: each line has its number in it."""
    chance = random.Random(7)
    for _ in range(200):
        lines = [f"{number}:{'x' * chance.randrange(4)}\n" for number in range(1, 12)]
        before = Source("a.conf", "".join(lines))
        made = []
        for number in sorted(chance.sample(range(1, 12), 3)):
            start = before.offset(number)
            end = start + len(lines[number - 1])
            made.append(
                chance.choice(
                    (
                        TextChange(start, start, "new\nnewer\n"),
                        TextChange(start, end, ""),
                        TextChange(end - 1, end - 1, "y"),
                    )
                )
            )
        after = Source("a.conf", applied(before.text, sorted(made)))
        origins = LineOrigins(before, after, sorted(made))
        for number, line in enumerate(after.text.split("\n"), 1):
            if ":" in line:
                assert origins.line(number, 1) == int(line.partition(":")[0])
