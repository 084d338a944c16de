"""Which entry is meant."""

from __future__ import annotations

import pytest

from hpatch.backport.status.choose import choose, number
from hpatch.errors import UsageError
from tests.support.backport.status_text import TEXT, entry, read


@pytest.mark.parametrize("which", ["1", "r1900001", "1900002", "READY to  go", "4711", "mod_a"])
def test_the_first(which: str) -> None:
    status = read()
    assert choose(status, which) == entry("mod_a", status)
    assert number(status, entry("mod_a", status)) == 1


def test_long_titles_are_cut_where_several_are_told() -> None:
    long = read(TEXT.replace("mod_c: The newest form.", f"mod_c: The newest form {'of all ' * 9}"))
    with pytest.raises(UsageError) as caught:
        choose(long, "form")
    assert str(caught.value).endswith("3 (line 41) mod_c: The newest form of all of all of…")


@pytest.mark.parametrize(("which", "title"), [("2", "mod_b"), ("4", "Something"), ("something", "Something")])
def test_any_other(which: str, title: str) -> None:
    assert choose(read(), which).title.startswith(title)


def test_a_title_of_40_columns_is_told_whole() -> None:
    whole = f"mod_c: The newest form {'x' * 17}"
    said = []
    for title in (whole, f"{whole}y"):
        with pytest.raises(UsageError) as caught:
            choose(read(TEXT.replace("mod_c: The newest form.", title)), "form")
        said.append(str(caught.value).partition("(line 41) ")[2])
    assert said == [whole, f"{whole[:39]}…"]


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("0", "has no entry 0 of 4"),
        ("5", "has no entry 5 of 4"),
        ("r1", "no entry has 'r1'"),
        ("", "no entry has ''"),
        ("form", r"'form' is in 2 entries; give the number of one: 2 \(line 30\) mod_b: .*; 3 \(line 41\) mod_c"),
    ],
)
def test_none_or_several(which: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choose(read(), which)
