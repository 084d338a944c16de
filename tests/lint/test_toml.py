"""The lines of keys in TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hpatch.errors import UsageError
from hpatch.lint.toml import lines, read

TEXT = "\n".join(
    [
        "# a = 1",
        'a = "x # y"',
        '"b c" = [',
        '  "d = 1",  # [not]',
        "  {e = 2},",
        "]",
        "f = '''",
        "g = 3",
        "[h]",
        "'''",
        '[ t . "u" ]  # x',
        "v = { w = 1, x = [1,",
        " 2] }",
        'y.z = """',
        '"k" = 4',
        '\\""" [[no]] """',
        "[[list]]",
        "m = 1",
        "[[list]]",
        "m = 2",
        "'lit\"eral' = 1",
        '"esc\\u0041ped" = 2',
    ]
)


def test_each_key_has_its_line() -> None:
    tomllib.loads(TEXT)
    assert lines(TEXT) == {
        ("a",): 2,
        ("b c",): 3,
        ("f",): 7,
        ("t",): 11,
        ("t", "u"): 11,
        ("t", "u", "v"): 12,
        ("t", "u", "y"): 14,
        ("t", "u", "y", "z"): 14,
        ("list",): 17,
        ("list", "m"): 18,
        ("list", 'lit"eral'): 21,
        ("list", "escAped"): 22,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\n\xff = 1\n", ":2: not valid TOML: the text is not UTF-8"),
        (b"a = " + b"[" * 50_000, "nested too deeply"),
        (b"a = 1\nb", ":2: not valid TOML"),
        (b"a = 1\n= 2\n", ":2:1: not valid TOML"),
    ],
)
def test_faults_have_their_places(tmp_path: Path, text: bytes, said: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(text)
    with pytest.raises(UsageError) as error:
        read(str(file))
    assert str(error.value).startswith(str(file))
    assert said in str(error.value)
