"""A set's file: whatever a log message has, what was written is read."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hpatch.backport.catalogue.write import text
from hpatch.patch.sets.load import load, read
from hpatch.patch.sets.model import Mark

HOSTILE = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40) | st.sampled_from(
    [
        'a """ b',
        'end"',
        '""""',
        "back\\slash\\",
        "\\u0041",
        "bell\x07",
        "a\nb\\\nc",
        "tab\tend",
        "\x1b[31m",
        "# no comment",
    ]
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_what_is_written_is_read(title: str, cures: str, mark: str) -> None:
    one = load().get("fcgi-memset")
    marks = (Mark("modules/a.c", (mark,), (), one.revisions[0].number),)
    found = tomllib.loads(text(one._replace(title=title, cures=cures, recognise=marks)))
    assert found["title"] == title
    assert found["cures"].split() == cures.split()
    assert found["recognise"] == [{"file": "modules/a.c", "present": [mark], "revision": one.revisions[0].number}]


def test_a_set_of_hpatchs_is_written_as_it_was(tmp_path: Path) -> None:
    known = load()
    one = known.get("scgi-unix")
    file = tmp_path / one.id / "set.toml"
    file.parent.mkdir()
    file.write_text(text(one), encoding="utf-8")
    found = read(file, {each.id: each for each in known.projects})
    assert found == one._replace(folder=file.parent, scenario=None)
