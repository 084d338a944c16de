"""Where a configuration meets known problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.advise.places import find
from hpatch.lint.engine.root import Root
from tests.support.advise.known import known, only


def config(folder: Path, text: str) -> Root:
    path = folder / "httpd.conf"
    path.write_text(text)
    return Root(str(path))


LINES = 'ProxyPass "/a/" "fcgi://a:9000/"\nProxyPass "/b/" "http://b:80/"\n# {}\nProxyPass "/c/" "fcgi://c:9000/"\n'


@pytest.mark.parametrize(
    ("comment", "lines"),
    [
        ("nothing", [1, 4]),
        ("hpatch: ignore[known-fault] tested", [1]),
        ("hpatch: ignore[KP002] tested", [1]),
        ("hpatch: ignore[known-vulnerability] tested", [1, 4]),
    ],
)
def test_each_place_counts_unless_a_comment_silences_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comment: str, lines: list[int]
) -> None:
    only(monkeypatch, known("PR 1"), known("PR 2", scheme="ajp"), known("PR 3"))
    found = find([config(tmp_path, LINES.format(comment))])
    assert [one.problem.id for one in found.met] == ["PR 1", "PR 3"]
    assert [[place.line for place in one.places] for one in found.met] == [lines, lines]
    silenced = [(one.problem.id, [place.line for place in one.places]) for one in found.silenced]
    assert silenced == ([] if 4 in lines else [("PR 1", [4]), ("PR 3", [4])])
    assert (found.read.files, found.read.directives) == (1, 3)


def test_a_rule_that_is_ignored_finds_no_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, known("PR 1"), known("CVE-2000-0001"))
    met = find([config(tmp_path, LINES)], ignored=frozenset({"KP002"})).met
    assert [one.problem.id for one in met] == ["CVE-2000-0001"]


def test_a_problem_that_names_a_rule_is_met_where_the_rule_fires(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(
        monkeypatch,
        known("PR 1")._replace(triggers=(), rule="MP001"),
        known("PR 2")._replace(triggers=(), rule="WK009"),
    )
    text = 'ProxyPass "/a/" "http://a:80/" timeout=1500ms\n'
    met = find([config(tmp_path, text)]).met
    assert [(one.problem.id, [place.line for place in one.places]) for one in met] == [("PR 2", [1])]
