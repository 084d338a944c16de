"""Comments that silence findings: what they cover, and what is said of those that do not help."""

from __future__ import annotations

import textwrap

import pytest

from hpatch.conf.load import load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from hpatch.lint.selection import select

PASS = 'ProxyPass "/app/" "http://127.0.0.1:8080"'
MISSING = "slash-target-missing"


def lint(text: str, *selected: str) -> LintResult:
    chosen = selected or (MISSING, "suppression-unused", "suppression-invalid")
    return lint_configuration(load_text(textwrap.dedent(text)), LintTask(select(rules(), chosen, ())))


def found(text: str, *selected: str) -> list[tuple[str, int]]:
    return [(one.rule.name, one.place.line) for one in lint(text, *selected).findings]


def test_without_a_comment_it_is_found() -> None:
    assert found(PASS) == [(MISSING, 1)]


@pytest.mark.parametrize(
    "text",
    [
        f"# hpatch: ignore[MP001] reason\n{PASS}\n",
        f"  #hpatch: ignore[mp001]\r\n  {PASS}\r\n",
        f"# hpatch: ignore[{MISSING}] reason\n{PASS}\n",
        f"# hpatch: ignore[MP] a whole family\n{PASS}\n",
        f"# hpatch: ignore[MP001]\n# another comment\n# and one more\n{PASS}\n",
        f"# hpatch: ignore[MP001]\n# a comment that goes on \\\n on the next line\n{PASS}\n",
        '# hpatch: ignore[MP001]\nProxyPass "/app/" \\\n    "http://127.0.0.1:8080"\n',
        f"# a licence\n\n# hpatch: ignore-file[MP001] generated\n\nListen 80\n{PASS}\n",
        f"<Macro app>\n# hpatch: ignore[MP001]\n{PASS}\n</Macro>\nUse app\n",
        f"<Macro app>\n{PASS}\n</Macro>\n# hpatch: ignore[MP001]\nUse app\n",
    ],
)
def test_silences(text: str) -> None:
    assert found(text) == []


def test_it_covers_one_directive() -> None:
    second = PASS.replace("/app/", "/b/")
    assert found(f"# hpatch: ignore[MP001]\n{PASS}\n{second}\n") == [(MISSING, 3)]


def test_of_a_section_it_covers_the_opening_line() -> None:
    text = '# hpatch: ignore[MP001]\n<Location "/app/">\n    ProxyPass "http://127.0.0.1:8080"\n</Location>\n'
    assert found(text) == [("suppression-unused", 1), (MISSING, 3)]


def test_another_rule_stays() -> None:
    assert found(f"# hpatch: ignore[slash-double]\n{PASS}\n", MISSING) == [(MISSING, 2)]


def test_several_rules_in_one_comment_are_judged_one_by_one() -> None:
    result = lint(f"# hpatch: ignore[MP001, slash-double] reason\n{PASS}\n", "MP001", "MP002", "CF008")
    assert [one.message for one in result.findings] == ['"slash-double" silences nothing on the next directive']


def test_unused_is_said_only_when_its_rules_did_run() -> None:
    text = "# hpatch: ignore[MP001] once\nListen 80\n"
    assert found(text) == [("suppression-unused", 1)]
    assert found(text, "MP002", "CF008") == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"# hpatch: ignore[slash-target-misssing]\n{PASS}\n", 1, "did you mean 'slash-target-missing'"),
        (f"# hpatch: ignore\n{PASS}\n", 1, '"ignore" is not a suppression'),
        (f"# hpatch: ignore[]\n{PASS}\n", 1, "no rule"),
        (f"# hpatch: ignore[MP001]\n\n{PASS}\n", 1, "no directive directly follows"),
        (f"Listen 80 \\\n# hpatch: ignore[MP001]\n{PASS}\n", 2, "part of the line before"),
        (f"Listen 80\n# hpatch: ignore-file[MP001]\n{PASS}\n", 2, "above the first directive"),
        (f"{PASS}\n# hpatch: ignore[MP001]", 2, "no directive directly follows"),
    ],
)
def test_mistakes(text: str, line: int, words: str) -> None:
    mistakes = [one for one in lint(text).findings if one.rule.name == "suppression-invalid"]
    assert [one.place.line for one in mistakes] == [line]
    assert words in mistakes[0].message
    assert (MISSING, text.splitlines().index(PASS) + 1) in found(text)


@pytest.mark.parametrize(
    ("comment", "wanted"),
    [
        ("ignore[CF001, slash-target-misssing ] as agreed", "ignore[CF001, slash-target-missing ] as agreed"),
        ("ignore MP001 as agreed", "ignore[MP001] as agreed"),
        ("ignore: mp001, CF001", "ignore[mp001,CF001]"),
        ("ignore-file=[MP001] x", "ignore-file[MP001] x"),
        ("ignore [ MP001 ]x", None),
        ("ignore MP999 as agreed", None),
        ("ignore[ACME001]", None),
        ("ignore[nothing-like-it]", None),
    ],
)
def test_a_misspelt_comment_is_corrected(comment: str, wanted: str | None) -> None:
    text = f"# hpatch: {comment}\n{PASS}\n"
    (one,) = [one for one in lint(text).findings if one.rule.name == "suppression-invalid"]
    if wanted is None:
        assert one.fix is None
        return
    assert one.fix is not None
    (edit,) = one.fix.edits
    line = text.splitlines()[0]
    assert line[: edit.place.column - 1] + edit.replacement + line[edit.place.end_column - 1 :] == f"# hpatch: {wanted}"
    assert not one.fix.safe
