"""The list of known survivors."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.mutants import listed
from bench.mutants.names import Name

NAME = Name(file="hpatch/a.py", function="A.b", before="if a == 'b':", after="if True:", nth=2)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "survivors.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("before", ["if a == 'b':", 'if a == "b":', "if (\na\n):"])
def test_an_entry_is_read_again(tmp_path: Path, before: str) -> None:
    name = Name(file="hpatch/a.py", function="A.b", before=before, after="if True:", nth=2)
    text = listed.entry(name).replace('kind = ""\nreason = ""', 'kind = "speed"\nreason = "r"')
    assert listed.read(written(tmp_path, text)) == {name: listed.Listed(name=name, kind="speed", reason="r")}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = ""', 'kind = "hard"', "needs a kind"),
        ('reason = ""', 'reason = " "', "needs a kind .* and a reason"),
        ('kind = ""\n', "", "has no 'kind'"),
    ],
)
def test_an_entry_needs_a_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = listed.entry(NAME).replace(old, new).replace('kind = ""', 'kind = "speed"')
    with pytest.raises(listed.BadListError, match=said):
        listed.read(written(tmp_path, text))


def test_an_entry_stands_once(tmp_path: Path) -> None:
    text = listed.entry(NAME).replace('kind = ""\nreason = ""', 'kind = "speed"\nreason = "r"')
    with pytest.raises(listed.BadListError, match="two entries"):
        listed.read(written(tmp_path, text + text))


def test_the_list_of_the_project_is_sound(root: Path) -> None:
    for name in listed.read(root / "bench/mutants/survivors.toml"):
        assert name.before in "\n".join(map(str.strip, (root / name.file).read_text().splitlines()))
