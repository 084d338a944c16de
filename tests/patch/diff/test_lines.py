"""A file as its lines, edits of them, and runs of lines in it."""

from hypothesis import example, given
from hypothesis import strategies as st

from hpatch.patch.diff.lines import CANDIDATES, LineEdit, Text, edited, sound, split

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"ab\n", b"\n"]), max_size=20)
RUN = st.lists(st.sampled_from([b"a\n", b"b\n", b"ab\n", b"\n", b"a"]), min_size=1, max_size=4)


@given(st.binary())
def test_lines_are_the_whole_content(content: bytes) -> None:
    lines = split(content)
    assert b"".join(lines) == content
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines[:-1])


def test_edits_at_one_place_go_in_the_order_given() -> None:
    edits = [LineEdit(2, 2, (b"d\n",)), LineEdit(1, 1, (b"x\n",)), LineEdit(1, 2, (b"y\n",))]
    assert edited([b"a\n", b"b\n", b"c\n"], edits) == [b"a\n", b"x\n", b"y\n", b"d\n", b"c\n"]


def test_only_the_last_line_may_be_without_its_end() -> None:
    lines = [b"a\n", b"b"]
    assert sound(lines, [LineEdit(0, 1, (b"x\n",))])
    assert not sound(lines, [LineEdit(2, 2, (b"x\n",))])
    assert not sound(lines, [LineEdit(0, 1, (b"x",))])
    assert sound(lines, [LineEdit(1, 2, (b"x\n", b"y"))])


@given(LINES, st.booleans(), RUN)
@example([b"ab\n"], False, [b"a", b"b\n"])
def test_a_run_is_found_wherever_it_is(lines: list[bytes], open_end: bool, run: list[bytes]) -> None:
    if open_end:
        lines = [*lines, b"a"]
    places = [at for at in range(len(lines)) if lines[at : at + len(run)] == run]
    text = Text(lines)
    assert text.find(run) == places
    # After many searches it looks them up.
    assert [text.find(run) for _ in range(70)][-1] == places


LONG_RUN = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"a"]), min_size=1, max_size=20)


@given(st.lists(st.sampled_from([b"a\n", b"b\n", b"\n"]), min_size=20, max_size=40), st.lists(LONG_RUN, max_size=4))
@example([b"a\n"] * 20, [[b"a\n"] * 17])
def test_a_run_of_lines_that_are_all_common_is_found_wherever_it_is(
    lines: list[bytes], runs: list[list[bytes]]
) -> None:
    lines *= 20
    text = Text(lines)
    for _ in range(65):
        text.find([b"none\n"])
    for run in [*runs, *runs, lines[7:30], lines[-18:]]:
        places = [at for at in range(len(lines)) if lines[at : at + len(run)] == run]
        assert text.find(run) == places[:CANDIDATES]
