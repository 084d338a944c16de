"""Which fixes are made together."""

from __future__ import annotations

from hpatch.lint.finding import Finding
from hpatch.lint.fixes.choose import by_file, chosen, usable
from hpatch.lint.found import Edit, Fix, Severity
from hpatch.lint.registry import rules
from hpatch.text import Source

SOURCE = Source("a.conf", "0123456789\n")


def mended(*spans: tuple[int, int, str], severity: Severity = "error", name: str = "a.conf") -> Finding:
    edits = tuple(Edit(SOURCE.place(start, end)._replace(file=name), text) for start, end, text in spans)
    return Finding(
        rule=rules()[0],
        place=edits[0].place,
        message=str(spans),
        severity=severity,
        confidence="high",
        fix=Fix("mend", edits, safe=True),
    )


def test_the_gravest_is_made_first_and_what_meets_it_waits() -> None:
    small, grave = mended((2, 4, "a"), severity="info"), mended((3, 5, "b"))
    assert chosen([small, grave], {"a.conf": SOURCE}) == [grave]


def test_a_fix_is_made_as_a_whole_or_not_at_all() -> None:
    first, both = mended((2, 4, "a")), mended((7, 8, "b"), (3, 5, "c"))
    after = mended((7, 8, "d"))
    assert chosen([first, both, after], {"a.conf": SOURCE}) == [first, after]


def test_the_same_edits_are_made_once_for_both() -> None:
    one, same = mended((2, 4, "a")), mended((2, 4, "a"), severity="info")
    picked = chosen([one, same], {"a.conf": SOURCE})
    assert picked == [one, same]
    assert by_file(picked, {"a.conf": SOURCE}) == {"a.conf": [(2, 4, "a")]}


def test_a_longer_fix_that_begins_before_others_meets_them() -> None:
    inner = [mended((start, start + 1, "x")) for start in (2, 5, 8)]
    assert chosen([*inner, mended((0, 9, "all"), severity="warning")], {"a.conf": SOURCE}) == inner


def test_a_fix_in_a_file_whose_text_is_not_known_waits() -> None:
    assert chosen([mended((1, 2, "a"), name="b.conf")], {"a.conf": SOURCE}) == []


def test_what_may_be_made() -> None:
    finding = mended((1, 2, "a"))
    assert finding.fix is not None
    assert usable(finding, unsafe=False)
    unsafe = finding._replace(fix=finding.fix._replace(safe=False))
    assert not usable(unsafe, unsafe=False)
    assert usable(unsafe, unsafe=True)
    assert not usable(finding._replace(fix=finding.fix._replace(barred="shared")), unsafe=True)
    assert not usable(finding._replace(fix=None), unsafe=True)


def test_a_line_that_is_added_waits_for_what_changes_its_own() -> None:
    source = Source("a.conf", "0123456789\nnext\n")

    def lines(*findings: Finding) -> list[Finding]:
        return chosen(findings, {"a.conf": source})

    word, line = mended((2, 4, "a")), mended((0, 0, "new\n"), severity="info")
    assert lines(word, line) == [word]
    assert lines(line) == [line]
    # The graver one is made, whichever it is.
    small = mended((2, 4, "a"), severity="info")
    grave = mended((0, 0, "new\n"))
    assert lines(small, grave) == [grave]
