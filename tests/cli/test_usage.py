"""What typer's parser says, in hpatch's words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hpatch.cli.usage import said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Of this nobody has heard.", "Of this nobody has heard"),
        ("'a is not one of b' is too long.", "'a is not one of b' is too long"),
        ("No such command 'x is not one of y'.", "there is no command 'x is not one of y'"),
        ("'it is' is not one of 'a', 'b'.", "'it is' is none of a, b"),
    ],
)
def test_a_text_that_is_not_known_stays_as_it_is(text: str, expected: str) -> None:
    error = SimpleNamespace(format_message=lambda: text)
    assert said(error, "hpatch lint") == f"{expected} (see 'hpatch lint --help')"
