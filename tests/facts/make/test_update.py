"""A release brought into the tables: what is new, gone or changed gets a row, with its versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.facts.make import update
from hpatch.facts.make.commands import CommandRow
from hpatch.facts.make.update import DIRECTIVES, Row
from hpatch.versions import Version

OLD, NEW = Version(2, 4, 71), Version(2, 4, 72)


def row(name: str, form: str = "TAKE1", since: str = "", until: str = "", condition: str = "") -> Row:
    return [name, "mod_some", form, "RSRC_CONF", "", "", since, until, condition]


def bring(rows: list[Row], found: list[Row]) -> tuple[list[Row], list[str]]:
    outcome = update.update(DIRECTIVES, rows, found, NEW, OLD)
    return outcome.rows, outcome.differences


def test_what_is_the_same_stays() -> None:
    assert bring([row("A"), row("B", since="2.4.5")], [row("B"), row("A")]) == ([row("A"), row("B", since="2.4.5")], [])


def test_new() -> None:
    rows, differences = bring([row("A")], [row("A"), row("B")])
    assert rows == [row("A"), row("B", since="2.4.72")]
    assert differences == ["B mod_some: new: TAKE1 RSRC_CONF"]


def test_gone() -> None:
    rows, differences = bring([row("A"), row("B")], [row("A")])
    assert rows == [row("A"), row("B", until="2.4.71")]
    assert differences == ["B mod_some: gone, was TAKE1 RSRC_CONF"]


def test_changed() -> None:
    rows, differences = bring([row("A", since="2.4.5")], [row("A", "TAKE12")])
    assert rows == [row("A", since="2.4.5", until="2.4.71"), row("A", "TAKE12", since="2.4.72")]
    assert differences == ["A mod_some: was TAKE1 RSRC_CONF, now TAKE12 RSRC_CONF"]


def test_back_again() -> None:
    before = row("A", until="2.4.20")
    assert bring([before], [row("A")])[0] == [before, row("A", since="2.4.72")]


def test_a_condition_is_no_change_and_the_newest_stands() -> None:
    assert bring([row("A", condition="OLD")], [row("A", condition="NEW")]) == ([row("A", condition="NEW")], [])


def test_an_empty_table_takes_what_it_finds_for_as_old_as_all() -> None:
    assert update.update(DIRECTIVES, [], [row("A")], NEW, None).rows == [row("A")]


def test_rows_in_order_of_versions_not_of_text() -> None:
    rows = [row("A", until="2.4.8"), row("A", "TAKE2", since="2.4.9", until="2.4.71")]
    assert [each[6] for each in bring(rows, [row("A", "TAKE3")])[0]] == ["", "2.4.9", "2.4.72"]


@pytest.mark.parametrize(("version", "forms"), [("2.4.8", ["TAKE1"]), ("2.4.9", ["TAKE2"]), ("2.4.11", [])])
def test_the_rows_of_a_release(version: str, forms: list[str]) -> None:
    rows = [row("A", until="2.4.8"), row("A", "TAKE2", since="2.4.9", until="2.4.10")]
    found = update.rows_of(DIRECTIVES, rows, Version.parse(version))
    assert [each[2] for each in found] == forms
    assert all(each[7] == "" for each in found)


def test_rows_that_exclude_each_other_are_one() -> None:
    one = CommandRow(name="A", module="mod_some", form="TAKE1", where=frozenset({"RSRC_CONF"}), condition="X")
    assert update.directive_rows([one, one._replace(condition="!X")]) == [row("A")]
    assert update.directive_rows([one]) == [row("A", condition="X")]


def test_flags_stand_in_one_order() -> None:
    one = CommandRow(
        name="A",
        module="m",
        form="FLAG",
        where=frozenset({"EXEC_ON_READ", "OR_LIMIT", "RSRC_CONF"}),
        not_in=frozenset({"proxy", "files"}),
    )
    assert update.directive_rows([one])[0][3:5] == ["RSRC_CONF,OR_LIMIT,EXEC_ON_READ", "files,proxy"]


def test_a_file_keeps_its_head(tmp_path: Path) -> None:
    file = tmp_path / "table.tsv"
    file.write_text("# one\n#\n# two\nname\tversion\nold\t1\n")
    update.write(file, [["a", "1"], ["b", ""]])
    assert file.read_text() == "# one\n#\n# two\nname\tversion\na\t1\nb\t\n"


def test_a_named_version_is_set(tmp_path: Path) -> None:
    file = tmp_path / "versions.tsv"
    file.write_text("newest\thttpd\t2.4.71\twhat 2.4.71\tsource\nother\thttpd\t2.4.71\tx\ty\n")
    update.write_version(file, "newest", NEW)
    assert file.read_text() == "newest\thttpd\t2.4.72\twhat 2.4.71\tsource\nother\thttpd\t2.4.71\tx\ty\n"
