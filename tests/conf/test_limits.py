"""Input that grows without bound: hpatch stops reading, says at which limit and where, and holds what it read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hpatch.conf import limits
from hpatch.conf.leaf import matches
from hpatch.conf.load import load, load_text
from hpatch.conf.tree import Configuration, Problem
from hpatch.text import Place
from tests.support.cli.call import call


def only(configuration: Configuration) -> Problem:
    (problem,) = configuration.problems
    assert (problem.kind, problem.fatal, problem.conditions) == ("unreadable", True, ())
    assert problem.message.endswith(": hpatch stops reading here")
    assert not configuration.whole
    return problem


def doubling(folder: Path, steps: int) -> Path:
    """Files of which each includes the next one twice, the last with one directive."""
    for step in range(steps):
        (folder / f"{step}.conf").write_text(f"Include {folder}/{step + 1}.conf\n" * 2)
    (folder / f"{steps}.conf").write_text("Timeout 5\n")
    return folder / "0.conf"


def test_files_that_double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2^20 files, of which as many are read as the limit says."""
    monkeypatch.setattr(limits, "FILES", 1000)
    problem = only(load(str(doubling(tmp_path, 20))))
    assert f"more than {limits.FILES:,} files" in problem.message
    assert problem.place.file.endswith(".conf")


def test_files_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = doubling(tmp_path, 5)
    monkeypatch.setattr(limits, "FILES", 63)
    assert load(str(main)).problems == []
    monkeypatch.setattr(limits, "FILES", 62)
    configuration = load(str(main))
    assert only(configuration).place.line == 2
    assert configuration.directives == 31


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not even parsed."""
    monkeypatch.setattr(limits, "CHARACTERS", 20)
    assert load_text("Timeout 5\nTimeout 6\n").directives == 2
    configuration = load_text("Timeout 5\nTimeout 60\n")
    assert "larger than 20 characters" in only(configuration).message
    assert configuration.directives == 0


def test_macros_count_as_they_are_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "<Macro m $a>\nX $a\n</Macro>\nUse m aaaaaaaaaa\nUse m aaaaaaaaaa\n"
    monkeypatch.setattr(limits, "CHARACTERS", len(text) + 24)
    assert load_text(text).problems == []
    monkeypatch.setattr(limits, "CHARACTERS", len(text) + 23)
    assert only(load_text(text)).place.line == 5


@pytest.mark.parametrize("opening", ["<If true>", '<If "${x}" >'])
def test_sections_inside_one_another(opening: str) -> None:
    def exceeded(text: str) -> list[str]:
        return [problem.message for problem in load_text(text).problems if problem.kind == "unreadable"]

    assert exceeded(f"{opening}\n" * limits.NESTED + "</If>\n" * limits.NESTED) == []
    (message,) = exceeded(f"{opening}\n" * 100_000)
    assert f"more than {limits.NESTED:,} sections" in message


@pytest.mark.parametrize("opening", ["<IfDefine X>", "<IfVersion >= 2>"])
def test_conditionals_inside_one_another(opening: str) -> None:
    def exceeded(depth: int) -> list[str]:
        text = f"{opening}\n" * depth + f"{closing}\n" * depth
        return [problem.message for problem in load_text(text).problems if problem.kind == "unreadable"]

    closing = f"</{opening[1:].split(maxsplit=1)[0].rstrip('>')}>"
    assert exceeded(limits.NESTED) == []
    (message,) = exceeded(100_000)
    assert f"more than {limits.NESTED:,} undecided conditionals" in message


@pytest.mark.parametrize(
    ("opened", "read"),
    [
        (["IfDefine X", "IfDefine Y"], True),
        (["IfDefine X"] * 3, False),
        (["IfDefine X"] * 2 + ["IfModule core.c"], True),
    ],
)
def test_only_undecided_conditionals_count(monkeypatch: pytest.MonkeyPatch, opened: list[str], read: bool) -> None:
    monkeypatch.setattr(limits, "NESTED", 2)
    text = "".join(f"<{name}>\n" for name in opened) + "".join(f"</{name.split()[0]}>\n" for name in opened[::-1])
    assert (load_text(text).problems == []) == read


def test_blocks_of_a_template_inside_one_another() -> None:
    def read(depth: int) -> Configuration:
        return load_text("{% if x %}\n" * depth + "Listen 80\n" + "{% endif %}\n" * depth, name="a.conf.j2")

    assert read(limits.TEMPLATE_BLOCKS).problems == []
    assert f"more than {limits.TEMPLATE_BLOCKS} conditions and loops" in only(read(10_000)).message


def test_in_an_undecided_conditional(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is hpatch's own, whatever httpd reads."""
    monkeypatch.setattr(limits, "NESTED", 1)
    only(load_text("<IfDefine X>\n<If true>\n<If true>\n</If>\n</If>\n</IfDefine>\n"))


def test_ends_in_exit_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(limits, "FILES", 20)
    answer = call(capsys, "lint", doubling(tmp_path, 5))
    assert answer.code == 3
    assert "more than 20 files are included" in answer.out
    assert "Found nothing" not in answer.out


def test_lines_that_macros_expand_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A use counts as a line, too: macros without lines that use macros double as well."""
    text = "<Macro m>\nX\nY\n</Macro>\nUse m\nUse m\n"
    monkeypatch.setattr(limits, "MACRO_LINES", 6)
    assert load_text(text).problems == []
    monkeypatch.setattr(limits, "MACRO_LINES", 5)
    configuration = load_text(text)
    assert only(configuration).place.line == 6
    assert "macros expand to more than 5 lines" in configuration.problems[0].message
    assert configuration.directives == 2


def test_what_was_read_counts_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    amount, here = limits.Amount(), Place("a.conf", 1, 1, 1, 1)
    monkeypatch.setattr(limits, "CHARACTERS", 10)
    amount.file(4, here)
    amount.macro(6, 1, here)
    assert (amount.files, amount.macro_lines, amount.characters) == (1, 2, 10)
    with pytest.raises(limits.ExceededError) as caught:
        amount.file(1, here)
    assert caught.value.place == here
    assert str(caught.value) == "the configuration is larger than 10 characters"
    assert caught.value.message == "the configuration is larger than 10 characters: hpatch stops reading here"


def test_variables_count_as_they_are_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of a megabyte in a thousand lines is a gigabyte."""
    text = "Define a 0123456789\nX ${a}${a}\nX ${a}\n"
    monkeypatch.setattr(limits, "CHARACTERS", len(text) + 18)
    assert load_text(text).problems == []
    monkeypatch.setattr(limits, "CHARACTERS", len(text) + 17)
    configuration = load_text(text)
    assert only(configuration).place.line == 3
    assert configuration.directives == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A\nB\nC\nD\n", 4),
        ("A\n<B>\n<C>\n<D>\n</D>\n</C>\n</B>\n", 4),
        ("Define a b\nA ${a}\nB ${a}\nC ${a}\nD ${a}\n", 5),
        ("<IfModule a>\n</IfModule>\n" * 4, 7),
    ],
)
def test_directives(monkeypatch: pytest.MonkeyPatch, text: str, line: int) -> None:
    """Lines may be short: the size does not tell how many there are."""
    monkeypatch.setattr(limits, "DIRECTIVES", 4)
    assert load_text(text).problems == []
    monkeypatch.setattr(limits, "DIRECTIVES", 3)
    problem = only(load_text(text))
    assert (problem.place.line, problem.message.partition(":")[0]) == (line, "more than 3 directives are read")


def test_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROBLEMS", 3)
    assert [one.kind for one in load_text("</A>\n" * 3).problems] == ["section"] * 3
    found = load_text("</A>\n" * 5).problems
    assert [(one.kind, one.place.line) for one in found] == [("section", line) for line in (1, 2, 3)] + [
        ("unreadable", 4)
    ]


def test_continued_lines_are_read_alike_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A a \\\n  b \\\r\n c\n\n<B \\\n c>\nD\n</B>\n# e \\\nF\n"
    quick = load_text(text)
    monkeypatch.setattr(limits, "CONTINUATIONS", 3)
    slow = load_text(text)
    assert [(node.name, node.args, node.place) for node in slow.walk()] == [
        (node.name, node.args, node.place) for node in quick.walk()
    ]
    assert [node.name for node in slow.walk()] == ["A", "<B", "D"]


def test_a_run_of_lines_is_found_piece_by_piece() -> None:
    """A search for a long one remembers each of its lines, which took 200 bytes a blank line."""
    found = list(matches("\n" * 2_500 + "# a\n" * 1_000))
    assert [one.end() - one.start() for one in found] == [1_000, 1_000, 500 + 4 * 500, 4 * 500]
    assert {one.lastgroup for one in found} == {"RUN"}


def test_a_limit_cannot_be_waived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What hpatch stopped to read is not clean, whatever rules are ignored."""
    monkeypatch.setattr(limits, "FILES", 20)
    (tmp_path / "apache2.conf").write_text(f"IncludeOptional {doubling(tmp_path, 5)}\n")
    assert call(capsys, "lint", "--no-config", "--ignore", "CF", tmp_path / "apache2.conf").code == 3


def test_the_limits_that_the_documents_name() -> None:
    assert (limits.FILES, limits.CHARACTERS, limits.MACRO_LINES, limits.NESTED, limits.TEMPLATE_BLOCKS) == (
        50_000, 33_554_432, 500_000, 200, 100,
    )  # fmt: skip
    assert (limits.DIRECTIVES, limits.PROBLEMS, limits.FINDINGS) == (2_000_000, 100_000, 100_000)


@pytest.mark.parametrize(("most", "read"), [(10, True), (9, False)])
def test_a_file_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], most: int, read: bool
) -> None:
    """A file may be larger than the memory, and take no place on the disk; the standard input may never end."""
    monkeypatch.setattr(limits, "BYTES", most)
    file = tmp_path / "apache2.conf"
    file.write_text("Timeout 5\n")
    problems = [f'cannot read "{file}": more than {most} bytes']
    assert [problem.message for problem in load(str(file)).problems] == ([] if read else problems)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Timeout 5\n")))
    answer = call(capsys, "lint", "--no-config", "-")
    assert answer.code == (0 if read else 3)
    assert ("more than 9 bytes come through the standard input" in answer.err) is not read
