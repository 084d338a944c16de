"""The engine: order, doubles, several configurations."""

from __future__ import annotations

import pickle
import textwrap
from pathlib import Path

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.lint.engine.lint import lint, lint_configuration
from hpatch.lint.engine.result import LintResult
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import by_name, rules
from hpatch.lint.selection import select

PASS = 'ProxyPass "/app/" "http://127.0.0.1:8080"\n'
TASK = LintTask(select(rules(), ["slash-target-missing", "suppression-unused", "file-unreadable"], ()))


def lint_text(text: str, task: LintTask = TASK) -> LintResult:
    return lint_configuration(load_text(textwrap.dedent(text)), task)


def places(result: LintResult) -> list[tuple[str, int]]:
    return [(Path(one.place.file).name, one.place.line) for one in result.findings]


def write(folder: Path, **texts: str) -> list[Root]:
    for name, text in texts.items():
        (folder / f"{name}.conf").write_text(text)
    return [Root(str(folder / f"{name}.conf")) for name in texts]


def test_a_file_that_is_read_twice_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "app.inc").write_text(PASS)
    text = "".join(f"<VirtualHost *:{port}>\nInclude app.inc\n</VirtualHost>\n" for port in (80, 81))
    result = lint(write(tmp_path, main=text), TASK)
    assert places(result) == [("app.inc", 1)]
    assert (result.files, result.directives) == (2, 4)


def test_order_is_that_of_reading_then_of_places(tmp_path: Path) -> None:
    (tmp_path / "a.inc").write_text(PASS)
    second = PASS.replace("/app/", "/b/")
    third = PASS.replace("/app/", "/c/")
    result = lint(write(tmp_path, z=second + "Include a.inc\n" + third), TASK)
    assert places(result) == [("z.conf", 1), ("z.conf", 3), ("a.inc", 1)]


@pytest.mark.parametrize("jobs", [1, 3])
def test_several_configurations(tmp_path: Path, jobs: int) -> None:
    texts = {f"site{number:02}": PASS + f"ServerName s{number}\n" for number in range(20)}
    roots = [*write(tmp_path, **texts), Root(str(tmp_path / "missing.conf"))]
    told: list[tuple[int, int]] = []
    result = lint(roots, TASK, jobs=jobs, progress=lambda done, total: told.append((done, total)))
    assert places(result) == [*((f"{name}.conf", 1) for name in texts), ("missing.conf", 1)]
    assert (result.files, result.directives, len(result.unread)) == (20, 40, 1)
    assert set(result.sources) == {root.path for root in roots[:-1]}
    assert all(one.rule is by_name()[one.rule.name] for one in result.findings)
    assert told[-1] == (21, 21)


def test_a_suppression_is_used_if_one_configuration_needs_it(tmp_path: Path) -> None:
    (tmp_path / "app.inc").write_text(f"# hpatch: ignore[MP001] wanted\n{PASS.replace('/app/', '${at}')}")
    task = LintTask(select(rules(), ["MP001", "CF008"], ()))
    needs, does_not = write(tmp_path, a="Define at /app/\nInclude app.inc\n", b="Define at /app\nInclude app.inc\n")
    assert places(lint([needs, does_not], task)) == []
    assert places(lint([does_not], task)) == [("app.inc", 1)]


def test_a_uwsgi_file_that_cannot_be_read_is_not_clean(tmp_path: Path) -> None:
    (root,) = write(tmp_path, main="Listen 80\n")
    result = lint([root._replace(uwsgi=(str(tmp_path / "no.ini"),))], LintTask(select(rules(), None, ())))
    assert [(one.rule.name, one.severity) for one in result.findings] == [("uwsgi-unreadable", "error")]
    assert len(result.unread) == 1


def test_conditions_are_kept() -> None:
    result = lint_configuration(
        load_text("<IfDefine A>\n</IfDefine>\n<IfDefine B>\n</IfDefine>\n", Options(defines=("A",))), TASK
    )
    assert [(one.text, one.verdict) for one in result.conditions] == [("<IfDefine A>", True), ("<IfDefine B>", False)]


def test_a_rule_travels_between_processes_by_its_code() -> None:
    rule = rules()[0]
    assert pickle.loads(pickle.dumps(rule)) is rule
