"""The reader's own errors as findings."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from hpatch.backends.uwsgi.read import read_text
from hpatch.conf.load import Options, load, load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules

READING = tuple(rule for rule in rules() if rule.code.startswith("CF"))


def lint(text: str, *, environment: bool = False) -> LintResult:
    return lint_configuration(load_text(textwrap.dedent(text)), LintTask(READING), environment=environment)


def found(text: str) -> list[tuple[str, int, int]]:
    return [(one.rule.name, one.place.line, one.place.column) for one in lint(text).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Listen 80\n  Include no/such.conf\n", ("file-unreadable", 2, 3)),
        ("Define\n", ("syntax-error", 1, 1)),
        ("Listen 80\n<Directory />\n", ("section-mismatch", 2, 1)),
        ("</Directory>\n", ("section-mismatch", 1, 1)),
        ("Include no/such/*.conf\n", ("include-missing", 1, 1)),
        ("Listen 80\n Use vhost a\n", ("macro-invalid", 2, 2)),
        ("ProxyTimeout ${SECONDS_TO_WAIT}\n", ("variable-undefined", 1, 1)),
        ("<IfVersion 2.4 >>\n</IfVersion>\n", ("conditional-invalid", 1, 1)),
    ],
)
def test_fires(text: str, expected: tuple[str, int, int]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "IncludeOptional no/such.conf\nIncludeOptional no/such/*.conf\n",
        "Define a 5\nProxyTimeout ${a}\n",
        "<IfModule !core.c>\n<garbage\n</garbage>\nInclude no/such.conf\n</IfModule>\n",
        "<Macro m $a>\nListen $a\n</Macro>\nUse m 80\n",
        "# ${UNDEFINED} in a comment, and hpatch without a colon\n",
    ],
)
def test_silent(text: str) -> None:
    assert found(text) == []


def test_an_undefined_variable_is_graver_where_the_environment_is_known() -> None:
    text = "ErrorLog ${APACHE_LOG_DIR}/error.log\n"
    assert [one.severity for one in lint(text).findings] == ["info"]
    assert [one.severity for one in lint(text, environment=True).findings] == ["warning"]


def test_what_httpd_refuses_was_not_read() -> None:
    assert [problem.kind for problem in lint("<Directory />\n").unread] == ["section"]
    assert lint("ProxyTimeout ${UNDEFINED}\n").unread == ()


def test_inside_an_undecided_conditional_it_is_less_sure_and_no_failure() -> None:
    result = lint("<IfModule mod_ssl.c>\n    Include no/such.conf\n</IfModule>\n")
    assert [one.confidence for one in result.findings] == ["medium"]
    assert result.unread == ()


def test_an_include_that_is_missing_here_can_be_waived() -> None:
    waived = lint("# hpatch: ignore[file-unreadable] only on the server\nInclude no/such.conf\n")
    assert (waived.findings, waived.unread) == ((), ())


def test_an_include_that_is_here_and_cannot_be_read_cannot_be_waived(tmp_path: Path) -> None:
    """Only a file that is not here may be one that exists on the server alone."""
    (tmp_path / "loop.conf").symlink_to("loop.conf")
    for rule, line in (("file-unreadable", "loop.conf"), ("include-missing", "loop.conf/*.conf")):
        result = lint(f"# hpatch: ignore[{rule}] never mind\nInclude {tmp_path}/{line}\n")
        assert (result.findings, len(result.unread)) == ((), 1)


def test_a_file_that_includes_itself_cannot_be_waived(tmp_path: Path) -> None:
    """No later Include is read, also where httpd may never come to it."""
    file = tmp_path / "apache2.conf"
    file.write_text(f"<IfDefine X>\n# hpatch: ignore[include-missing] never mind\nInclude {file}\n</IfDefine>\n")
    result = lint_configuration(load(str(file)), LintTask(READING))
    assert len(result.unread) == 1
    assert [one.rule.name for one in result.findings if one.severity == "error"] == []


def test_a_syntax_error_cannot_be_waived() -> None:
    result = lint("# hpatch: ignore[section-mismatch] never mind\n<Directory />\n")
    assert result.findings == ()
    assert len(result.unread) == 1


def test_uwsgi_lines() -> None:
    instance = read_text("[uwsgi]\nsocket = /run/a.sock\ninclude = no-such.ini\n", "app.ini")
    result = lint_configuration(load_text("Listen 80\n"), LintTask(READING), (instance,))
    assert [(one.rule.name, one.place.file, one.place.line) for one in result.findings] == [
        ("uwsgi-unreadable", "app.ini", 3)
    ]


def test_an_undefined_macro_of_a_part_is_an_info() -> None:
    part = load_text("Use vhost a\n", Options(main=False))
    result = lint_configuration(part, LintTask(READING))
    assert [(one.rule.name, one.severity) for one in result.findings] == [("macro-invalid", "info")]
    assert result.unread == ()
