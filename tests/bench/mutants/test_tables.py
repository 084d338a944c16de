"""The mutants of a table."""

from __future__ import annotations

from bench.mutants.tables import mutants

TABLE = """\
# 2.4.1 is told here
name\tversion\thonoured\twhat\tsource
a\t2.4.7\t\tsince 2.4.6\t2.4.5
b\t\tfcgi:2.4.59 ajp\t\t
c\t2.4.0\t\t\t
"""


def test_a_version_is_one_too_low_or_too_high() -> None:
    found = list(mutants("t.tsv", TABLE))
    assert [(one.line, one.name.function, one.name.before, one.name.after) for one in found] == [
        (3, "a", "2.4.7", "2.4.6"),
        (3, "a", "2.4.7", "2.4.8"),
        (4, "b", "fcgi:2.4.59 ajp", "fcgi:2.4.58 ajp"),
        (4, "b", "fcgi:2.4.59 ajp", "fcgi:2.4.60 ajp"),
        (5, "c", "2.4.0", "2.4.1"),
    ]
    assert found[1].text == TABLE.replace("a\t2.4.7", "a\t2.4.8")
