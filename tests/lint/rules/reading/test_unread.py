"""Words that httpd accepts without a word."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


def test_log_format() -> None:
    text = "Listen 80\nCustomLog logs/a combined\n"
    assert not find("log-format-unknown", text)
    assert places("log-format-unknown", text, modules="mpm_event_module") == [(2, 18)]
    assert places("log-format-unknown", text + 'LogFormat "%h" common\n') == [(2, 18)]
    assert not find("log-format-unknown", text + 'LogFormat "%h" combined\n')
    assert not find("log-format-unknown", text.replace("Listen 80\n", ""))


@pytest.mark.parametrize("form", ['"%h %U"', "CLF", "", '"a text"', "${FORMAT}"])
def test_other_formats(form: str) -> None:
    assert not find("log-format-unknown", f"Listen 80\nCustomLog logs/a {form}\n")


@pytest.mark.parametrize("word", ["h2,http/1.1", "http/2", "spdy/3"])
def test_protocol(word: str) -> None:
    assert places("protocol-unknown", f"Protocols {word} http/1.1\n") == [(1, 11)]
    assert not find("protocol-unknown", f"LoadModule foo_module foo.so\nProtocols {word}\n")


def test_known_protocols() -> None:
    assert not find("protocol-unknown", "Protocols h2 H2C http/1.1 ${MORE}\n")
