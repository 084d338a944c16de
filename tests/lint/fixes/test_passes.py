"""Passes over texts, with real rules and with rules made for what real ones do not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hpatch.conf.load import Options
from hpatch.lint.context import Context
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.fixes.passes import MOST_TRIALS, Fixing, fix, linter
from hpatch.lint.found import Edit, Fix, Found, Severity
from hpatch.lint.registry import rules
from hpatch.lint.rule import Check, Rule
from hpatch.text import Source

NAME = "httpd.conf"


def mended(text: str, *made: Rule, unsafe: bool = True) -> Fixing:
    """What fixing makes of a text, with all rules or with these."""
    root = Root(path=NAME, options=Options(main=True), source=Source(NAME, text))
    run = linter([root], LintTask(made or rules()))
    return fix(run, unsafe=unsafe, bar=lambda _: None, texts=frozenset({NAME}))


def after(fixing: Fixing, text: str) -> str:
    return fixing.files[0].after if fixing.files else text


def rewriting(change: Callable[[str], str | None], severity: Severity = "error", code: str = "CF990") -> Rule:
    """A rule that wants another value for KeepAliveTimeout; None for one that it takes."""

    def check(context: Context) -> Iterator[Found]:
        for node in context.configuration.find("keepalivetimeout"):
            wanted = change(node.args)
            if wanted is not None:
                place = node.word_place(0)
                yield Found(place, f"not {node.args}", fix=Fix("change it", (Edit(place, wanted),), safe=False))

    return made(check, severity, code)


def made(check: Check, severity: Severity, code: str) -> Rule:
    return Rule(
        code=code, name=code.lower(), severity=severity, confidence="high", references=(), check=check, advice=False
    )


def test_what_overlaps_is_made_in_the_next_pass() -> None:
    text = 'ProxyPass "/a/" "http://10.0.0.5:8080" conectiontimeout=5 retry=10m disablereuse=On enablereuse=On\n'
    fixing = mended(text)
    assert "connectiontimeout=5" in after(fixing, text)
    assert '"http://10.0.0.5:8080/"' in after(fixing, text)
    assert mended(after(fixing, text)).files == ()


def test_only_safe_fixes_unless_asked() -> None:
    text = 'ProxyPass "/a/" "http://10.0.0.5:8080"\nProxyPassReverse "/a/" "http://10.0.0.5:8080/"\n'
    fixing = mended(text, unsafe=False)
    assert (fixing.files, fixing.fixed, fixing.left) == ((), (), ())
    assert fixing.more == 1


def test_a_fix_after_which_the_finding_stays_is_left_out() -> None:
    fixing = mended("KeepAliveTimeout 5\n", rewriting(lambda value: f"{int(value) % 7 + 3}"))
    assert fixing.files == ()
    assert [left.reason for left in fixing.left] == ["the finding would stay"]


def test_a_fix_that_brings_another_fault_is_left_out_and_others_are_made() -> None:
    text = "KeepAliveTimeout 5\nKeepAliveTimeout 7\nKeepAliveTimeout 9\n"
    better = rewriting({"5": "50", "7": "70", "9": "90"}.get)
    fixing = mended(text, better, rewriting(lambda value: "7" if value == "70" else None, "warning", "CF991"))
    assert after(fixing, text) == "KeepAliveTimeout 50\nKeepAliveTimeout 7\nKeepAliveTimeout 90\n"
    assert [left.reason for left in fixing.left] == ["it would bring CF991 cf991"]


def test_harm_elsewhere_is_traced_to_the_fix_that_does_it() -> None:
    """The new finding stands on a line that no fix touches."""
    text = "Timeout 1\n" + "".join(f"KeepAliveTimeout {number}\n" for number in range(1, 10))

    def harm(context: Context) -> Iterator[Found]:
        if any(node.args == "60" for node in context.configuration.find("keepalivetimeout")):
            yield Found(context.configuration.find("timeout")[0].place, "harmed")

    fixing = mended(
        text, rewriting(lambda value: None if value.endswith("0") else f"{value}0"), made(harm, "error", "CF991")
    )
    assert after(fixing, text) == text.replace("\n", "0\n").replace("t 10\n", "t 1\n", 1).replace("60", "6")
    assert len(fixing.left) == 1


def test_a_note_does_not_speak_against_a_fix() -> None:
    fixing = mended(
        "KeepAliveTimeout 5\n",
        rewriting(lambda value: "50" if value == "5" else None),
        rewriting(lambda value: "5" if value == "50" else None, "info", "CF991"),
    )
    assert [file.after for file in fixing.files] == ["KeepAliveTimeout 50\n"]
    assert [left.reason for left in fixing.left] == ["it would undo another fix"]


def test_an_endless_fix_ends() -> None:
    def grow(context: Context) -> Iterator[Found]:
        for node in context.configuration.find("keepalivetimeout"):
            place = node.word_place(0)
            yield Found(
                node.place, f"{node.args} is too small", fix=Fix("grow", (Edit(place, f"{node.args}1\nX"),), safe=False)
            )
            return

    fixing = mended("KeepAliveTimeout 1\n", made(grow, "warning", "CF990"))
    assert len(fixing.fixed) <= MOST_TRIALS


def test_comments_keep_what_they_silence() -> None:
    line = 'ProxyPass "/a/" "http://10.0.0.5:8080"\r\nProxyPassReverse "/a/" "http://10.0.0.5:8080"\r\n'
    for before, wanted in (
        ("ignore[WK004, MP001 ,WK005] so", "ignore[ MP001 ] so"),
        ("ignore[MP001,WK005]", "ignore[MP001]"),
        ("ignore[WK005,MP001]", "ignore[MP001]"),
    ):
        text = f"# first\r\n# hpatch: {before}\r\n{line}"
        assert after(mended(text, unsafe=False), text) == f"# first\r\n# hpatch: {wanted}\r\n{line}"
    text = f"Listen 80\r\n# hpatch: ignore[WK004,WK005]\r\n{line}"
    assert after(mended(text, unsafe=False), text) == f"Listen 80\r\n{line}"
    # The next line belongs to the comment.
    text = f"# hpatch: ignore[WK004] \\\r\n still\r\n{line}"
    assert mended(text, unsafe=False).files == ()


def test_many_harmful_fixes_do_not_keep_others_from_being_made() -> None:
    """More than there are trials: each harmful one is known by the line that a new finding is about."""
    values = [f"{number}{number % 2}" for number in range(100, 100 + 2 * MOST_TRIALS)]
    text = "".join(f"KeepAliveTimeout {value}\n" for value in values)
    fixing = mended(
        text,
        rewriting(lambda value: f"{value}5" if len(value) == 4 else None),
        rewriting(lambda value: "1" if len(value) == 5 and value[3] == "1" else None, "warning", "CF991"),
    )
    assert len(fixing.fixed) == len(fixing.left) == MOST_TRIALS
    assert {left.reason for left in fixing.left} == {"it would bring CF991 cf991"}
