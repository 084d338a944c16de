"""What is linted again, and for which texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hpatch.errors import UsageError
from hpatch.language.analysis import Analysis, AnalysisAnswer, FoundRoots, SupersededError
from hpatch.lint.context import Context
from hpatch.lint.found import Found
from hpatch.lint.rule import Rule
from hpatch.lint.settings import Settings
from tests.support.language.finding import document, finder, request

BAD = "ProxyPass /a/ http://b/c\n"
"""A line with a finding of MP001."""
GOOD = "ProxyPass /a/ http://b/c/\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two main files, one of them with an Include."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "httpd.conf").write_text(GOOD)
    (tmp_path / "one/part.inc").write_text(GOOD)
    (tmp_path / "one/httpd.conf").write_text("Include part.inc\n")
    return tmp_path


def nothing() -> None:
    """Never give up."""


def found(answer: AnalysisAnswer) -> list[tuple[str, int]]:
    return [(Path(one.place.file).name, one.place.line) for result in answer.results for one in result.findings]


@pytest.fixture
def analysis(said: list[str]) -> Analysis:
    return Analysis(finder("MP001", "CF001"), said.append)


@pytest.fixture
def said() -> list[str]:
    return []


def test_only_what_reads_the_change_is_linted_again(site: Path, analysis: Analysis) -> None:
    one, two = analysis.run(request(site), nothing).units
    part = site / "one/part.inc"
    answer = analysis.run(request(site, document(part, "# typed\n" + BAD)), nothing)
    assert found(answer) == [("part.inc", 2)]
    assert answer.units[0] is not one
    assert answer.units[1] is two
    assert analysis.run(request(site, document(part, "# typed\n" + BAD, 2)), nothing).units == answer.units
    assert found(analysis.run(request(site), nothing)) == []  # it was closed


def test_a_change_on_the_disk_counts(site: Path, analysis: Analysis) -> None:
    analysis.run(request(site), nothing)
    (site / "one/part.inc").write_text(BAD)
    assert found(analysis.run(request(site), nothing)) == [("part.inc", 1)]


def test_what_is_typed_counts_before_the_disk(site: Path, analysis: Analysis) -> None:
    part = site / "one/part.inc"
    analysis.run(request(site, document(part, GOOD)), nothing)
    part.write_text(BAD)
    assert found(analysis.run(request(site, document(part, GOOD)), nothing)) == []


def test_an_open_document_by_a_link_is_its_file(site: Path, analysis: Analysis) -> None:
    link = site / "link.conf"
    link.symlink_to("one/part.inc")
    assert found(analysis.run(request(site, document(link, BAD)), nothing)) == [("part.inc", 1)]


def test_an_include_that_is_typed_takes_a_root_away(tmp_path: Path, analysis: Analysis) -> None:
    main, host = tmp_path / "httpd.conf", tmp_path / "host.conf"
    main.write_text("ServerName a\n")
    host.write_text("<VirtualHost *:80>\n</VirtualHost>\n")
    assert len(analysis.run(request(tmp_path), nothing).units) == 2
    assert len(analysis.run(request(tmp_path, document(main, "Include host.conf\n")), nothing).units) == 1
    assert len(analysis.run(request(tmp_path, document(main, "#Include host.conf\n")), nothing).units) == 2


def test_a_file_that_vanishes_and_comes_back(site: Path, analysis: Analysis) -> None:
    analysis.run(request(site), nothing)
    (site / "one/part.inc").unlink()
    assert found(analysis.run(request(site), nothing)) == [("httpd.conf", 1)]
    (site / "one/part.inc").write_text(GOOD)
    assert found(analysis.run(request(site, again=True), nothing)) == []


def test_a_main_file_that_vanishes_while_it_is_open(site: Path, analysis: Analysis) -> None:
    main = site / "two/httpd.conf"
    main.unlink()
    assert found(analysis.run(request(None, document(main, BAD)), nothing)) == [("httpd.conf", 1)]


def test_a_document_that_no_folder_reads_is_linted_by_itself(site: Path, analysis: Analysis) -> None:
    alone = site / "one/part.inc"
    assert found(analysis.run(request(site / "two", document(alone, BAD)), nothing)) == [("part.inc", 1)]
    assert found(analysis.run(request(site / "two"), nothing)) == []


@pytest.mark.parametrize(
    ("name", "language", "linted"), [("a.ini", "ini", False), ("a.ini", "apache", True), ("a.conf", "x", True)]
)
def test_only_httpds_documents_are_linted(
    tmp_path: Path, analysis: Analysis, name: str, language: str, linted: bool
) -> None:
    answer = analysis.run(request(None, document(tmp_path / name, BAD, language=language)), nothing)
    assert bool(answer.units) is linted


def test_a_folder_without_a_configuration_is_no_fault(tmp_path: Path, analysis: Analysis, said: list[str]) -> None:
    answer = analysis.run(request(tmp_path), nothing)
    assert (answer.results, answer.faults) == ((), ())
    assert "no configuration in this folder" in said[0]


def test_wrong_settings_are_told_until_they_are_right(site: Path, said: list[str]) -> None:
    wrong = [True]

    def settings() -> Settings:
        if wrong:
            raise UsageError("hpatch.toml: unknown key 'x'")
        return Settings()

    analysis = Analysis(finder("MP001", settings=settings), said.append)
    assert analysis.run(request(site), nothing).faults == ("hpatch.toml: unknown key 'x'",)
    wrong.clear()
    assert len(analysis.run(request(site, again=True), nothing).units) == 2


def test_other_settings_lint_all_again(site: Path, said: list[str]) -> None:
    now = [Settings()]
    analysis = Analysis(finder("MP001", settings=lambda: now[0]), said.append)
    before = analysis.run(request(site), nothing).units
    now[0] = Settings(httpd_version="2.4.60")
    after = analysis.run(request(site, again=True), nothing).units
    assert not {id(one) for one in before} & {id(one) for one in after}


def test_a_run_that_is_given_up_is_made_up_for(site: Path, analysis: Analysis) -> None:
    part = document(site / "one/part.inc", BAD)
    analysis.run(request(site), nothing)

    def give_up() -> None:
        raise SupersededError

    with pytest.raises(SupersededError):
        analysis.run(request(site, part), give_up)
    assert found(analysis.run(request(site, part), nothing)) == [("part.inc", 1)]


def test_a_rule_that_fails_costs_the_findings_of_one_configuration(site: Path, said: list[str]) -> None:
    def check(context: Context) -> Iterator[Found]:
        """Fail."""
        if context.configuration.root.endswith("one/httpd.conf"):
            raise ValueError("a defect")
        yield from ()

    broken = Rule("XX001", "broken", "error", "high", (), check)
    (site / "two/httpd.conf").write_text(BAD)
    answer = Analysis(finder("MP001", more=(broken,)), said.append).run(request(site), nothing)
    assert found(answer) == [("httpd.conf", 1)]
    (one,) = said
    assert "rule XX001" in one
    assert "ValueError: a defect" in one


def test_a_defect_costs_the_findings_of_one_configuration(site: Path, said: list[str]) -> None:
    """Another one is linted; the defect is told."""
    plain = finder("MP001")

    def find(path: str, texts: Mapping[str, str]) -> FoundRoots:
        broken, sound = (root for root in plain(path, texts).roots)
        wrong = broken._replace(uwsgi=(0,))  # type: ignore[arg-type] # no path: what reads it fails
        return plain(path, texts)._replace(roots=(wrong, sound))

    (site / "two/httpd.conf").write_text(BAD)
    assert found(Analysis(find, said.append).run(request(site), nothing)) == [("httpd.conf", 1)]
    (one,) = said
    assert one.startswith("internal error: ")
    assert one.endswith(f"while {site}/one/httpd.conf was linted")
