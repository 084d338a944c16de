"""Counting arguments."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.walk.arguments import refused
from hpatch.versions import Version


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ('ServerName ""', 12, "ServerName takes 1 argument, not an empty one: httpd refuses to start"),
        ('ErrorDocument 404 ""', 19, "takes 2 arguments, not an empty one"),
        ('Action "" /x', 8, "takes 2 to 3 arguments, not an empty one"),
        ('LogLevel "" warn', 10, "needs at least 1 argument, not an empty one"),
        ('RewriteEngine ""', 15, "takes On or Off as its argument, not an empty one"),
        ('ServerName a ""', 14, "takes 1 argument, not 2"),
    ],
)
def test_an_empty_word_is_none(text: str, column: int, says: str) -> None:
    (one,) = refused(load_text(text))
    assert says in one.message
    assert one.place.column == column


@pytest.mark.parametrize(
    "text", ['LogFormat "%h" ""', 'LogLevel warn "" x', 'Header set X ""', 'Options ""', 'Action a /b ""']
)
def test_an_empty_word_may_stand_where_none_is_needed(text: str) -> None:
    assert list(refused(load_text(text))) == []


@pytest.mark.parametrize(("version", "number"), [("2.4.3", 0), ("2.4.4", 2), (None, 2)])
def test_releases_that_took_no_argument_for_any_number(version: str | None, number: int) -> None:
    options = Options(version=None if version is None else Version.parse(version))
    assert len(list(refused(load_text('LogLevel\nLogLevel ""', options)))) == number
