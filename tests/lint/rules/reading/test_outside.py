"""An Include that leaves what was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.base import Surroundings
from hpatch.conf.load import Options, load
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import by_name, rules


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A main file that includes a file outside its folder."""
    (tmp_path / "copy").mkdir()
    (tmp_path / "other.conf").write_text("Timeout 60\n")
    main = tmp_path / "copy/httpd.conf"
    main.write_text(f"Timeout 60\nInclude {tmp_path}/other.conf\n")
    return main


def test_once_and_with_its_place(copy: Path) -> None:
    copy.write_text(f"{copy.read_text()}Include {copy.parent.parent}/other.conf\n")
    (found,) = lint_configuration(load(str(copy)), LintTask((by_name()["include-outside"],))).findings
    assert (found.severity, found.confidence, found.place.line) == ("warning", "high", 2)
    assert "more)" not in found.message


def test_in_an_undecided_conditional_it_is_less_sure(copy: Path) -> None:
    copy.write_text(f"<IfDefine A>\n{copy.read_text()}</IfDefine>\n")
    (found,) = lint_configuration(load(str(copy)), LintTask((by_name()["include-outside"],))).findings
    assert found.confidence == "medium"


@pytest.mark.parametrize("comment", ["", "# hpatch: ignore[include-outside] it is on the server\n"])
def test_as_an_error_it_is_never_clean(copy: Path, comment: str) -> None:
    copy.write_text(copy.read_text().replace("Include", f"{comment}Include"))
    result = lint_configuration(load(str(copy), Options(given=Surroundings(outside=False))), LintTask(rules()))
    assert [(one.rule.name, one.severity) for one in result.findings] == (
        [] if comment else [("include-outside", "error")]
    )
    assert [one.kind for one in result.unread] == ([] if comment else ["outside"])
