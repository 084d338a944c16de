"""The list of known survivors."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bench.mutants import listed
from bench.mutants.names import Name

NAME = Name(file="hpatch/a.py", function="A.b", before="if a == 'b':", after="if True:", nth=2)


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "area.toml").write_text(text)
    return tmp_path


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


@pytest.mark.parametrize("other", ["area.toml", "other.toml"])
def test_an_entry_stands_once(tmp_path: Path, other: str) -> None:
    text = listed.entry(NAME).replace('kind = ""\nreason = ""', 'kind = "speed"\nreason = "r"')
    written(tmp_path, text)
    with (tmp_path / other).open("a") as stream:
        stream.write(text)
    with pytest.raises(listed.BadListError, match="two entries"):
        listed.read(tmp_path)


def test_the_list_of_the_project_is_sound(root: Path) -> None:
    for name in listed.read(root / "bench/mutants/survivors"):
        assert name.before in "\n".join(map(str.strip, (root / name.file).read_text().splitlines()))


def test_an_entry_is_in_the_file_of_its_area(root: Path) -> None:
    areas = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["mutants"]
    for path in (root / "bench/mutants/survivors").iterdir():
        of_area = {file for glob in areas[path.stem]["files"] for file in root.glob(glob)}
        for entry in tomllib.loads(path.read_text())["survivor"]:
            assert root / entry["file"] in of_area
