"""Lines and sections of texts that parse, and of texts that do not."""

from __future__ import annotations

import pytest

from hpatch.language.outline import around, entries, entry_at, sections, words_of

TEXT = """\
# a comment
<VirtualHost *:80>
  ProxyPass /a \\
     "http://b/c d" timeout=3
  <Location /x>
    <If "true">
  </Location>
</Bogus>
  ServerName \t
"""


def test_lines_are_logical() -> None:
    assert [entry.key for entry in entries(TEXT)] == [
        *("", "<virtualhost", "proxypass", "<location", "<if", "</location", "</bogus", "servername")
    ]
    entry = entry_at(TEXT, TEXT.index("timeout"))
    assert entry is not None
    words = words_of(TEXT, entry)
    assert [word.value for word in words] == ["ProxyPass", "/a", "http://b/c d", "timeout=3"]
    assert TEXT[words[2].start : words[2].end] == '"http://b/c d"'


def test_the_end_of_a_line_belongs_to_it() -> None:
    entry = entry_at(TEXT, TEXT.index("\t") + 1)
    assert entry is not None
    assert entry.key == "servername"
    assert entry_at("Listen 80\n", 10) is None
    assert entry_at("", 0) is None


@pytest.mark.parametrize(
    ("mark", "keys"),
    [
        ("# a", []),
        ("timeout", ["<virtualhost"]),
        ("true", ["<virtualhost", "<location"]),
        ("</Location", ["<virtualhost", "<location", "<if"]),
        ("</Bogus", ["<virtualhost"]),
        ("\t", ["<virtualhost"]),
    ],
)
def test_the_sections_around_a_place(mark: str, keys: list[str]) -> None:
    assert [entry.key for entry in around(TEXT, TEXT.index(mark))] == keys


def test_sections_that_are_not_closed_end_where_the_one_around_does() -> None:
    host = sections(TEXT)[0]
    location = host.inside[0]
    assert (host.closed, host.end) == (None, len(TEXT))
    assert location.closed is not None
    assert location.inside[0].closed is None
    assert location.inside[0].end == TEXT.index("</Location>")


def test_many_open_sections_cost_no_more_than_their_number() -> None:
    text = "<A>\n" * 8_000 + "</B>\n" * 8_000 + "</A>\n" * 8_000
    assert around(text, len(text)) == []
    assert len(sections(text)) == 1
