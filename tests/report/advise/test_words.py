"""The sentences of an advice."""

from __future__ import annotations

from hpatch.advise.advice import Advised, HttpdAdvice
from hpatch.advise.cures import Cure, CureState
from hpatch.advise.httpd import of_version
from hpatch.lint.answers import ProblemAnswer
from hpatch.lint.engine.result import LintResult
from hpatch.report.advise import words
from hpatch.report.advise.advice import AdviceReport
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import cells
from hpatch.text import Place
from tests.support.advise.known import known

READ = LintResult(findings=(), files=1, directives=2, sources={}, conditions=(), rules=(), root="/etc/httpd")


def advised(*states: CureState, affected: str = "<2.4.10", lines: int = 1) -> Advised:
    problem = known("PR 1", affected=affected)._replace(what="\x1b[31m" + "a long story " * 9)
    places = tuple(Place("/etc/httpd/a.conf", line, 1, line, 9) for line in range(1, lines + 1))
    answer = ProblemAnswer(problem="PR 1", verdict="affected", because="")
    return Advised(problem, answer, places, tuple(Cure("a-set", state, "why") for state in states))


def advice(*here: Advised) -> HttpdAdvice:
    return HttpdAdvice(
        httpd=of_version("2.4.9"), here=here, unknown=(), gone=(), sets=(), asked=(), clash="", known=3, read=READ
    )


def test_only_what_no_set_cures_is_left_to_an_upgrade() -> None:
    assert list(words.remaining(advice(advised("applies")))) == []
    assert list(words.remaining(advice(advised("blocked"), advised("applies"), advised(affected="<2.4.7")))) == [
        "httpd 2.4.10 is the first release without the 2 problems that no set cures here."
    ]
    assert list(words.remaining(advice(advised(), advised(affected=">=2.4.0")))) == [
        "httpd 2.4.10 is the first release without 1 of the 2 problems that no set cures here.",
        "No release is without 1 of the 2 problems that no set cures here.",
    ]


def test_what_was_not_tried_is_not_called_incurable() -> None:
    (told,) = words.remaining(advice(advised("untried", affected=">=2.4.0")))
    assert told == "1 problem has a patch set: with --tree TREE, hpatch tries whether it applies."


def mended(fixed: str, affected: str = "<2.4.70") -> Advised:
    problem = advised(affected=affected)
    return problem._replace(answer=problem.answer._replace(fixed=fixed))


def test_a_vendors_build_is_rid_of_a_problem_in_the_vendors_own_version() -> None:
    here = (mended("2.4.57-10"), mended("2.4.57-9", affected=">=2.4.0"), mended(""))
    debian = advice(*here)._replace(httpd=of_version("2.4.57-2"))
    assert [words.row(one, READ)[3] for one in here] == ["2.4.57-10", "2.4.57-9", "httpd 2.4.70"]
    assert words.row(here[1], READ)[4] == "an upgrade"
    assert list(words.remaining(debian)) == [
        "Debian's 2.4.57-10 is without 2 of the 3 problems that no set cures here.",
        "httpd 2.4.70 is the first release without 1 of the 3 problems that no set cures here.",
    ]
    strange = debian._replace(here=(mended("2.4.57-10"), mended("?")))
    assert list(words.remaining(strange)) == ["Debian's later build is without the 2 problems that no set cures here."]


def test_places_are_named_from_where_the_user_is_and_many_are_counted() -> None:
    row = words.row(advised(lines=3), READ)
    assert row[2].split("\n") == ["a.conf:1", "a.conf:2", "a.conf:3"]
    assert words.row(advised(lines=4), READ)[2].endswith("a.conf:3\nand 1 more place")
    assert words.row(advised(lines=9), READ)[2].endswith("and 6 more places")


def test_a_narrow_terminal_gets_lines_that_fit_and_nothing_that_it_obeys() -> None:
    report = AdviceReport(advice=advice(advised("applies"), advised("refused", lines=5)))
    for width in (60, 120):
        lines = list(report.text(Page(width)))
        assert all(cells(line) <= width and line.isprintable() for line in lines)
    assert all("\x1b" not in line for line in (*report.markdown(), *report.html()))
