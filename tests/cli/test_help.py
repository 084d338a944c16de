"""The pages of --help: examples of every command, whole at any width; the three jobs; no rich."""

from __future__ import annotations

import re

import pytest

from hpatch.cli import output
from hpatch.cli.main import COMMANDS, JOBS
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import cells
from tests.support.cli.call import call
from tests.support.cli.commands import commands, examples

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


ALL = commands()


def test_there_are_commands_below_every_job() -> None:
    assert sorted(name for names in JOBS.values() for name in names) == sorted(COMMANDS)
    assert {words[0] for words in ALL} == set(COMMANDS)
    assert ("backport", "accept") in ALL
    assert len(ALL) > 25


@pytest.mark.parametrize("words", ALL, ids=" ".join)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_examples_keep_their_lines_and_all_else_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], width: int
) -> None:
    monkeypatch.setattr(output, "page", lambda file=None: Page(width, color=True))
    code, out, err = call(capsys, *words, "--help")
    assert (code, err) == (0, "")
    lines = COLOUR.sub("", out).splitlines()
    shown = examples(ALL[words])
    assert any(line.startswith(f"  hpatch {' '.join(words)}") for line in shown)
    assert set(shown) <= set(lines)
    assert all(cells(line) <= (80 if line in shown else width) for line in lines)
    assert "Usage: hpatch " + " ".join(words) in lines[0]


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_page_in_a_pipe_has_eighty_columns_and_no_colour(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out = call(capsys, *words, "-h").out
    assert "\x1b" not in out
    assert all(cells(line) <= 80 for line in out.splitlines())
    assert set(examples(ALL[words])) <= set(out.splitlines())


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_tells_what_it_does_and_every_option_what_it_is(words: tuple[str, ...]) -> None:
    command = ALL[words]
    assert re.fullmatch(r"[A-Z][^\n]*\.", command.help.strip().split("\n")[0])
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    assert all(one.help and one.help[0].isupper() for one in options)
    assert "commands" in vars(command) or "verbose" in {one.name for one in options}


def test_the_page_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "--help")
    assert (code, err) == (0, "")
    at = [out.index(f"\n{job}:\n") for job in JOBS]
    assert at == sorted(at)
    assert at[0] < out.index("\n  lint ") < at[1] < out.index("\n  lab ") < at[2] < out.index("\n  backport ")
    assert all(cells(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize(
    "words", [(), *(words for words, one in ALL.items() if hasattr(one, "commands"))], ids=" ".join
)
def test_a_group_by_itself_shows_its_page_and_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    page = call(capsys, *words, "--help").out
    assert call(capsys, *words) == (2, page, "")
